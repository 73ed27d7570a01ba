/* One interface, two databases: the same tests on a file of SQLite and on a server of PostgreSQL. */
#include "databases.h"

#include "os/run.h"
#include "os/thread.h"
#include "store/sql.h"

#include <stdatomic.h>

static const char *const steps[] = {
    "CREATE TABLE people ($ID, name TEXT NOT NULL UNIQUE, age BIGINT, height DOUBLE PRECISION);",
    "CREATE TABLE pages (person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE, page TEXT NOT NULL, n BIGINT "
    "NOT NULL CHECK (n >= 0), PRIMARY KEY (person, page));",
};
static const th_sql_schema schema = {steps, 2}, first_step = {steps, 1};

static th_sql *open_as(const char *where, const th_sql_schema *s)
{
    th_sql *sql;
    th_why why = {0};
    if (th_sql_open(where, s, &sql, &why)) fail_msg("%s", why.text);
    return sql;
}

static void good(th_err err, const th_why *why)
{
    if (err) fail_msg("%s", why->text);
}

static th_sql_link *begin(th_sql *s, int64_t lock)
{
    th_sql_link *l;
    th_why why = {0};
    good(th_sql_begin(s, lock, &l, &why), &why);
    return l;
}

static int64_t count(th_sql *s, const char *text)
{
    th_sql_link *l;
    th_why why = {0};
    int64_t n;
    good(th_sql_read(s, &l, &why), &why);
    good(th_sql_number(l, &n, -1, &why, text, ""), &why);
    good(th_sql_end(l, TH_OK, &why), &why);
    return n;
}

static void values_come_back_as_they_went(void **state)
{
    const database *d = *state;
    NEEDS_DATABASE(d);
    th_sql *s = open_as(d->where, &schema);
    th_why why = {0};
    th_sql_link *l = begin(s, 0);
    th_sql_rows *q;
    int64_t id;
    const int64_t age = INT64_C(-9007199254740993);
    const double height = 0.1;
    good(th_sql_number(l, &id, 0, &why, "INSERT INTO people (name, age, height) VALUES (?, ?, ?) RETURNING id", "sID",
                       "Noor '?' \"$1\" \xd9\x86\xd9\x88\xd8\xb1", &age, &height),
         &why);
    assert_int_equal(id, 1);
    good(th_sql_do(l, &why, "INSERT INTO people (name, age, height) VALUES (?, ?, ?)", "sID", "", (int64_t *)NULL,
                   (double *)NULL),
         &why);
    good(th_sql_ask(l, &q, &why, "SELECT name, age, height, '?' FROM people WHERE id >= ? ORDER BY id", "i", id), &why);
    assert_true(th_sql_next(q));
    assert_string_equal(th_sql_text(q, 0), "Noor '?' \"$1\" \xd9\x86\xd9\x88\xd8\xb1");
    assert_true(th_sql_int(q, 1) == age);
    assert_true(th_sql_double(q, 2) == 0.1);
    assert_string_equal(th_sql_text(q, 3), "?");
    assert_true(th_sql_next(q));
    assert_string_equal(th_sql_text(q, 0), "");
    assert_false(th_sql_is_null(q, 0));
    assert_true(th_sql_is_null(q, 1));
    assert_true(th_sql_is_null(q, 2));
    assert_false(th_sql_next(q));
    good(th_sql_done(q, &why), &why);
    good(th_sql_end(l, TH_OK, &why), &why);
    th_sql_close(s);
}

static void a_failed_transaction_leaves_nothing(void **state)
{
    const database *d = *state;
    NEEDS_DATABASE(d);
    th_sql *s = open_as(d->where, &schema);
    th_why why = {0};
    th_sql_link *l = begin(s, 7);
    good(th_sql_do(l, &why, "INSERT INTO people (name) VALUES ('a'), ('b')", ""), &why);
    assert_int_equal(th_sql_changed(l), 2);
    th_err err = th_sql_do(l, &why, "INSERT INTO people (name) VALUES (?)", "s", "a");
    assert_int_equal(err, TH_EEXIST);
    assert_int_equal(th_sql_end(l, err, &why), TH_EEXIST);
    assert_int_equal(count(s, "SELECT count(*) FROM people"), 0);

    l = begin(s, 7); /* a rule of the tables, and a statement that is none */
    why = (th_why){0};
    err = th_sql_do(l, &why, "INSERT INTO pages (person, page, n) VALUES (99, 'x', 0)", "");
    assert_int_equal(th_sql_end(l, err, &why), TH_ERANGE);
    l = begin(s, 0);
    why = (th_why){0};
    err = th_sql_do(l, &why, "INSERT INTO nowhere VALUES (1)", "");
    assert_int_equal(th_sql_end(l, err, &why), TH_EIO);
    assert_non_null(strstr(why.text, "nowhere"));
    th_sql_close(s);
}

