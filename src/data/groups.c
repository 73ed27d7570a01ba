#include "data/groups.h"

#include "base/text.h"
#include "data/trim.h"
#include "dsp/baseline.h"

#include <stdlib.h>
#include <string.h>

typedef struct group {
    char name[256];
    float *x; /* [windows][n], until they are learnt */
    int32_t windows, cap;
    void *memory; /* of the baseline; NULL: not learnt yet */
    th_baseline b;
    int32_t held;
} group;

struct th_groups {
    bool early;
    float trim;
    int32_t n; /* features; 0: not known yet */
    group *group;
    size_t n_groups;
    int32_t *of; /* [n_held] group of each window that was held */
    size_t n_held, cap;
};

th_groups *th_groups_new(bool early, float trim)
{
    th_groups *g = calloc(1, sizeof *g);
    if (g) g->early = early, g->trim = trim;
    return g;
}

void th_groups_free(th_groups *g)
{
    if (!g) return;
    for (size_t i = 0; i < g->n_groups; i++) {
        free(g->group[i].x);
        free(g->group[i].memory);
    }
    free(g->group);
    free(g->of);
    free(g);
}

static group *find(const th_groups *g, const char *name)
{
    for (size_t i = 0; i < g->n_groups; i++)
        if (strcmp(g->group[i].name, name) == 0) return &g->group[i];
    return NULL;
}

static group *find_or_add(th_groups *g, const char *name)
{
    group *one = find(g, name);
    if (one) return one;
    group *more = realloc(g->group, (g->n_groups + 1) * sizeof *more);
    if (!more) return NULL;
    g->group = more;
    one = &more[g->n_groups++];
    *one = (group){0};
    th_text_fmt(one->name, sizeof one->name, "%s", name);
    return one;
}

static th_err same_size(th_groups *g, int32_t n, th_why *why)
{
    if (!g->n) g->n = n;
    if (g->n == n) return TH_OK;
    return th_why_set(why, TH_ESHAPE, "a window has %d features, those before it have %d", (int)n, (int)g->n);
}

th_err th_groups_learn(th_groups *g, const char *name, const float *x, int32_t n, th_why *why)
{
    TH_TRY(same_size(g, n, why));
    group *one = find_or_add(g, name);
    if (!one) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (one->windows == one->cap) {
        const size_t cap = one->cap ? 2 * (size_t)one->cap : 256;
        float *more = realloc(one->x, cap * (size_t)n * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "no memory for %zu windows of a group", cap);
        one->x = more;
        one->cap = (int32_t)cap;
    }
    memcpy(one->x + (size_t)one->windows++ * (size_t)n, x, (size_t)n * sizeof *x);
    return TH_OK;
}

/* Takes the strangest windows out. */
static th_err trim(const th_groups *g, group *one, th_why *why)
{
    const size_t d = (size_t)g->n;
    int32_t n = 0;
    bool *keep = malloc((size_t)one->windows * sizeof *keep);
    if (!keep) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = th_trim(one->x, one->windows, g->n, (double)g->trim, keep, why);
    for (int32_t i = 0; i < one->windows && !err; i++)
        if (keep[i]) memmove(one->x + (size_t)n++ * d, one->x + (size_t)i * d, d * sizeof *one->x);
    if (!err) one->windows = n;
    free(keep);
    return err;
}

/* All windows that are there -> the baseline. */
static th_err learn_all(const th_groups *g, group *one, const char *name, th_why *why)
{
    if (g->trim > 0) TH_TRY(trim(g, one, why));
    const th_baseline_cfg cfg = {.n = g->n, .windows = one->windows, .early = g->early};
    if (one->windows < TH_BASELINE_LEAST)
        return th_why_set(why, TH_EFORMAT,
                          "%s: %d normal windows of its group \"%s\" are too few to say what is usual there: at least "
                          "%d are needed ([signal] baseline = none does without)",
                          name, (int)one->windows, one->name, TH_BASELINE_LEAST);
    const size_t bytes = th_baseline_mem(&cfg) + TH_ARENA_ALIGN;
    one->memory = malloc(bytes);
    if (!one->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(one->memory, bytes);
    const th_err err = th_baseline_init(&one->b, &cfg, &arena);
    if (err) return th_why_set(why, err, "%s: %d windows to learn its baseline from", name, (int)one->windows);
    int complete = 0;
    for (int32_t i = 0; i < one->windows; i++) complete = th_baseline_learn(&one->b, one->x + (size_t)i * (size_t)g->n);
    free(one->x);
    one->x = NULL;
    if (complete) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s: a normal window of its group \"%s\" has features that are no finite number",
                      name, one->name);
}

static th_err note(th_groups *g, group *one, th_why *why)
{
    if (g->n_held == g->cap) {
        const size_t cap = g->cap ? 2 * g->cap : 1024;
        int32_t *more = realloc(g->of, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "no memory for %zu windows", cap);
        g->of = more;
        g->cap = cap;
    }
    g->of[g->n_held++] = (int32_t)(one - g->group);
    one->held++;
    return TH_OK;
}

th_err th_groups_hold(th_groups *g, const char *group_name, const char *name, float *x, int32_t n, th_why *why)
{
    TH_TRY(same_size(g, n, why));
    group *one = find(g, group_name);
    if (!one)
        return th_why_set(
            why, TH_EFORMAT,
            "%s: nothing normal of its group \"%s\" is there to hold it against ([signal] baseline = none "
            "does without)",
            name, group_name);
    if (!one->memory) TH_TRY(learn_all(g, one, name, why));
    th_baseline_hold(&one->b, x);
    return note(g, one, why);
}

static int rising(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

th_err th_groups_thin(const th_groups *g, bool *keep, th_why *why)
{
    int32_t *count = calloc(g->n_groups + 1, sizeof *count), *seen = calloc(g->n_groups + 1, sizeof *seen);
    size_t used = 0;
    if (!count || !seen) {
        free(count);
        free(seen);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    for (size_t i = 0; i < g->n_groups; i++)
        if (g->group[i].held) count[used++] = g->group[i].held;
    qsort(count, used, sizeof *count, rising);
    const int32_t most = used ? count[used / 2] : 0;
    for (size_t i = 0; i < g->n_held; i++) {
        const int32_t of = g->of[i], all = g->group[of].held, at = seen[of]++;
        keep[i] = all <= most || (int64_t)at * most / all != (int64_t)(at + 1) * most / all;
    }
    free(count);
    free(seen);
    return TH_OK;
}
