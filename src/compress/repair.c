#include "compress/repair.h"

#include "compress/equalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORST 3 /* layers that are tried in 16 bits one after another */

typedef struct repairer {
    const th_repair_job *job;
    th_repair *r;
    th_why *why;
    const th_graph *g;
    th_precision *base, *now; /* [n_nodes] of the settings; of the next try */
} repairer;

static bool enough(const repairer *p, const th_score *s)
{
    return th_score_loss(&p->job->scorer->f32, s) <= p->job->within;
}

/* One change: made, scored, and kept when it is the best so far. */
static th_err attempt(repairer *p, bool equalised, const th_quantize_settings *s, const char *words)
{
    th_repair *r = p->r;
    th_quantizer *q = equalised ? r->equalised : p->job->q;
    th_converted c = {0};
    if (r->n == TH_REPAIR_TRIES) return TH_OK;
    th_repair_try *t = &r->tried[r->n];
    *t = (th_repair_try){.equalised = equalised, .settings = *s, .wide_layers = s->precision != NULL};
    t->settings.precision = NULL;
    snprintf(t->words, sizeof t->words, "%s", words);
    th_why why = {0};
    th_err err = th_quantizer_make(q, s, &c, &why);
    if (!err) err = th_scorer_run(p->job->scorer, &c.model->graphs[0], &t->score, &why);
    if ((err == TH_ERANGE || err == TH_EUNSUP) && r->n > 0) { /* scales that no kernel can have: one try less */
        th_converted_free(&c);
        return TH_OK;
    }
    if (err) err = th_why_set(p->why, err, "%s", why.text);
    const bool better =
        !err && (r->n == 0 || th_score_loss(&r->f32, &t->score) < th_score_loss(&r->f32, &r->tried[r->best].score));
    if (!err && better) {
        th_converted_free(&r->made);
        r->made = c;
        c = (th_converted){0};
        r->best = r->n;
        err = th_quantizer_precision(q, s, r->precision, p->why);
    }
    th_converted_free(&c);
    if (!err) r->n++;
    if (p->job->progress) p->job->progress(p->job->ctx, (double)r->n / TH_REPAIR_TRIES);
    r->restored = r->n > 0 && enough(p, &r->tried[r->best].score);
    return err;
}

static th_err make_equalised(repairer *p)
{
    th_repair *r = p->r;
    TH_TRY(th_equalise(p->job->job->model, &r->equal, &r->n_pairs, p->why));
    if (r->n_pairs == 0) return TH_OK;
    th_quantize_job job = *p->job->job;
    job.model = r->equal;
    job.on_progress = NULL;
    return th_quantizer_new(&job, &r->equalised, p->why);
}

/* Ranges by each other method. */
static th_err other_methods(repairer *p, bool equalised)
{
    for (int m = 0; m < TH_RANGE_N && !p->r->restored; m++) {
        th_quantize_settings s = p->job->job->settings;
        char words[TH_REPAIR_WORDS];
        if ((th_range_method)m == s.method) continue;
        s.method = (th_range_method)m;
        snprintf(words, sizeof words, "%sranges by %s", equalised ? "equalised channels and " : "",
                 th_range_name(s.method));
        TH_TRY(attempt(p, equalised, &s, words));
    }
    return TH_OK;
}

/* A scale for each output of dense layers, when there are any. */
static th_err dense_scales(repairer *p, bool equalised)
{
    th_quantize_settings s = p->job->job->settings;
    bool any = false;
    for (int32_t i = 0; i < p->g->n_nodes; i++) any = any || p->g->nodes[i].op == TH_OP_FULLY_CONNECTED;
    if (!any || s.dense_per_channel) return TH_OK;
    s.dense_per_channel = true;
    return attempt(p, equalised, &s,
                   equalised ? "equalised channels and a scale for each output of dense layers"
                             : "a scale for each output of dense layers");
}

/* ---- layers in 16 bits ---- */

static bool share_tensor(const th_graph *g, int32_t writer, int32_t reader)
{
    for (int32_t i = 0; i < g->nodes[writer].n_out; i++)
        for (int32_t k = 0; k < g->nodes[reader].n_in; k++)
            if (g->nodes[writer].out[i] == g->nodes[reader].in[k]) return true;
    return false;
}

typedef enum side { ALONE = 0, AFTER = 1, BEFORE = 2, BOTH = 3 } side;

static void widen(repairer *p, int32_t node, side s)
{
    for (int32_t i = 0; i < p->g->n_nodes; i++) {
        const bool with =
            i == node || ((s & AFTER) && share_tensor(p->g, node, i)) || ((s & BEFORE) && share_tensor(p->g, i, node));
        if (with && p->now[i] == TH_P_S8) p->now[i] = TH_P_S16;
    }
}

static void name_layers(const repairer *p, bool equalised, char words[TH_REPAIR_WORDS])
{
    int at = snprintf(words, TH_REPAIR_WORDS, "%s16 bits for layers", equalised ? "equalised channels and " : "");
    for (int32_t i = 0, n = 0; i < p->g->n_nodes && at < TH_REPAIR_WORDS; i++)
        if (p->now[i] == TH_P_S16 && p->base[i] != TH_P_S16)
            at += snprintf(words + at, TH_REPAIR_WORDS - (size_t)at, "%s %ld (%s)", n++ ? "," : "", (long)i,
                           th_op_find((int32_t)p->g->nodes[i].op)->name);
}

static th_err try_wide(repairer *p, bool equalised, const char *words)
{
    th_quantize_settings s = p->r->tried[p->r->best].settings;
    s.precision = p->now;
    return attempt(p, equalised, &s, words);
}

