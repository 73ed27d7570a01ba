#include "store/store_priv.h"

#include "os/file.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATION_ID 0x54686d62 /* "Thmb" */
#define WAIT_MS        5000       /* for another program that writes */

/* Step i brings a file from version i to i + 1.  Never change one that was released: add another. */
static const char *const steps[] = {
    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," /* a number is never given twice */
    " name TEXT UNIQUE,"
    " started TEXT NOT NULL,"
    " finished TEXT,"
    " state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed')),"
    " message TEXT,"
    " job TEXT NOT NULL," /* hash of all that decides the weights: a resumed training is found by it */
    " preset TEXT NOT NULL,"
    " options TEXT NOT NULL," /* lines 'name = value' */
    " model TEXT NOT NULL,"
    " seed TEXT NOT NULL,"
    " threads INTEGER NOT NULL,"
    " path TEXT NOT NULL," /* kernels: avx512, avx2, .. */
    " data_hash TEXT NOT NULL,"
    " code TEXT NOT NULL,"
    " metric TEXT NOT NULL," /* what the best epoch is best at */
    " parameters INTEGER NOT NULL,"
    " macs INTEGER NOT NULL,"
    " epochs INTEGER NOT NULL," /* planned */
    " best_epoch INTEGER);"
    "CREATE INDEX runs_job ON runs (job);"
    "CREATE TABLE metrics ("
    " run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    " epoch INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " value REAL NOT NULL,"
    " PRIMARY KEY (run, epoch, name)) WITHOUT ROWID;"
    "CREATE TABLE results ("
    " run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL,"
    " value REAL NOT NULL,"
    " PRIMARY KEY (run, name)) WITHOUT ROWID;"
    "CREATE TABLE artefacts ("
    " run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
    " kind TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " hash TEXT NOT NULL,"
    " PRIMARY KEY (run, kind)) WITHOUT ROWID;"
    "CREATE INDEX artefacts_hash ON artefacts (hash);",

    "CREATE TABLE descriptions ("
    " id INTEGER PRIMARY KEY,"
    " kept INTEGER NOT NULL DEFAULT 0," /* 1: of a version. Looked at instead of version_rows, which is long */
    " digest TEXT NOT NULL UNIQUE,"
    " hash TEXT NOT NULL,"
    " suffix TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " label TEXT NOT NULL,"
    " labels TEXT NOT NULL,"
    " word TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " device TEXT NOT NULL,"
    " consent TEXT NOT NULL,"
    " licence TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " \"group\" TEXT NOT NULL,"
    " notes TEXT NOT NULL,"
    " channels TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('sound', 'signal', 'picture')),"
    " split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),"
    " rate_hz REAL NOT NULL,"
    " n_rows INTEGER NOT NULL,"
    " width INTEGER NOT NULL,"
    " height INTEGER NOT NULL);"
    "CREATE INDEX descriptions_hash ON descriptions (hash);"
    "CREATE TABLE segments ("
    " description INTEGER NOT NULL REFERENCES descriptions (id) ON DELETE CASCADE,"
    " from_row INTEGER NOT NULL,"
    " to_row INTEGER NOT NULL,"
    " label TEXT NOT NULL,"
    " PRIMARY KEY (description, from_row, to_row, label)) WITHOUT ROWID;"
    "CREATE TABLE boxes ("
    " description INTEGER NOT NULL REFERENCES descriptions (id) ON DELETE CASCADE,"
    " x REAL NOT NULL,"
    " y REAL NOT NULL,"
    " w REAL NOT NULL,"
    " h REAL NOT NULL,"
    " label TEXT NOT NULL,"
    " PRIMARY KEY (description, x, y, w, h, label)) WITHOUT ROWID;"
    "CREATE TABLE samples (description INTEGER PRIMARY KEY REFERENCES descriptions (id));"
    "CREATE TABLE versions ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL UNIQUE,"
    " parent TEXT NOT NULL,"
    " time TEXT NOT NULL,"
    " message TEXT NOT NULL);"
    "CREATE TABLE version_rows (" /* descriptions.kept guards these: a foreign key would need an index as long as the
                                     table */
    " version INTEGER NOT NULL REFERENCES versions (number),"
    " description INTEGER NOT NULL,"
    " PRIMARY KEY (version, description)) WITHOUT ROWID;"
    "CREATE TABLE data_state ("
    " one INTEGER PRIMARY KEY CHECK (one = 1),"
    " head INTEGER REFERENCES versions (number)," /* what the samples were made from */
    " changes INTEGER NOT NULL);"                 /* th_samples_revision */
    "ALTER TABLE runs ADD COLUMN data_version TEXT NOT NULL DEFAULT '';",

    "CREATE TABLE undo ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " hash TEXT NOT NULL,"
    " description INTEGER NOT NULL REFERENCES descriptions (id));"
    "CREATE INDEX undo_hash ON undo (hash);"
    "CREATE INDEX undo_description ON undo (description);",
};
static const th_schema project = {
    APPLICATION_ID, steps, sizeof steps / sizeof steps[0],
    "It holds the index of the data and the record of runs: put a copy of it back, or move it away and import the data "
    "again (its files in data/objects are not in it)"};

