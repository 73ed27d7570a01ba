#include "store/runs.h"

#include "store/store_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOW "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"

/* ---- writing ---- */

static th_err find_job(th_store *s, const char *job, int64_t *id, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT max(id) FROM runs WHERE job = ?", "s", job));
    const th_err err = th_store_step(s, q, &more, why);
    *id = !err && more ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return err;
}

static th_err start(th_store *s, const th_run *r, bool resume, int64_t *id, th_why *why)
{
    *id = 0;
    TH_TRY(th_store_run(s, why,
                        "UPDATE runs SET state = 'stopped', finished = " NOW
                        ", message = 'ended without a word: killed, or no power' WHERE state = 'running'",
                        ""));
    if (resume) TH_TRY(find_job(s, r->job, id, why));
    if (*id)
        return th_store_run(
            s, why,
            "UPDATE runs SET state = 'running', finished = NULL, message = NULL, threads = ?, path = ?, "
            "code = ? WHERE id = ?",
            "issi", r->threads, r->path, r->code, *id);
    TH_TRY(th_store_run(s, why,
                        "INSERT INTO runs (name, started, state, job, preset, options, model, seed, threads, path, "
                        "data_hash, data_version, code, metric, parameters, macs, epochs) "
                        "VALUES (?, " NOW ", 'running', ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, ''), ?, ?, ?, ?, ?)",
                        "ssssssisssssiii", r->name, r->job, r->preset, r->options, r->model, r->seed, r->threads,
                        r->path, r->data_hash, r->data_version, r->code, r->metric, r->parameters, r->macs, r->epochs));
    *id = sqlite3_last_insert_rowid(s->db);
    return TH_OK;
}

th_err th_runs_start(th_store *s, const th_run *r, bool resume, int64_t *id, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    return th_store_end(s, start(s, r, resume, id, why), why);
}

th_err th_runs_put(th_store *s, int64_t id, const th_run_value *v, size_t n, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_begin(s, why));
    th_err err = th_store_prepare(s, &q, why, "INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, ?)", "");
    for (size_t i = 0; i < n && !err; i++) {
        if (isnan(v[i].value)) continue; /* not measured; SQLite would take it for NULL */
        sqlite3_bind_int64(q, 1, id);
        sqlite3_bind_int64(q, 2, v[i].epoch);
        sqlite3_bind_text(q, 3, v[i].name, -1, SQLITE_STATIC);
        sqlite3_bind_double(q, 4, v[i].value);
        err = th_store_step(s, q, &more, why);
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    return th_store_end(s, err, why);
}

th_err th_runs_finish(th_store *s, int64_t id, const char *state, const char *message, int64_t best_epoch, th_why *why)
{
    return th_store_run(
        s, why, "UPDATE runs SET state = ?, message = ?, finished = " NOW ", best_epoch = nullif(?, 0) WHERE id = ?",
        "ssii", state, message, best_epoch, id);
}

th_err th_runs_artefact(th_store *s, int64_t id, const char *kind, const char *path, const char *hash, th_why *why)
{
    return th_store_run(s, why, "INSERT OR REPLACE INTO artefacts VALUES (?, ?, ?, ?)", "isss", id, kind, path, hash);
}

th_err th_runs_result(th_store *s, const char *hash, const char *name, double value, th_why *why)
{
    TH_TRY(th_store_run(s, why,
                        "INSERT OR REPLACE INTO results SELECT max(run), ?, ? FROM artefacts WHERE hash = ? "
                        "HAVING max(run) IS NOT NULL",
                        "sds", name, value, hash));
    if (sqlite3_changes(s->db) == 0) return th_why_set(why, TH_ENOENT, "%s knows no run that made this model", s->path);
    return TH_OK;
}

