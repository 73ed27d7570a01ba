#include "store/sql_priv.h"

#include <sqlite3.h>
#include <stdlib.h>

#define WAIT_MS 10000 /* for another program that writes */

static th_err failed(const th_sql_link *link, th_why *why)
{
    sqlite3 *db = link->db;
    const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *text = db ? sqlite3_errmsg(db) : "", *where = th_sql_where(link);
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return th_why_set(why, TH_EEXIST, "this is there already (%s)", text);
    switch (code & 0xff) {
    case SQLITE_NOMEM: return th_why_set(why, TH_ENOMEM, "out of memory for %s", where);
    case SQLITE_CONSTRAINT: return th_why_set(why, TH_ERANGE, "%s cannot keep this: %s", where, text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return th_why_set(why, TH_EFORMAT, "%s is damaged (%s): put a copy of it back, or move it away", where, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return th_why_set(why, TH_EIO, "%s is held by another program; try again when it is done", where);
    case SQLITE_FULL: return th_why_set(why, TH_EIO, "cannot write %s: %s. Free some space", where, text);
    default: return th_why_set(why, TH_EIO, "cannot use %s: %s. Check its folder and permissions", where, text);
    }
}

static th_err script(th_sql_link *link, const char *text, th_why *why)
{
    return sqlite3_exec(link->db, text, NULL, NULL, NULL) ? failed(link, why) : TH_OK;
}

static void close_link(th_sql_link *link)
{
    for (int i = 0; i < link->n_kept; i++) sqlite3_finalize(link->kept[i].statement);
    sqlite3_close(link->db);
    link->db = NULL;
}

/* WAL: readers and the writer don't wait for each other.  NORMAL: SQLite itself waits for the disk only where the file
 * would be damaged else; sql.c waits for all commits that came together, once. */
static th_err open_link(const char *where, th_sql_link *link, th_why *why)
{
    sqlite3 *db;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int bad = sqlite3_open_v2(where, &db, flags, NULL);
    link->db = db;
    if (!bad) sqlite3_busy_timeout(db, WAIT_MS);
    const th_err err = bad ? failed(link, why)
                           : script(link,
                                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                                    "PRAGMA cache_size = -8192; PRAGMA mmap_size = 268435456;"
                                    "PRAGMA journal_size_limit = 67108864",
                                    why);
    if (err) close_link(link);
    return err;
}

static int bind_one(sqlite3_stmt *q, int i, const th_sql_value *v)
{
    switch (v->type) {
    case 'i': return sqlite3_bind_int64(q, i, v->i);
    case 'd': return sqlite3_bind_double(q, i, v->d);
    case 's': return sqlite3_bind_text(q, i, v->s, -1, SQLITE_TRANSIENT);
    default: return sqlite3_bind_null(q, i);
    }
}

static void done(th_sql_rows *rows)
{
    if (!rows->kept) {
        sqlite3_finalize(rows->answer);
        return;
    }
    (void)sqlite3_reset(rows->answer);
    (void)sqlite3_clear_bindings(rows->answer);
    rows->kept->busy = false;
}

static th_err ask(th_sql_link *link, const char *text, const th_sql_params *params, th_sql_rows *rows, th_why *why)
{
    rows->kept = th_sql_keep(link, text);
    sqlite3_stmt *q = rows->kept ? rows->kept->statement : NULL;
    if (!q && sqlite3_prepare_v3(link->db, text, -1, rows->kept ? SQLITE_PREPARE_PERSISTENT : 0, &q, NULL))
        return failed(link, why);
    rows->answer = q;
    if (rows->kept) {
        rows->kept->statement = q;
        rows->kept->busy = true;
    }
    for (int i = 0; i < params->n; i++)
        if (bind_one(q, i + 1, &params->v[i])) {
            const th_err err = failed(link, why);
            done(rows);
            return err;
        }
    return TH_OK;
}

static bool next(th_sql_rows *rows)
{
    const int code = sqlite3_step(rows->answer);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE)
        rows->link->changed = sqlite3_changes(rows->link->db);
    else
        rows->err = failed(rows->link, &rows->why);
    return false;
}

static int64_t get_int(const th_sql_rows *rows, int column)
{
    return sqlite3_column_int64(rows->answer, column);
}

static double get_double(const th_sql_rows *rows, int column)
{
    return sqlite3_column_double(rows->answer, column);
}

static const char *get_text(const th_sql_rows *rows, int column)
{
    const unsigned char *text = sqlite3_column_text(rows->answer, column);
    return text ? (const char *)text : "";
}

static bool get_null(const th_sql_rows *rows, int column)
{
    return sqlite3_column_type(rows->answer, column) == SQLITE_NULL;
}

const th_sql_driver th_sql_sqlite = {
    .name = "sqlite",
    .id = "id INTEGER PRIMARY KEY AUTOINCREMENT", /* a number is never given twice */
    .tables = "SELECT count(*) FROM sqlite_master",
    .one_writer = true,
    .open = open_link,
    .close = close_link,
    .ask = ask,
    .next = next,
    .done = done,
    .script = script,
    .begin = "BEGIN IMMEDIATE",
    .log = "-wal",
    .get_int = get_int,
    .get_double = get_double,
    .get_text = get_text,
    .get_null = get_null,
};