th_err th_store_fail(const th_store *s, th_why *why)
{
    const int code = s->db ? sqlite3_errcode(s->db) & 0xff : SQLITE_NOMEM;
    const char *text = s->db ? sqlite3_errmsg(s->db) : "";
    switch (code) {
    case SQLITE_NOMEM: return th_why_set(why, TH_ENOMEM, "out of memory for %s", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return th_why_set(why, TH_EFORMAT, "%s is damaged (%s). %s", s->path, text, s->schema->when_damaged);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return th_why_set(why, TH_EIO, "%s is held by another program; try again when it is done", s->path);
    case SQLITE_FULL: return th_why_set(why, TH_EIO, "cannot write %s: %s. Free some space", s->path, text);
    default: return th_why_set(why, TH_EIO, "cannot use %s: %s. Check its folder and permissions", s->path, text);
    }
}

static th_err bind(const th_store *s, sqlite3_stmt *q, const char *types, va_list args, th_why *why)
{
    for (int i = 0; types[i]; i++) {
        int bad;
        if (types[i] == 'i') {
            bad = sqlite3_bind_int64(q, i + 1, va_arg(args, int64_t));
        } else if (types[i] == 'd') {
            bad = sqlite3_bind_double(q, i + 1, va_arg(args, double));
        } else {
            bad = sqlite3_bind_text(q, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        }
        if (bad) return th_store_fail(s, why);
    }
    return TH_OK;
}

static th_err prepare(const th_store *s, sqlite3_stmt **q, th_why *why, const char *sql, const char *types,
                      va_list args)
{
    *q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, q, NULL)) return th_store_fail(s, why);
    const th_err err = bind(s, *q, types, args, why);
    if (err) {
        sqlite3_finalize(*q);
        *q = NULL;
    }
    return err;
}

th_err th_store_prepare(const th_store *s, sqlite3_stmt **q, th_why *why, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    const th_err err = prepare(s, q, why, sql, types, args);
    va_end(args);
    return err;
}

th_err th_store_step(const th_store *s, sqlite3_stmt *q, bool *more, th_why *why)
{
    const int code = sqlite3_step(q);
    *more = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? TH_OK : th_store_fail(s, why);
}

th_err th_store_run(const th_store *s, th_why *why, const char *sql, const char *types, ...)
{
    sqlite3_stmt *q;
    va_list args;
    va_start(args, types);
    th_err err = prepare(s, &q, why, sql, types, args);
    va_end(args);
    bool more = true;
    while (!err && more) err = th_store_step(s, q, &more, why);
    sqlite3_finalize(q);
    return err;
}

th_err th_store_begin(th_store *s, th_why *why)
{
    return th_store_run(s, why, "BEGIN IMMEDIATE", "");
}

th_err th_store_commit(th_store *s, th_why *why)
{
    return th_store_run(s, why, "COMMIT", "");
}

th_err th_store_end(th_store *s, th_err err, th_why *why)
{
    if (!err) err = th_store_commit(s, why);
    if (err) th_store_rollback(s);
    return err;
}