th_err th_runs_name(th_store *s, int64_t id, const char *name, th_why *why)
{
    if (!*name || strlen(name) > 64 || strspn(name, "0123456789") == strlen(name))
        return th_why_set(why, TH_EUSAGE, "a run's name has 1 to 64 bytes and is no number, unlike \"%s\"", name);
    th_why inner = {0};
    const th_err err = th_store_run(s, &inner, "UPDATE runs SET name = ? WHERE id = ?", "si", name, id);
    if (err && (sqlite3_errcode(s->db) & 0xff) == SQLITE_CONSTRAINT)
        return th_why_set(why, TH_EEXIST, "another run is called \"%s\" already", name);
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

th_err th_runs_delete(th_store *s, int64_t id, th_why *why)
{
    return th_store_run(s, why, "DELETE FROM runs WHERE id = ?", "i", id);
}

/* ---- reading ---- */

/* The texts that were read are our own; const is for those who only look. */
static void free_text(const char *text)
{
    char *own;
    memcpy(&own, &text, sizeof own);
    free(own);
}

static char *text_of(sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return strdup(text ? (const char *)text : "");
}

/* One more element of `size` bytes at the end of an array that doubles; NULL when memory is out. */
static void *grow(void **array, size_t n, size_t size)
{
    if ((n & (n - 1)) == 0) { /* 0, 1, 2, 4, ..: full */
        void *more = realloc(*array, (n ? 2 * n : 1) * size);
        if (!more) return NULL;
        *array = more;
    }
    unsigned char *at = (unsigned char *)*array + n * size;
    memset(at, 0, size);
    return at;
}

static bool read_run(th_run *r, sqlite3_stmt *q)
{
    int column = 0;
    bool good = true;
#define X(member) good = (r->member = text_of(q, column++)) && good;
    TH_RUN_TEXTS(X)
#undef X
    r->id = sqlite3_column_int64(q, column++);
    r->threads = sqlite3_column_int64(q, column++);
    r->parameters = sqlite3_column_int64(q, column++);
    r->macs = sqlite3_column_int64(q, column++);
    r->epochs = sqlite3_column_int64(q, column++);
    r->best_epoch = sqlite3_column_int64(q, column);
    return good;
}

static const char select_runs[] = "SELECT "
#define X(member) #member ", "
    TH_RUN_TEXTS(X)
#undef X
        "id, threads, parameters, macs, epochs, best_epoch FROM runs ORDER BY id";

th_err th_runs_all(const th_store *s, th_run_list *list, th_why *why)
{
    sqlite3_stmt *q;
    bool more = true;
    *list = (th_run_list){0};
    TH_TRY(th_store_prepare(s, &q, why, select_runs, ""));
    th_err err = TH_OK;
    while (!err) {
        err = th_store_step(s, q, &more, why);
        if (err || !more) break;
        void *array = list->run;
        th_run *r = grow(&array, list->n, sizeof *r);
        list->run = array;
        if (r) list->n++;
        if (!r || !read_run(r, q)) err = th_why_set(why, TH_ENOMEM, "out of memory for the list of runs");
    }
    sqlite3_finalize(q);
    if (err) th_runs_free(list);
    return err;
}

void th_runs_free(th_run_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        th_run *r = &list->run[i];
#define X(member) free_text(r->member);
        TH_RUN_TEXTS(X)
#undef X
    }
    free(list->run);
    *list = (th_run_list){0};
}

const th_run *th_runs_find(const th_run_list *list, const char *word)
{
    char *end;
    const long long id = strtoll(word, &end, 10);
    for (size_t i = 0; i < list->n; i++)
        if ((*word && !*end && list->run[i].id == id) || (*word && strcmp(list->run[i].name, word) == 0))
            return &list->run[i];
    return NULL;
}

static th_err read_values(const th_store *s, const char *sql, int64_t id, th_run_values *values, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    *values = (th_run_values){0};
    TH_TRY(th_store_prepare(s, &q, why, sql, "i", id));
    th_err err = TH_OK;
    while (!err) {
        err = th_store_step(s, q, &more, why);
        if (err || !more) break;
        void *array = values->v;
        th_run_value *v = grow(&array, values->n, sizeof *v);
        values->v = array;
        if (v) values->n++;
        if (v) *v = (th_run_value){sqlite3_column_int64(q, 0), text_of(q, 1), sqlite3_column_double(q, 2)};
        if (!v || !v->name) err = th_why_set(why, TH_ENOMEM, "out of memory for the figures of a run");
    }
    sqlite3_finalize(q);
    if (err) th_runs_values_free(values);
    return err;
}

th_err th_runs_metrics(const th_store *s, int64_t id, th_run_values *values, th_why *why)
{
    return read_values(s, "SELECT epoch, name, value FROM metrics WHERE run = ? ORDER BY epoch, name", id, values, why);
}

th_err th_runs_results(const th_store *s, int64_t id, th_run_values *values, th_why *why)
{
    return read_values(s, "SELECT 0, name, value FROM results WHERE run = ? ORDER BY name", id, values, why);
}

void th_runs_values_free(th_run_values *values)
{
    for (size_t i = 0; i < values->n; i++) free_text(values->v[i].name);
    free(values->v);
    *values = (th_run_values){0};
}

double th_runs_value(const th_run_values *values, int64_t epoch, const char *name)
{
    size_t lo = 0, hi = values->n;
    while (lo < hi) { /* first of the epoch or after it */
        const size_t mid = lo + (hi - lo) / 2;
        if (values->v[mid].epoch < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < values->n && values->v[lo].epoch == epoch; lo++)
        if (strcmp(values->v[lo].name, name) == 0) return values->v[lo].value;
    return (double)NAN;
}

int64_t th_runs_epochs(const th_run_values *values)
{
    return values->n ? values->v[values->n - 1].epoch : 0;
}

bool th_runs_option(const th_run *r, const char *name, char *buf, size_t cap)
{
    const size_t len = strlen(name);
    for (const char *line = r->options, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (strncmp(line, name, len) != 0 || strncmp(line + len, " = ", 3) != 0) continue;
        const size_t n = (size_t)(end - line) - len - 3;
        if (n >= cap) return false;
        memcpy(buf, line + len + 3, n);
        buf[n] = 0;
        return true;
    }
    return false;
}