/* The layer that costs most alone and is not among those `done`; -1: none costs anything. */
static int32_t worst_layer(const repairer *p, const th_layer_debug *rows, const bool *done)
{
    int32_t worst = -1;
    for (int32_t i = 0; i < p->g->n_nodes; i++) {
        if (done[i] || !rows[i].tried || rows[i].error.precision != TH_P_S8 || !th_rule_find(p->g->nodes[i].op)->wide)
            continue;
        if (worst >= 0) {
            const double a = th_score_loss(&p->r->f32, &rows[i].alone),
                         b = th_score_loss(&p->r->f32, &rows[worst].alone);
            /* of equals the one whose output hurts more */
            if (a < b || (!(a > b) && rows[i].alone.out_db >= rows[worst].alone.out_db)) continue;
        }
        worst = i;
    }
    return worst;
}

/* This set of layers was tried already; else it counts as tried from now on. */
static bool is_old(const repairer *p, th_precision *sets, int *n_sets)
{
    const size_t n = (size_t)p->g->n_nodes;
    for (int i = 0; i < *n_sets; i++)
        if (memcmp(sets + (size_t)i * n, p->now, n * sizeof *sets) == 0) return true;
    memcpy(sets + (size_t)(*n_sets)++ * n, p->now, n * sizeof *sets);
    return false;
}

static th_err widen_worst(repairer *p, bool equalised, const th_layer_debug *rows, bool *done)
{
    char words[TH_REPAIR_WORDS];
    int n_sets = 0;
    th_precision *kept = calloc((size_t)p->g->n_nodes + 1, sizeof *kept),
                 *sets = calloc(WORST * (BOTH + 1) * (size_t)p->g->n_nodes + 1, sizeof *sets);
    const size_t bytes = (size_t)p->g->n_nodes * sizeof *kept;
    th_err err = kept && sets ? TH_OK : th_why_set(p->why, TH_ENOMEM, "no memory to repair the model");
    if (!err) memcpy(kept, p->base, bytes);
    for (int k = 0; k < WORST && !err && !p->r->restored; k++) {
        const int32_t worst = worst_layer(p, rows, done);
        if (worst < 0) break;
        done[worst] = true;
        for (int s = ALONE; s <= BOTH && !err && !p->r->restored; s++) {
            memcpy(p->now, kept, bytes);
            widen(p, worst, (side)s);
            if (is_old(p, sets, &n_sets)) continue;
            name_layers(p, equalised, words);
            err = try_wide(p, equalised, words);
        }
        memcpy(kept, p->now, bytes);
    }
    free(kept);
    free(sets);
    return err;
}

static th_err wide_layers(repairer *p)
{
    const bool equalised = p->r->tried[p->r->best].equalised;
    th_quantizer *q = equalised ? p->r->equalised : p->job->q;
    const size_t n = (size_t)p->g->n_nodes + 1;
    th_layer_debug *rows = calloc(n, sizeof *rows);
    bool *done = calloc(n, sizeof *done);
    th_err err = rows && done ? TH_OK : th_why_set(p->why, TH_ENOMEM, "no memory to repair the model");
    memcpy(p->base, p->r->precision, (size_t)p->g->n_nodes * sizeof *p->base);
    if (!err)
        err = th_debug_layers(q, &p->r->tried[p->r->best].settings, &p->r->made, p->job->scorer, NULL, NULL, rows,
                              p->why);
    if (!err) err = widen_worst(p, equalised, rows, done);
    for (int32_t i = 0; i < p->g->n_nodes; i++) p->now[i] = p->base[i] == TH_P_S8 ? TH_P_S16 : p->base[i];
    if (!err && !p->r->restored) err = try_wide(p, equalised, "16 bits for all layers");
    free(rows);
    free(done);
    return err;
}

static th_err find(repairer *p)
{
    const th_quantize_settings *s = &p->job->job->settings;
    p->r->precision = calloc((size_t)p->g->n_nodes + 1, sizeof *p->r->precision);
    p->base = calloc((size_t)p->g->n_nodes + 1, sizeof *p->base);
    p->now = calloc((size_t)p->g->n_nodes + 1, sizeof *p->now);
    if (!p->r->precision || !p->base || !p->now) return th_why_set(p->why, TH_ENOMEM, "no memory to repair the model");
    TH_TRY(attempt(p, false, s, "as it is"));
    if (p->r->restored) return TH_OK;
    TH_TRY(make_equalised(p));
    if (p->r->equalised) TH_TRY(attempt(p, true, s, "equalised channels"));
    if (!p->r->restored) TH_TRY(other_methods(p, false));
    if (!p->r->restored && p->r->equalised) TH_TRY(other_methods(p, true));
    if (!p->r->restored) TH_TRY(dense_scales(p, false));
    if (!p->r->restored && p->r->equalised) TH_TRY(dense_scales(p, true));
    return p->r->restored ? TH_OK : wide_layers(p);
}

th_err th_repair_find(const th_repair_job *job, th_repair *r, th_why *why)
{
    repairer p = {.job = job, .r = r, .why = why, .g = job->q->g};
    *r = (th_repair){.f32 = job->scorer->f32};
    const th_err err = find(&p);
    free(p.base);
    free(p.now);
    return err;
}

void th_repair_free(th_repair *r)
{
    th_converted_free(&r->made);
    th_quantizer_free(r->equalised);
    th_model_free(r->equal);
    free(r->precision);
    *r = (th_repair){0};
}

th_quantizer *th_repair_quantizer(const th_repair_job *job, const th_repair *r)
{
    return r->n > 0 && r->tried[r->best].equalised ? r->equalised : job->q;
}
