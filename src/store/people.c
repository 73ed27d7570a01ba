#include "store/people.h"

#include "base/text.h"
#include "store/store_priv.h"

#include <stdlib.h>
#include <string.h>

#define APPLICATION_ID 0x54685065 /* "ThPe" */

/* Step i brings a file from version i to i + 1.  Never change one that was released: add another. */
static const char *const steps[] = {
    "CREATE TABLE people ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," /* a number is never given twice */
    " name TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    " teacher INTEGER NOT NULL,"
    " password TEXT NOT NULL,"
    " joined_ms INTEGER NOT NULL);"
    "CREATE TABLE sessions ("
    " hash TEXT PRIMARY KEY,"
    " person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,"
    " until_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX sessions_person ON sessions (person);"
    "CREATE TABLE programs ("
    " name TEXT PRIMARY KEY COLLATE NOCASE,"
    " hash TEXT NOT NULL UNIQUE,"
    " orders_a_day INTEGER NOT NULL,"
    " order_bytes INTEGER NOT NULL,"
    " made_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE orders ("
    " program TEXT NOT NULL COLLATE NOCASE,"
    " day INTEGER NOT NULL,"
    " n INTEGER NOT NULL,"
    " PRIMARY KEY (program, day)) WITHOUT ROWID;"
    "CREATE TABLE owners ("
    " project TEXT NOT NULL,"
    " sample TEXT NOT NULL," /* '': of the project */
    " person TEXT NOT NULL,"
    " PRIMARY KEY (project, sample)) WITHOUT ROWID;",
};
static const th_schema people = {APPLICATION_ID, steps, sizeof steps / sizeof steps[0],
                                 "It holds who may use this studio: put a copy of it back, or delete it and let people "
                                 "join again"};

#define PERSON_COLUMNS "people.id, people.name, teacher, password, joined_ms"

th_err th_people_open(const char *path, th_store **s, th_why *why)
{
    return th_store_open_as(path, &people, true, s, why);
}

static void text_of(sqlite3_stmt *q, int column, char *buf, size_t cap)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    (void)th_text_fmt(buf, cap, "%s", text ? text : "");
}

typedef void row_fn(sqlite3_stmt *q, void *row);

static void person_of(sqlite3_stmt *q, void *row)
{
    th_person *p = row;
    *p = (th_person){.id = sqlite3_column_int64(q, 0), .teacher = sqlite3_column_int(q, 2) != 0};
    text_of(q, 1, p->name, sizeof p->name);
    text_of(q, 3, p->password, sizeof p->password);
    p->joined_ms = sqlite3_column_int64(q, 4);
}

static void program_of(sqlite3_stmt *q, void *row)
{
    th_program *p = row;
    *p = (th_program){.orders_a_day = sqlite3_column_int64(q, 1), .order_bytes = sqlite3_column_int64(q, 2)};
    text_of(q, 0, p->name, sizeof p->name);
    p->made_ms = sqlite3_column_int64(q, 3);
}

/* The first row of a query; frees the query. */
static th_err first(const th_store *s, sqlite3_stmt *q, row_fn *fill, void *row, const char *what, th_why *why)
{
    bool more;
    th_err err = th_store_step(s, q, &more, why);
    if (!err && !more) err = th_why_set(why, TH_ENOENT, "%s", what);
    if (!err) fill(q, row);
    sqlite3_finalize(q);
    return err;
}

static th_err count(const th_store *s, const char *sql, const char *name, int64_t *n, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_prepare(s, &q, why, sql, "s", name));
    const th_err err = th_store_step(s, q, &more, why);
    *n = !err && more ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return err;
}

/* Inside a transaction: nobody has the name, and there is room for one more. `table` is one of ours. */
static th_err room_for(const th_store *s, const char *table, const char *name, th_why *why)
{
    char sql[96];
    int64_t same, all;
    (void)th_text_fmt(sql, sizeof sql, "SELECT count(*) FROM %s WHERE name = ?", table);
    TH_TRY(count(s, sql, name, &same, why));
    if (same) return th_why_set(why, TH_EEXIST, "the name %s is taken: choose another one", name);
    (void)th_text_fmt(sql, sizeof sql, "SELECT count(*) FROM %s WHERE ? <> ''", table);
    TH_TRY(count(s, sql, name, &all, why));
    if (all >= TH_PEOPLE_MAX)
        return th_why_set(why, TH_ERANGE, "%d are there already: remove some that are not used any more",
                          TH_PEOPLE_MAX);
    return TH_OK;
}

th_err th_people_add(th_store *s, const char *name, bool teacher, int64_t now_ms, th_person *person, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    th_err err = room_for(s, "people", name, why);
    if (!err)
        err = th_store_run(s, why, "INSERT INTO people (name, teacher, password, joined_ms) VALUES (?, ?, '', ?)",
                           "sii", name, (int64_t)teacher, now_ms);
    TH_TRY(th_store_end(s, err, why));
    return th_people_find(s, name, person, why);
}

th_err th_people_find(th_store *s, const char *name, th_person *person, th_why *why)
{
    sqlite3_stmt *q;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT " PERSON_COLUMNS " FROM people WHERE name = ?", "s", name));
    return first(s, q, person_of, person, "nobody here has this name", why);
}

/* All rows of a query into fresh rows of `size` bytes; frees the query. */
static th_err all(const th_store *s, sqlite3_stmt *q, row_fn *fill, size_t size, void **rows, size_t *n, th_why *why)
{
    bool more = true;
    th_err err = TH_OK;
    char *list = calloc(TH_PEOPLE_MAX, size); /* more are not let in */
    *n = 0;
    if (!list) err = th_why_set(why, TH_ENOMEM, "out of memory for a list of people");
    while (!err && *n < TH_PEOPLE_MAX) {
        err = th_store_step(s, q, &more, why);
        if (!err && more) fill(q, list + size * (*n)++);
        if (!more) break;
    }
    sqlite3_finalize(q);
    if (err) free(list);
    *rows = err ? NULL : list;
    return err;
}

