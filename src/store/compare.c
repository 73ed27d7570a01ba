#include "store/compare.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

th_err th_run_full_load(const th_store *s, const th_run *run, th_run_full *full, th_why *why)
{
    *full = (th_run_full){.run = run};
    TH_TRY(th_runs_metrics(s, run->id, &full->metrics, why));
    const th_err err = th_runs_results(s, run->id, &full->results, why);
    if (err) th_run_full_free(full);
    return err;
}

void th_run_full_free(th_run_full *full)
{
    th_runs_values_free(&full->metrics);
    th_runs_values_free(&full->results);
}

int64_t th_run_best(const th_run_full *full)
{
    return full->run->best_epoch ? full->run->best_epoch : th_runs_epochs(&full->metrics);
}

/* The row of a name, made when there is none; NULL: out of memory. */
static th_compare_row *row_of(th_compare *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->n; i++)
        if (strlen(c->row[i].name) == len && memcmp(c->row[i].name, name, len) == 0) return &c->row[i];
    th_compare_row *more = realloc(c->row, (c->n + 1) * sizeof *more);
    if (!more) return NULL;
    c->row = more;
    th_compare_row *r = &more[c->n++];
    *r = (th_compare_row){0};
    th_text_fmt(r->name, sizeof r->name, "%.*s", (int)len, name);
    return r;
}

static bool put(th_compare *c, int k, const char *name, size_t name_len, const char *value, size_t value_len)
{
    th_compare_row *r = row_of(c, name, name_len < sizeof r->name ? name_len : sizeof r->name - 1);
    if (!r) return false;
    th_text_fmt(r->value[k], TH_COMPARE_TEXT, "%.*s", (int)value_len, value);
    return true;
}

static bool put_text(th_compare *c, int k, const char *name, const char *value)
{
    return put(c, k, name, strlen(name), value, strlen(value));
}

static bool put_run(th_compare *c, int k, const th_run *r)
{
    char threads[24], layers[24];
    th_text_fmt(threads, sizeof threads, "%lld", (long long)r->threads);
    th_text_fmt(layers, sizeof layers, "%016llx",
                (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)r->model, strlen(r->model)}));
    bool good = put_text(c, k, "preset", r->preset) && put_text(c, k, "layers (hash)", layers) &&
                put_text(c, k, "seed", r->seed) && put_text(c, k, "threads", threads) &&
                put_text(c, k, "path", r->path) && put_text(c, k, "data (version)", r->data_version) &&
                put_text(c, k, "data (hash)", r->data_hash) && put_text(c, k, "code", r->code);
    for (const char *line = r->options, *end; good && *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        const char *is = strstr(line, " = ");
        if (is && is < end) good = put(c, k, line, (size_t)(is - line), is + 3, (size_t)(end - is - 3));
    }
    return good;
}

static bool differs(const th_compare_row *r, int n)
{
    for (int k = 1; k < n; k++)
        if (strcmp(r->value[k], r->value[0]) != 0) return true;
    return false;
}

th_err th_compare_make(const th_run *const *runs, int n, bool all, th_compare *c, th_why *why)
{
    *c = (th_compare){0};
    for (int k = 0; k < n && k < TH_COMPARE_RUNS; k++)
        if (!put_run(c, k, runs[k])) {
            th_compare_free(c);
            return th_why_set(why, TH_ENOMEM, "out of memory for the comparison");
        }
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (all || differs(&c->row[i], n)) c->row[kept++] = c->row[i];
    c->n = kept;
    return TH_OK;
}

void th_compare_free(th_compare *c)
{
    free(c->row);
    *c = (th_compare){0};
}
