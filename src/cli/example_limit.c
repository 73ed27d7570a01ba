/* The score from which on an alarm is set off. */
#include "cli/example_set.h"
#include "evaluate/anomaly.h"
#include "evaluate/classify.h"

#include <stdlib.h>

#define FEWEST 50 /* that say something of a percentile */

typedef struct shown {
    const th_example_set *set;
    const th_examples *e;
} shown;

static void values(void *ctx, size_t i, float *x)
{
    const shown *s = ctx;
    th_examples_get(s->e, &s->set->scale, (int32_t)i, x);
}

th_err th_example_set_limit(th_example_set *set, const th_model *model, float percentile, float factor, int threads,
                            th_why *why)
{
    shown s = {set, set->val && set->val->n >= FEWEST ? set->val : set->train};
    const size_t n = (size_t)s.e->n, each = (size_t)(s.e->h * s.e->w * s.e->c);
    th_verdict *verdict = calloc(n, sizeof *verdict);
    float *out = malloc(n * each * sizeof *out), *x = malloc(each * sizeof *x), *score = malloc(n * sizeof *score);
    const th_classify_job job = {.values = values,
                                 .n_values = (int32_t)each,
                                 .n_labels = (int32_t)each,
                                 .net = {model, NULL},
                                 .outputs = {out, NULL},
                                 .n_clips = n,
                                 .ctx = &s,
                                 .n_threads = threads};
    th_err err = verdict && out && x && score ? th_classify_clips(&job, verdict, why)
                                              : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < n && !err; i++) {
        th_examples_get(s.e, &set->scale, (int32_t)i, x);
        score[i] = th_card_score(x, out + i * each, (int32_t)each);
    }
    if (!err) set->card.limit = factor * th_percentile(score, n, (double)percentile);
    free(verdict);
    free(out);
    free(x);
    free(score);
    return err;
}
