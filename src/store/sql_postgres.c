#include "store/sql_priv.h"

#include "base/text.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types of parameters, by their numbers in pg_type. */
#define OID_INT8   20
#define OID_TEXT   25
#define OID_FLOAT8 701

static void say_nothing(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* libpq's messages end with a newline, and some have several lines. */
static th_err failed(const th_sql_link *link, const PGresult *result, th_why *why)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!text) text = PQerrorMessage(link->db);
    if (state && !strcmp(state, "23505")) return th_why_set(why, TH_EEXIST, "this is there already (%s)", text);
    if (state && !strncmp(state, "23", 2)) return th_why_set(why, TH_ERANGE, "the database cannot keep this: %s", text);
    const int n = (int)strcspn(text, "\n");
    return th_why_set(why, TH_EIO, "cannot use the database at %s: %.*s", th_sql_where(link), n, text);
}

static th_err script(th_sql_link *link, const char *text, th_why *why)
{
    PGresult *result = PQexec(link->db, text);
    const ExecStatusType status = PQresultStatus(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    const th_err err = good ? TH_OK : failed(link, result, why);
    PQclear(result);
    return err;
}

static void forget(th_sql_link *link)
{
    for (int i = 0; i < link->n_kept; i++) link->kept[i].statement = NULL;
}

static void close_link(th_sql_link *link)
{
    PQfinish(link->db);
    link->db = NULL;
}

/* Our tables stand in a schema of our own, beside whatever else the database holds. */
static th_err set_up(th_sql_link *link, th_why *why)
{
    TH_TRY(script(link, "SET synchronous_commit = on; SET statement_timeout = '60s'", why));
    PGresult *result = PQexec(link->db, "SELECT 1 FROM pg_namespace WHERE nspname = 'thimble'");
    const bool there = PQntuples(result) == 1;
    PQclear(result);
    if (!there) /* two servers may begin at the same moment: one after the other */
        TH_TRY(script(link, "BEGIN; SELECT pg_advisory_xact_lock(5436); CREATE SCHEMA IF NOT EXISTS thimble; COMMIT",
                      why));
    return script(link, "SET search_path = thimble", why);
}

static th_err open_link(const char *where, th_sql_link *link, th_why *why)
{
    const char *const names[] = {"dbname", "connect_timeout", "client_encoding", "fallback_application_name", NULL};
    const char *const values[] = {where, "10", "UTF8", "thimble", NULL};
    PGconn *db = PQconnectdbParams(names, values, 1);
    link->db = db;
    if (!db) return th_why_set(why, TH_ENOMEM, "out of memory for a connection");
    (void)PQsetNoticeProcessor(db, say_nothing, NULL);
    th_err err = PQstatus(db) == CONNECTION_OK ? TH_OK : failed(link, NULL, why);
    const char *encoding = err ? NULL : PQparameterStatus(db, "server_encoding");
    if (!err && (!encoding || strcmp(encoding, "UTF8") != 0))
        err = th_why_set(why, TH_EUNSUP,
                         "the database at %s keeps texts as %s: make one with createdb --encoding=UTF8 "
                         "--template=template0",
                         th_sql_where(link), encoding ? encoding : "something unknown");
    if (!err) err = set_up(link, why);
    if (err) close_link(link);
    return err;
}

/* ?, outside of quotes, becomes $1, $2 ..  free() it. */
static char *translate(const char *text)
{
    char *out = malloc(strlen(text) * 3 + 1), quote = 0;
    size_t n = 0;
    int count = 0;
    for (; out && *text; text++) {
        if (quote && *text == quote)
            quote = 0;
        else if (!quote && (*text == '\'' || *text == '"'))
            quote = *text;
        if (!quote && *text == '?')
            n += (size_t)sprintf(out + n, "$%d", ++count);
        else
            out[n++] = *text;
    }
    if (out) out[n] = 0;
    return out;
}

typedef struct arguments {
    const char *value[TH_SQL_PARAMS];
    Oid type[TH_SQL_PARAMS];
    char text[TH_SQL_PARAMS][40];
} arguments;

static void argument(arguments *a, int i, const th_sql_value *v)
{
    const char of = v->type == 'n' ? v->of : v->type;
    a->type[i] = of == 'i' ? OID_INT8 : of == 'd' ? OID_FLOAT8 : OID_TEXT;
    a->value[i] = v->type == 'n' ? NULL : v->type == 's' ? v->s : a->text[i];
    if (v->type == 'i') (void)snprintf(a->text[i], sizeof a->text[i], "%lld", (long long)v->i);
    if (v->type == 'd') (void)snprintf(a->text[i], sizeof a->text[i], "%.17g", v->d);
}

/* The statement of this number in its link's list is called "s12" on the server. */
static PGresult *run(th_sql_link *link, th_sql_kept *kept, const char *text, const arguments *a, int n)
{
    char name[16];
    if (!kept) return PQexecParams(link->db, text, n, a->type, a->value, NULL, NULL, 0);
    (void)snprintf(name, sizeof name, "s%d", (int)(kept - link->kept));
    if (!kept->statement) {
        PGresult *made = PQprepare(link->db, name, text, n, a->type);
        if (PQresultStatus(made) != PGRES_COMMAND_OK) return made;
        PQclear(made);
        kept->statement = kept;
    }
    return PQexecPrepared(link->db, name, n, a->value, NULL, NULL, 0);
}

/* The server went away since this link was used: again, once; not in the middle of a transaction, whose beginning is
 * lost with it. */
static bool came_back(th_sql_link *link)
{
    if (link->writing || PQstatus(link->db) == CONNECTION_OK) return false;
    PQreset(link->db);
    forget(link);
    return PQstatus(link->db) == CONNECTION_OK && set_up(link, NULL) == TH_OK;
}

static th_err ask(th_sql_link *link, const char *text, const th_sql_params *params, th_sql_rows *rows, th_why *why)
{
    arguments a;
    char *translated = translate(text);
    if (!translated) return th_why_set(why, TH_ENOMEM, "out of memory for a statement");
    for (int i = 0; i < params->n; i++) argument(&a, i, &params->v[i]);
    th_sql_kept *kept = th_sql_keep(link, text);
    PGresult *result = run(link, kept, translated, &a, params->n);
    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK && came_back(link)) {
        PQclear(result);
        result = run(link, kept, translated, &a, params->n);
    }
    free(translated);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        const th_err err = failed(link, result, why);
        PQclear(result);
        return err;
    }
    rows->answer = result;
    rows->row = -1;
    rows->n = PQntuples(result);
    link->changed = strtoll(PQcmdTuples(result), NULL, 10);
    return TH_OK;
}

