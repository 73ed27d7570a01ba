/* The pool of connections, the schema's steps, and what is the same for both kinds of database. */
#include "store/sql.h"

#include "base/hash.h"
#include "base/text.h"
#include "os/file.h"
#include "os/run.h"
#include "os/thread.h"
#include "store/sql_priv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINKS       8   /* that are open at most; 500 learners leave more than half of them idle */
#define LINK_WAIT_S 30  /* for one that is lent */
#define SCHEMA_LOCK 543 /* of who brings the tables up to date */

struct th_sql {
    const th_sql_driver *driver;
    char *where;
    char shown[256]; /* the same without a password */
    th_mutex lock;   /* of what follows */
    th_bell back;
    th_sql_link *free;
    int n_links;
    th_mutex writer; /* one_writer: who has it may use `write` */
    th_sql_link *write;
    char *log;                   /* its file */
    uint64_t committed, on_disk; /* transactions, by number */
    bool syncing;                /* somebody waits for the disk, for all that were committed before */
};

static bool is_address(const char *where)
{
    return !strncmp(where, "postgresql://", 13) || !strncmp(where, "postgres://", 11);
}

/* "postgresql://user:secret@host/db?password=x" as "postgresql://host/db". */
static void show(const char *where, char *shown, size_t cap)
{
    const char *at = is_address(where) ? strstr(where, "://") + 3 : where;
    const size_t n = strcspn(at, "/?");
    const char *host = at;
    if (at != where)
        for (size_t i = 0; i < n; i++)
            if (at[i] == '@') host = at + i + 1;
    const size_t end = at == where ? strlen(host) : strcspn(host, "?");
    (void)th_text_fmt(shown, cap, "%s%.*s", at == where ? "" : "postgresql://", (int)end, host);
}

const char *th_sql_where(const th_sql_link *link)
{
    return link->sql->shown;
}

/* ---- statements that are kept --------------------------------------------------------------------------------- */

th_sql_kept *th_sql_keep(th_sql_link *link, const char *text)
{
    const uint64_t hash = th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)text, strlen(text)});
    for (int i = 0; i < link->n_kept; i++) {
        th_sql_kept *k = &link->kept[i];
        if (k->hash == hash && !strcmp(k->text, text)) return k->busy ? NULL : k;
    }
    if (link->n_kept == TH_SQL_KEPT) return NULL;
    th_sql_kept *k = &link->kept[link->n_kept];
    *k = (th_sql_kept){.text = strdup(text), .hash = hash};
    if (!k->text) return NULL;
    link->n_kept++;
    return k;
}

/* ---- links ---------------------------------------------------------------------------------------------------- */

static void link_free(th_sql_link *link)
{
    if (!link) return;
    if (link->db) link->sql->driver->close(link);
    for (int i = 0; i < link->n_kept; i++) free(link->kept[i].text);
    free(link);
}

static th_err link_new(th_sql *s, th_sql_link **link, th_why *why)
{
    *link = calloc(1, sizeof **link);
    if (!*link) return th_why_set(why, TH_ENOMEM, "out of memory for a connection");
    (*link)->sql = s;
    const th_err err = s->driver->open(s->where, *link, why);
    if (err) {
        link_free(*link);
        *link = NULL;
    }
    return err;
}

static void give(th_sql_link *link)
{
    th_sql *s = link->sql;
    th_mutex_lock(&s->lock);
    link->next = s->free;
    s->free = link;
    th_bell_ring(&s->back);
    th_mutex_unlock(&s->lock);
}

static th_err take(th_sql *s, th_sql_link **link, th_why *why)
{
    const double until = th_clock_s() + LINK_WAIT_S;
    th_mutex_lock(&s->lock);
    while (!s->free && s->n_links == LINKS && th_clock_s() < until) th_bell_wait(&s->back, &s->lock, until);
    *link = s->free;
    const bool more = !*link && s->n_links < LINKS;
    if (*link) s->free = (*link)->next;
    s->n_links += more;
    th_mutex_unlock(&s->lock);
    if (*link) return TH_OK;
    if (!more) return th_why_set(why, TH_EIO, "the database at %s is too busy: try again", s->shown);
    const th_err err = link_new(s, link, why);
    if (!err) return TH_OK;
    th_mutex_lock(&s->lock);
    s->n_links--;
    th_bell_ring(&s->back);
    th_mutex_unlock(&s->lock);
    return err;
}

th_err th_sql_read(th_sql *s, th_sql_link **link, th_why *why)
{
    return take(s, link, why);
}

static th_err begin(th_sql_link *link, int64_t lock, bool light, th_why *why)
{
    const th_sql_driver *driver = link->sql->driver;
    TH_TRY(th_sql_do(link, why, driver->begin, ""));
    link->writing = true;
    link->light = light;
    if (light && driver->light) TH_TRY(th_sql_do(link, why, driver->light, ""));
    return lock && driver->lock ? driver->lock(link, lock, why) : TH_OK;
}