th_err th_people_all(th_store *s, th_person **list, size_t *n, th_why *why)
{
    sqlite3_stmt *q;
    void *rows;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT " PERSON_COLUMNS " FROM people ORDER BY name", ""));
    const th_err err = all(s, q, person_of, sizeof **list, &rows, n, why);
    *list = rows;
    return err;
}

th_err th_people_change(th_store *s, const th_person *p, th_why *why)
{
    return th_store_run(s, why, "UPDATE people SET teacher = ?, password = ? WHERE id = ?", "isi", (int64_t)p->teacher,
                        p->password, p->id);
}

th_err th_people_remove(th_store *s, int64_t id, th_why *why)
{
    return th_store_run(s, why, "DELETE FROM people WHERE id = ?", "i", id);
}

th_err th_people_session_add(th_store *s, const char *hash, int64_t person, int64_t now_ms, int64_t until_ms,
                             th_why *why)
{
    TH_TRY(th_store_run(s, why, "DELETE FROM sessions WHERE until_ms <= ?", "i", now_ms));
    return th_store_run(s, why, "INSERT INTO sessions (hash, person, until_ms) VALUES (?, ?, ?)", "sii", hash, person,
                        until_ms);
}

th_err th_people_session(th_store *s, const char *hash, int64_t now_ms, th_person *person, th_why *why)
{
    sqlite3_stmt *q;
    TH_TRY(th_store_prepare(s, &q, why,
                            "SELECT " PERSON_COLUMNS
                            " FROM sessions JOIN people ON people.id = person WHERE hash = ? AND until_ms > ?",
                            "si", hash, now_ms));
    return first(s, q, person_of, person, "this session is over: join or log in again", why);
}

th_err th_people_session_end(th_store *s, const char *hash, th_why *why)
{
    return th_store_run(s, why, "DELETE FROM sessions WHERE hash = ?", "s", hash);
}

th_err th_people_sessions_end(th_store *s, int64_t person, th_why *why)
{
    return th_store_run(s, why, "DELETE FROM sessions WHERE person = ?", "i", person);
}

th_err th_people_program_add(th_store *s, const th_program *p, const char *hash, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    th_err err = room_for(s, "programs", p->name, why);
    if (!err)
        err = th_store_run(
            s, why, "INSERT INTO programs (name, hash, orders_a_day, order_bytes, made_ms) VALUES (?, ?, ?, ?, ?)",
            "ssiii", p->name, hash, p->orders_a_day, p->order_bytes, p->made_ms);
    return th_store_end(s, err, why);
}

#define PROGRAM_COLUMNS "name, orders_a_day, order_bytes, made_ms"

th_err th_people_program(th_store *s, const char *hash, th_program *program, th_why *why)
{
    sqlite3_stmt *q;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT " PROGRAM_COLUMNS " FROM programs WHERE hash = ?", "s", hash));
    return first(s, q, program_of, program, "this token is not known: ask for a new one", why);
}

th_err th_people_program_find(th_store *s, const char *name, th_program *program, th_why *why)
{
    sqlite3_stmt *q;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT " PROGRAM_COLUMNS " FROM programs WHERE name = ?", "s", name));
    return first(s, q, program_of, program, "there is no token of this name", why);
}

th_err th_people_programs(th_store *s, th_program **list, size_t *n, th_why *why)
{
    sqlite3_stmt *q;
    void *rows;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT " PROGRAM_COLUMNS " FROM programs ORDER BY name", ""));
    const th_err err = all(s, q, program_of, sizeof **list, &rows, n, why);
    *list = rows;
    return err;
}

th_err th_people_program_remove(th_store *s, const char *name, th_why *why)
{
    TH_TRY(th_store_run(s, why, "DELETE FROM programs WHERE name = ?", "s", name));
    return sqlite3_changes(s->db) ? TH_OK : th_why_set(why, TH_ENOENT, "there is no token of this name");
}

th_err th_people_order(th_store *s, const char *program, int64_t day, bool *taken, th_why *why)
{
    *taken = false;
    TH_TRY(th_store_run(s, why, "DELETE FROM orders WHERE day < ?", "i", day));
    TH_TRY(th_store_run(s, why, "INSERT OR IGNORE INTO orders (program, day, n) VALUES (?, ?, 0)", "si", program, day));
    TH_TRY(th_store_run(s, why,
                        "UPDATE orders SET n = n + 1 WHERE program = ? AND day = ? AND n < (SELECT orders_a_day FROM "
                        "programs WHERE name = program)",
                        "si", program, day));
    *taken = sqlite3_changes(s->db) > 0;
    return TH_OK;
}

th_err th_people_own(th_store *s, const char *project, const char *sample, const char *person, th_why *why)
{
    return th_store_run(s, why, "INSERT OR REPLACE INTO owners (project, sample, person) VALUES (?, ?, ?)", "sss",
                        project, sample, person);
}

th_err th_people_owns(th_store *s, const char *project, const char *sample, const char *person, bool *owns, th_why *why)
{
    sqlite3_stmt *q;
    TH_TRY(th_store_prepare(
        s, &q, why,
        "SELECT 1 FROM owners WHERE project = ? AND sample IN ('', ?) AND person = ? COLLATE NOCASE LIMIT 1", "sss",
        project, sample, person));
    const th_err err = th_store_step(s, q, owns, why);
    sqlite3_finalize(q);
    return err;
}
