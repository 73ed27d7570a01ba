#include "compress/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int32_t label_of(const th_samples *s, int32_t i)
{
    return s->label ? s->label(s->ctx, i) : -1;
}

/* Its numbers are scores of classes, and not a signal. */
static bool names_classes(const th_graph *g)
{
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (g->nodes[i].n_out > 0 && g->nodes[i].out[0] == g->outputs[0])
            return g->nodes[i].op == TH_OP_SOFTMAX || g->nodes[i].op == TH_OP_LOG_SOFTMAX ||
                   g->nodes[i].op == TH_OP_LOGISTIC;
    return false;
}

static void count(const th_scorer *k, const float *y, int32_t i, th_score *score)
{
    const int32_t label = label_of(&k->samples, i);
    const int32_t said = k->n_classes > 0 ? th_scores_class(y, k->n_classes) : -1;
    score->n++;
    if (label >= 0 && said >= 0) {
        score->n_labelled++;
        score->accuracy += said == label;
    }
    if (said >= 0) score->agree += said == th_scores_class(k->y + (size_t)i * (size_t)k->n_y, k->n_classes);
}

static void finish(th_score *score, double signal, double noise)
{
    const double ratio = noise > 0.0 ? signal / noise : 1e20;
    if (score->n_labelled > 0) score->accuracy /= score->n_labelled;
    if (score->n > 0) score->agree /= score->n;
    score->out_db = ratio > 1e-20 ? fmin(200.0, 10.0 * log10(ratio)) : -200.0;
}

th_err th_scorer_new(const th_graph *f32, const th_samples *s, th_scorer *k, th_why *why)
{
    th_trial t = {0};
    *k = (th_scorer){.samples = *s};
    if (s->n < 1) return th_why_set(why, TH_ERANGE, "there are no samples to compare networks with");
    th_err err = th_trial_new(f32, &t, why);
    if (!err) {
        k->n_y = t.n_y;
        k->n_classes = s->label || names_classes(f32) ? t.n_classes : 0;
        k->y = calloc((size_t)s->n * (size_t)t.n_y + 1, sizeof *k->y);
        if (!k->y) err = th_why_set(why, TH_ENOMEM, "no memory for the outputs of %ld samples", (long)s->n);
    }
    for (int32_t i = 0; i < s->n && !err; i++) {
        err = th_trial_run(&t, s, i, NULL, NULL);
        if (err) break;
        memcpy(k->y + (size_t)i * (size_t)k->n_y, t.y, (size_t)k->n_y * sizeof *t.y);
        count(k, t.y, i, &k->f32);
    }
    finish(&k->f32, 1.0, 0.0);
    th_trial_free(&t);
    return err ? th_why_set(why, err, "%s", th_err_text(err)) : TH_OK;
}

void th_scorer_free(th_scorer *s)
{
    free(s->y);
    *s = (th_scorer){0};
}

th_err th_scorer_run(const th_scorer *k, const th_graph *g, th_score *score, th_why *why)
{
    th_trial t = {0};
    double signal = 0.0, noise = 0.0;
    *score = (th_score){0};
    th_err err = th_trial_new(g, &t, why);
    for (int32_t i = 0; i < k->samples.n && !err; i++) {
        const float *want = k->y + (size_t)i * (size_t)k->n_y;
        err = th_trial_run(&t, &k->samples, i, NULL, NULL);
        if (err) break;
        count(k, t.y, i, score);
        for (int32_t j = 0; j < k->n_y; j++) {
            const double e = (double)want[j] - (double)t.y[j];
            signal += (double)want[j] * (double)want[j];
            noise += e * e;
        }
    }
    finish(score, signal, noise);
    th_trial_free(&t);
    return err ? th_why_set(why, err, "%s", th_err_text(err)) : TH_OK;
}

double th_score_loss(const th_score *f32, const th_score *s)
{
    return f32->n_labelled > 0 ? 100.0 * (f32->accuracy - s->accuracy) : TH_SCORE_DB - s->out_db;
}