static th_err begin_any(th_sql *s, int64_t lock, bool light, th_sql_link **link, th_why *why)
{
    if (s->driver->one_writer) {
        th_mutex_lock(&s->writer);
        *link = s->write;
    } else {
        TH_TRY(take(s, link, why));
    }
    const th_err err = begin(*link, lock, light, why);
    return err ? th_sql_end(*link, err, why) : TH_OK;
}

th_err th_sql_begin(th_sql *s, int64_t lock, th_sql_link **link, th_why *why)
{
    return begin_any(s, lock, false, link, why);
}

th_err th_sql_begin_light(th_sql *s, th_sql_link **link, th_why *why)
{
    return begin_any(s, 0, true, link, why);
}

/* Until the transaction of this number is on the disk.  One thread waits for the disk, for all that were committed
 * before it began; the others for that thread: a hundred answers at the same moment cost two waits, not a hundred. */
static th_err wait_for_disk(th_sql *s, uint64_t number, th_why *why)
{
    th_err err = TH_OK;
    th_mutex_lock(&s->lock);
    while (!err && s->on_disk < number) {
        if (s->syncing) {
            th_bell_wait(&s->back, &s->lock, th_clock_s() + LINK_WAIT_S);
            continue;
        }
        const uint64_t all = s->committed;
        s->syncing = true;
        th_mutex_unlock(&s->lock);
        err = th_file_sync(s->log, why);
        th_mutex_lock(&s->lock);
        s->syncing = false;
        if (!err) s->on_disk = all;
        th_bell_ring(&s->back);
    }
    th_mutex_unlock(&s->lock);
    return err;
}

th_err th_sql_end(th_sql_link *link, th_err err, th_why *why)
{
    th_sql *s = link->sql;
    uint64_t number = 0;
    if (link->writing) {
        if (!err) err = th_sql_do(link, why, "COMMIT", "");
        if (err) (void)s->driver->script(link, "ROLLBACK", NULL);
        if (!err && s->log && !link->light) {
            th_mutex_lock(&s->lock);
            number = ++s->committed;
            th_mutex_unlock(&s->lock);
        }
    }
    link->writing = false;
    if (link == s->write)
        th_mutex_unlock(&s->writer);
    else
        give(link);
    return number ? wait_for_disk(s, number, why) : err;
}

/* ---- statements ----------------------------------------------------------------------------------------------- */

static void params_of(th_sql_params *p, const char *types, va_list args)
{
    p->n = 0;
    for (; types[p->n] && p->n < TH_SQL_PARAMS; p->n++) {
        th_sql_value *v = &p->v[p->n];
        const char type = types[p->n];
        *v = (th_sql_value){.type = type == 'I' ? 'i' : type == 'D' ? 'd' : type};
        v->of = v->type;
        const void *there = v;
        if (type == 'i') v->i = va_arg(args, int64_t);
        if (type == 'd') v->d = va_arg(args, double);
        if (type == 's') there = v->s = va_arg(args, const char *);
        if (type == 'I' && (there = va_arg(args, const int64_t *))) v->i = *(const int64_t *)there;
        if (type == 'D' && (there = va_arg(args, const double *))) v->d = *(const double *)there;
        if (!there) v->type = 'n';
    }
}

static th_err ask(th_sql_link *link, th_sql_rows *rows, th_why *why, const char *text, const char *types, va_list args)
{
    th_sql_params params;
    *rows = (th_sql_rows){.link = link};
    params_of(&params, types, args);
    return link->sql->driver->ask(link, text, &params, rows, why);
}

/* The end of rows that may have failed. */
static th_err finish(th_sql_rows *rows, th_why *why)
{
    rows->link->sql->driver->done(rows);
    return rows->err ? th_why_set(why, rows->err, "%s", rows->why.text) : TH_OK;
}

th_err th_sql_do(th_sql_link *link, th_why *why, const char *text, const char *types, ...)
{
    th_sql_rows rows;
    va_list args;
    va_start(args, types);
    const th_err err = ask(link, &rows, why, text, types, args);
    va_end(args);
    if (err) return err;
    while (th_sql_next(&rows)) {
    }
    return finish(&rows, why);
}

int64_t th_sql_changed(const th_sql_link *link)
{
    return link->changed;
}

th_err th_sql_ask(th_sql_link *link, th_sql_rows **rows, th_why *why, const char *text, const char *types, ...)
{
    *rows = malloc(sizeof **rows);
    if (!*rows) return th_why_set(why, TH_ENOMEM, "out of memory for rows");
    va_list args;
    va_start(args, types);
    const th_err err = ask(link, *rows, why, text, types, args);
    va_end(args);
    if (err) {
        free(*rows);
        *rows = NULL;
    }
    return err;
}

bool th_sql_next(th_sql_rows *rows)
{
    return rows->link->sql->driver->next(rows);
}

th_err th_sql_done(th_sql_rows *rows, th_why *why)
{
    const th_err err = finish(rows, why);
    free(rows);
    return err;
}

