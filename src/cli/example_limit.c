/* The score from which on an alarm is set off. */
#include "cli/example_set.h"
#include "data/task_examples.h"
#include "evaluate/anomaly.h"
#include "evaluate/classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Scores of all examples, fresh memory. */
static th_err find_scores(const th_example_set *set, const th_examples *e, const th_model *model, int threads,
                          float **scores, th_why *why)
{
    shown s = {set, e};
    const size_t n = (size_t)e->n, each = (size_t)(e->h * e->w * e->c), given = set->card.scores ? 1 : each;
    th_verdict *verdict = calloc(n, sizeof *verdict);
    float *out = malloc(n * given * sizeof *out), *x = malloc(each * sizeof *x), *score = malloc(n * sizeof *score);
    const th_classify_job job = {.values = values,
                                 .n_values = (int32_t)each,
                                 .n_labels = (int32_t)given,
                                 .net = {model, NULL},
                                 .outputs = {out, NULL},
                                 .n_clips = n,
                                 .ctx = &s,
                                 .n_threads = threads};
    th_err err = verdict && out && x && score ? th_classify_clips(&job, verdict, why)
                                              : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < n && !err; i++) {
        values(&s, i, x);
        score[i] = set->card.scores ? out[i] : th_card_score(x, out + i * each, (int32_t)each);
    }
    free(verdict);
    free(out);
    free(x);
    if (err) free(score);
    *scores = err ? NULL : score;
    return err;
}

/* What it says of itself: it rests on assumptions that the user has to know. */
static void say_cheapest(const th_project *p, float limit, float reach, size_t n, size_t faults, double expected)
{
    fprintf(
        stderr,
        "note: alarms above %.4g cost %.4g a window if one for nothing costs %g, a fault's window that is missed %g, "
        "and %g of the windows show one",
        (double)limit, expected, (double)p->cost_false_alarm, (double)p->cost_miss, (double)p->fault_rate);
    if (faults)
        fprintf(stderr, " (%zu normal ones and %zu of faults are watched)\n", n, faults);
    else
        fprintf(stderr,
                ". No fault is watched, so any score of one up to %.4g is taken to be as likely: put recordings with "
                "faults into val, thimble data set split=val\n",
                (double)reach);
}

static th_err cheapest(th_example_set *set, const th_project *p, const th_model *model, int threads, float *normal,
                       size_t n, th_why *why)
{
    const th_alarm_cost cost = {(double)p->cost_false_alarm, (double)p->cost_miss, (double)p->fault_rate};
    th_examples *e;
    float *faults = NULL;
    double expected;
    TH_TRY(th_task_faults(p, &set->card, &e, why));
    th_err err = e ? find_scores(set, e, model, threads, &faults, why) : TH_OK;
    if (!err) {
        const size_t m = e ? (size_t)e->n : 0;
        set->card.limit = th_anomaly_cheapest(normal, n, faults, m, &cost, &expected);
        say_cheapest(p, set->card.limit, 3 * th_percentile(normal, n, 99), n, m, expected);
    }
    free(faults);
    th_examples_free(e);
    return err;
}

th_err th_example_set_limit(th_example_set *set, const th_project *p, const th_model *model, int threads, th_why *why)
{
    const bool by_cost = strcmp(p->threshold, "cost") == 0;
    const th_examples *e = set->val && set->val->n >= FEWEST ? set->val : set->train;
    float *score;
    if (set->card.scores && !by_cost) return TH_OK; /* a learner sets its own */
    TH_TRY(find_scores(set, e, model, threads, &score, why));
    th_err err = TH_OK;
    if (by_cost)
        err = cheapest(set, p, model, threads, score, (size_t)e->n, why);
    else
        set->card.limit = p->factor * th_percentile(score, (size_t)e->n, (double)p->percentile);
    free(score);
    return err;
}