void th_store_rollback(th_store *s)
{
    if (!sqlite3_get_autocommit(s->db)) (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static th_err number(const th_store *s, const char *sql, int *value, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_prepare(s, &q, why, sql, ""));
    const th_err err = th_store_step(s, q, &more, why);
    *value = !err && more ? sqlite3_column_int(q, 0) : 0;
    sqlite3_finalize(q);
    return err;
}

static th_err apply_steps(const th_store *s, int version, th_why *why)
{
    char text[64];
    for (; version < s->schema->n_steps; version++)
        if (sqlite3_exec(s->db, s->schema->steps[version], NULL, NULL, NULL)) return th_store_fail(s, why);
    sqlite3_snprintf(sizeof text, text, "PRAGMA user_version = %d", s->schema->n_steps);
    TH_TRY(th_store_run(s, why, text, ""));
    sqlite3_snprintf(sizeof text, text, "PRAGMA application_id = %d", s->schema->id);
    return th_store_run(s, why, text, "");
}

/* Inside a transaction: another program may do the same at the same time. */
static th_err bring_up(th_store *s, th_why *why)
{
    int version;
    TH_TRY(th_store_begin(s, why));
    th_err err = number(s, "PRAGMA user_version", &version, why);
    if (!err && version < s->schema->n_steps) err = apply_steps(s, version, why);
    if (!err) return th_store_commit(s, why);
    th_store_rollback(s);
    return err;
}

static th_err check(th_store *s, bool writes, th_why *why)
{
    int version, id, tables;
    sqlite3_busy_timeout(s->db, WAIT_MS);
    TH_TRY(th_store_run(s, why, "PRAGMA foreign_keys = ON", ""));
    /* A power cut may lose the newest rows, never the file; a killed program loses nothing. */
    TH_TRY(th_store_run(s, why, "PRAGMA synchronous = NORMAL", ""));
    TH_TRY(th_store_run(s, why, "PRAGMA cache_size = -65536", "")); /* 64 MB when needed: hashes come in no order */
    TH_TRY(number(s, "PRAGMA user_version", &version, why));
    TH_TRY(number(s, "PRAGMA application_id", &id, why));
    TH_TRY(number(s, "SELECT count(*) FROM sqlite_master", &tables, why));
    if ((tables || version) && id != s->schema->id)
        return th_why_set(why, TH_EFORMAT, "%s is the database of another program; move it away", s->path);
    if (version > s->schema->n_steps)
        return th_why_set(why, TH_EUNSUP, "%s was written by a newer Thimble (schema %d, this one knows %d)", s->path,
                          version, s->schema->n_steps);
    if (version == s->schema->n_steps) return TH_OK;
    if (!version && !writes) return th_why_set(why, TH_ENOENT, "%s holds nothing yet", s->path);
    return bring_up(s, why);
}

th_err th_store_open(const char *path, bool writes, th_store **store, th_why *why)
{
    return th_store_open_as(path, &project, writes, store, why);
}

th_err th_store_open_as(const char *path, const th_schema *schema, bool writes, th_store **store, th_why *why)
{
    th_store *s = calloc(1, sizeof *s);
    *store = NULL;
    if (!s || !(s->path = strdup(path))) {
        free(s);
        return th_why_set(why, TH_ENOMEM, "out of memory for %s", path);
    }
    /* Readers, too, open for writing where they may: only then what a killed writer left half done is taken back. */
    s->schema = schema;
    const int flags = SQLITE_OPEN_READWRITE | (writes ? SQLITE_OPEN_CREATE : 0);
    if (!writes && !th_file_exists(path) && !th_dir_exists(path)) {
        th_store_close(s);
        return th_why_set(why, TH_ENOENT, "there is no %s: no runs are recorded yet. Make one with: thimble train",
                          path);
    }
    th_err err = sqlite3_open_v2(path, &s->db, flags, NULL) ? th_store_fail(s, why) : check(s, writes, why);
    if (err)
        th_store_close(s);
    else
        *store = s;
    return err;
}

void th_store_close(th_store *s)
{
    if (!s) return;
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}