th_err th_sql_number(th_sql_link *link, int64_t *value, int64_t none, th_why *why, const char *text, const char *types,
                     ...)
{
    th_sql_rows rows;
    va_list args;
    va_start(args, types);
    const th_err err = ask(link, &rows, why, text, types, args);
    va_end(args);
    if (err) return err;
    *value = th_sql_next(&rows) ? th_sql_int(&rows, 0) : none;
    return finish(&rows, why);
}

int64_t th_sql_int(const th_sql_rows *rows, int column)
{
    return rows->link->sql->driver->get_int(rows, column);
}

double th_sql_double(const th_sql_rows *rows, int column)
{
    return rows->link->sql->driver->get_double(rows, column);
}

const char *th_sql_text(const th_sql_rows *rows, int column)
{
    return rows->link->sql->driver->get_text(rows, column);
}

bool th_sql_is_null(const th_sql_rows *rows, int column)
{
    return rows->link->sql->driver->get_null(rows, column);
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

/* A step with $ID written as this kind of database says it. */
static th_err apply(th_sql_link *link, const char *step, th_why *why)
{
    static const char mark[] = "$ID";
    const char *id = link->sql->driver->id;
    size_t marks = 0, n = 0;
    for (const char *at = step; (at = strstr(at, mark)); at += 3) marks++;
    char *text = malloc(strlen(step) + marks * strlen(id) + 1);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory for tables");
    while (*step) {
        const bool is_mark = !strncmp(step, mark, 3);
        const char *from = is_mark ? id : step;
        const size_t len = is_mark ? strlen(id) : 1;
        memcpy(text + n, from, len);
        n += len;
        step += is_mark ? 3 : 1;
    }
    text[n] = 0;
    const th_err err = link->sql->driver->script(link, text, why);
    free(text);
    return err;
}

static th_err bring_up(th_sql_link *link, const th_sql_schema *schema, th_why *why)
{
    int64_t tables, version;
    TH_TRY(th_sql_number(link, &tables, 0, why, link->sql->driver->tables, ""));
    if (!tables) TH_TRY(apply(link, "CREATE TABLE th_schema (version BIGINT NOT NULL)", why));
    if (!tables) TH_TRY(th_sql_do(link, why, "INSERT INTO th_schema (version) VALUES (0)", ""));
    if (th_sql_number(link, &version, -1, NULL, "SELECT version FROM th_schema", "") || version < 0)
        return th_why_set(why, TH_EFORMAT, "%s is the database of another program: name another one", link->sql->shown);
    if (version > schema->n_steps)
        return th_why_set(why, TH_EUNSUP, "%s was written by a newer Thimble (schema %lld, this one knows %d)",
                          link->sql->shown, (long long)version, schema->n_steps);
    if (version == schema->n_steps) return TH_OK;
    for (; version < schema->n_steps; version++) TH_TRY(apply(link, schema->steps[version], why));
    return th_sql_do(link, why, "UPDATE th_schema SET version = ?", "i", (int64_t)schema->n_steps);
}

static th_err open_all(th_sql *s, const th_sql_schema *schema, th_why *why)
{
    th_sql_link *link;
    if (s->driver->one_writer) TH_TRY(link_new(s, &s->write, why));
    TH_TRY(th_sql_begin(s, SCHEMA_LOCK, &link, why));
    return th_sql_end(link, bring_up(link, schema, why), why);
}

/* "course.db-wal": where SQLite puts what is committed. */
static th_err log_of(th_sql *s, th_why *why)
{
    const size_t n = strlen(s->where) + strlen(s->driver->log) + 1;
    s->log = malloc(n);
    if (!s->log) return th_why_set(why, TH_ENOMEM, "out of memory for a database");
    (void)th_text_fmt(s->log, n, "%s%s", s->where, s->driver->log);
    return TH_OK;
}

th_err th_sql_open(const char *where, const th_sql_schema *schema, th_sql **sql, th_why *why)
{
    th_sql *s = calloc(1, sizeof *s);
    *sql = NULL;
    if (!s || !(s->where = strdup(where)) || th_mutex_init(&s->lock, why)) {
        if (s) free(s->where);
        free(s);
        return th_why_set(why, TH_ENOMEM, "out of memory for a database");
    }
    show(where, s->shown, sizeof s->shown);
    s->driver = is_address(where) ? &th_sql_postgres : &th_sql_sqlite;
    th_err err = s->driver->log ? log_of(s, why) : TH_OK;
    if (!err) err = th_mutex_init(&s->writer, why);
    if (!err) err = th_bell_init(&s->back, why);
    if (!err) err = open_all(s, schema, why);
    if (err)
        th_sql_close(s);
    else
        *sql = s;
    return err;
}

void th_sql_close(th_sql *s)
{
    if (!s) return;
    for (th_sql_link *link = s->free, *next; link; link = next) {
        next = link->next;
        link_free(link);
    }
    link_free(s->write);
    th_bell_free(&s->back);
    th_mutex_free(&s->writer);
    th_mutex_free(&s->lock);
    free(s->log);
    free(s->where);
    free(s);
}