static bool next(th_sql_rows *rows)
{
    return ++rows->row < rows->n;
}

static void done(th_sql_rows *rows)
{
    PQclear(rows->answer);
}

static th_err lock(th_sql_link *link, int64_t number, th_why *why)
{
    char text[64];
    (void)snprintf(text, sizeof text, "SELECT pg_advisory_xact_lock(%lld)", (long long)number);
    return script(link, text, why);
}

static const char *get_text(const th_sql_rows *rows, int column)
{
    return PQgetvalue(rows->answer, rows->row, column);
}

static int64_t get_int(const th_sql_rows *rows, int column)
{
    const char *text = get_text(rows, column);
    return *text == 't' ? 1 : strtoll(text, NULL, 10); /* t, f: of a comparison */
}

static double get_double(const th_sql_rows *rows, int column)
{
    return strtod(get_text(rows, column), NULL);
}

static bool get_null(const th_sql_rows *rows, int column)
{
    return PQgetisnull(rows->answer, rows->row, column) != 0;
}

const th_sql_driver th_sql_postgres = {
    .name = "postgresql",
    .id = "id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'thimble'",
    .open = open_link,
    .close = close_link,
    .ask = ask,
    .next = next,
    .done = done,
    .script = script,
    .lock = lock,
    .begin = "BEGIN",
    .light = "SET LOCAL synchronous_commit = off",
    .get_int = get_int,
    .get_double = get_double,
    .get_text = get_text,
    .get_null = get_null,
};