static void steps_run_once_and_in_order(void **state)
{
    const database *d = *state;
    NEEDS_DATABASE(d);
    th_sql_close(open_as(d->where, &schema));
    th_sql *s = open_as(d->where, &schema), *older;
    th_why why = {0};
    th_sql_link *l = begin(s, 0);
    good(th_sql_do(l, &why, "INSERT INTO people (name) VALUES ('kept')", ""), &why);
    good(th_sql_end(l, TH_OK, &why), &why);
    th_sql_close(s);
    s = open_as(d->where, &schema);
    assert_int_equal(count(s, "SELECT count(*) FROM people"), 1);
    assert_int_equal(count(s, "SELECT count(*) FROM pages"), 0);
    th_sql_close(s);
    assert_int_equal(th_sql_open(d->where, &first_step, &older, &why), TH_EUNSUP);
    assert_null(older);
}

#define THREADS 12
#define TIMES   20
typedef struct together {
    th_sql *sql;
    atomic_int left, bad;
} together;

/* Reads a number and writes one more: right only where nobody else does so in between. */
static void count_up(void *ctx)
{
    together *t = ctx;
    for (int i = 0; i < TIMES; i++) {
        th_sql_link *l;
        int64_t n = 0;
        if (th_sql_begin(t->sql, 5, &l, NULL)) {
            t->bad++;
            continue;
        }
        th_err err = th_sql_number(l, &n, 0, NULL, "SELECT n FROM pages WHERE page = ?", "s", "p");
        if (!err) err = th_sql_do(l, NULL, "UPDATE pages SET n = ? WHERE page = 'p'", "i", n + 1);
        t->bad += th_sql_end(l, err, NULL) != TH_OK;
        t->bad += th_sql_read(t->sql, &l, NULL) || th_sql_number(l, &n, 0, NULL, "SELECT n FROM pages", "") ||
                  th_sql_end(l, TH_OK, NULL);
    }
    t->left--;
}

static void many_threads_lose_nothing(void **state)
{
    const database *d = *state;
    NEEDS_DATABASE(d);
    together t = {.sql = open_as(d->where, &schema), .left = THREADS};
    th_why why = {0};
    th_sql_link *l = begin(t.sql, 0);
    good(th_sql_do(l, &why, "INSERT INTO people (name) VALUES ('a')", ""), &why);
    good(th_sql_do(l, &why, "INSERT INTO pages (person, page, n) SELECT id, 'p', 0 FROM people", ""), &why);
    good(th_sql_end(l, TH_OK, &why), &why);
    for (int i = 0; i < THREADS; i++) good(th_thread_start(count_up, &t, &why), &why);
    while (t.left > 0) th_clock_rest(0.01);
    assert_int_equal(t.bad, 0);
    assert_int_equal(count(t.sql, "SELECT n FROM pages"), THREADS * TIMES);
    th_sql_close(t.sql);
}

static void a_server_that_was_away_is_asked_again(void **state)
{
    const database *d = *state;
    NEEDS_DATABASE(d);
    th_sql *s = open_as(d->where, &schema);
    th_why why = {0};
    assert_int_equal(count(s, "SELECT count(*) FROM people"), 0);
    th_sql_link *l = begin(s, 0);
    (void)server_do("stop");
    assert_int_equal(th_sql_do(l, &why, "INSERT INTO people (name) VALUES ('lost')", ""), TH_EIO);
    assert_int_equal(th_sql_end(l, TH_EIO, &why), TH_EIO);
    assert_int_equal(server_do("start"), 0);
    assert_int_equal(count(s, "SELECT count(*) FROM people"), 0);
    l = begin(s, 3);
    good(th_sql_do(l, &why, "INSERT INTO people (name) VALUES ('kept')", ""), &why);
    good(th_sql_end(l, TH_OK, &why), &why);
    th_sql_close(s);
}

static void what_cannot_be_opened_says_why(void **state)
{
    const database *d = *state;
    th_sql *s;
    th_why why = {0};
    char where[TH_PATH_BYTES + 64];
    assert_int_equal(th_sql_open("postgresql://me:secret@127.0.0.1:1/db?password=secret", &schema, &s, &why), TH_EIO);
    assert_non_null(strstr(why.text, "postgresql://127.0.0.1:1/db"));
    assert_null(strstr(why.text, "secret"));
    snprintf(where, sizeof where, "%s/none/course.db", d->folder);
    why = (th_why){0};
    assert_int_equal(th_sql_open(where, &schema, &s, &why), TH_EIO);
    static const uint8_t words[] = "this is a diary, and it is no database at all";
    assert_int_equal(th_file_write(d->where, (th_span){words, sizeof words}, NULL), TH_OK);
    why = (th_why){0};
    assert_int_equal(th_sql_open(d->where, &schema, &s, &why), TH_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(values_come_back_as_they_went),
        ON_BOTH(a_failed_transaction_leaves_nothing),
        ON_BOTH(steps_run_once_and_in_order),
        ON_BOTH(many_threads_lose_nothing),
        cmocka_unit_test_setup_teardown(a_server_that_was_away_is_asked_again, on_postgres, database_end),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_says_why, on_sqlite, database_end),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
