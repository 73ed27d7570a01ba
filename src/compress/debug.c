#include "compress/debug.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- from the calibration ---- */

static void fill_bars(const th_histogram *h, th_layer_debug *row)
{
    for (int32_t i = 0; i < TH_HISTOGRAM_BINS && h->n > 0; i++)
        row->bar[i / (TH_HISTOGRAM_BINS / TH_DEBUG_BARS)] += (double)h->count[i] / (double)h->n;
    row->lo = (double)h->lo;
    row->hi = (double)h->hi;
}

static void fill_range(const th_histogram *h, th_layer_debug *row)
{
    const double scale = (double)row->error.scale;
    const int32_t half = row->error.precision == TH_P_S8 ? 128 : 32768;
    if (row->error.precision == TH_P_F32) return;
    row->first = scale * (-half - row->error.zero);
    row->last = scale * (half - 1 - row->error.zero);
    row->saturated = th_histogram_outside(h, row->first - 0.5 * scale, row->last + 0.5 * scale);
    const double from = fmax(row->lo, row->first), to = fmin(row->hi, row->last);
    row->used = to > from ? fmin(1.0, (to - from + scale) / (row->last - row->first + scale)) : 0.5 / half;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle one of v [n], which is sorted for it. */
static double median(double *v, int32_t n)
{
    qsort(v, (size_t)n, sizeof *v, ascending);
    return n > 0 ? v[n / 2] : (double)NAN;
}

static void fill_balance(const th_quantizer *q, int32_t tensor, double *buf, th_layer_debug *row)
{
    const float *most = q->cal.channel_max + q->cal.channel_start[tensor];
    int32_t n = 0;
    row->imbalance = 1.0;
    for (int32_t c = 0; c < th_channels(&q->g->tensors[tensor]); c++) {
        if (most[c] > most[row->channel]) row->channel = c;
        if (most[c] > 0.0f) buf[n++] = (double)most[c];
    }
    if (n > 0) row->imbalance = (double)most[row->channel] / median(buf, n);
}

/* ---- layers alone ---- */

/* Everything float but this layer. */
static th_err try_alone(th_quantizer *q, const th_quantize_settings *s, const th_scorer *scorer, int32_t node,
                        th_precision *precision, th_layer_debug *row, th_why *why)
{
    th_quantize_settings alone = *s;
    th_converted c = {0};
    for (int32_t i = 0; i < q->g->n_nodes; i++) precision[i] = TH_P_F32;
    precision[node] = row->error.precision;
    alone.precision = precision;
    alone.ends = TH_ENDS_F32;
    alone.correct_bias = false;
    th_err err = th_quantizer_make(q, &alone, &c, why);
    if (!err) err = th_scorer_run(scorer, &c.model->graphs[0], &row->alone, why);
    row->tried = !err;
    th_converted_free(&c);
    return err;
}

static th_err try_all(th_quantizer *q, const th_quantize_settings *s, const th_scorer *scorer,
                      void (*progress)(void *ctx, double part), void *ctx, th_layer_debug *rows, th_why *why)
{
    const int32_t n = q->g->n_nodes;
    th_precision *precision = calloc((size_t)n + 1, sizeof *precision);
    th_err err = precision ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for the debugger");
    for (int32_t i = 0; i < n && !err; i++) {
        if (rows[i].error.precision != TH_P_F32) err = try_alone(q, s, scorer, i, precision, &rows[i], why);
        if (progress) progress(ctx, (double)(i + 1) / n);
    }
    free(precision);
    return err;
}

static th_err fill_rows(th_quantizer *q, const th_converted *converted, th_layer_error *errors, double *buf,
                        double *channel_db, th_layer_debug *rows, th_why *why)
{
    TH_TRY(th_compare_layers(q, converted, errors, channel_db, why));
    for (int32_t i = 0; i < q->g->n_nodes; i++) {
        const int32_t out = q->g->nodes[i].n_out > 0 ? q->g->nodes[i].out[0] : -1;
        rows[i] = (th_layer_debug){.error = errors[i], .channel_db = (double)NAN, .imbalance = 1.0};
        const th_rule *rule = th_rule_find(q->g->nodes[i].op);
        rows[i].given = rule && (rule->kind == TH_RULE_FOLLOW || rule->kind == TH_RULE_FIXED);
        if (!th_is_activation(q->g, out)) continue;
        const int32_t channels = th_channels(&q->g->tensors[out]);
        int32_t n = 0;
        for (int32_t c = 0; c < channels; c++) {
            const double db = channel_db[q->cal.channel_start[out] + (size_t)c];
            if (!isnan(db)) buf[n++] = db;
        }
        if (errors[i].precision != TH_P_F32) rows[i].channel_db = median(buf, n);
        fill_bars(&q->cal.h[out], &rows[i]);
        fill_range(&q->cal.h[out], &rows[i]);
        fill_balance(q, out, buf, &rows[i]);
    }
    return TH_OK;
}

th_err th_debug_layers(th_quantizer *q, const th_quantize_settings *s, const th_converted *converted,
                       const th_scorer *scorer, void (*progress)(void *ctx, double part), void *ctx,
                       th_layer_debug *rows, th_why *why)
{
    size_t channels = 0, most = 0;
    for (int32_t i = 0; i < q->g->n_tensors; i++) {
        const size_t n = th_is_activation(q->g, i) ? (size_t)th_channels(&q->g->tensors[i]) : 0;
        channels += n;
        if (n > most) most = n;
    }
    th_layer_error *errors = calloc((size_t)q->g->n_nodes + 1, sizeof *errors);
    double *buf = calloc(most + 1, sizeof *buf), *channel_db = calloc(channels + 1, sizeof *channel_db);
    th_err err = errors && buf && channel_db ? fill_rows(q, converted, errors, buf, channel_db, rows, why)
                                             : th_why_set(why, TH_ENOMEM, "no memory for the debugger");
    if (!err && scorer) err = try_all(q, s, scorer, progress, ctx, rows, why);
    free(errors);
    free(buf);
    free(channel_db);
    return err;
}

th_debug_cause th_debug_find(const th_layer_debug *r, const th_score *f32)
{
    const double lost = r->tried ? th_score_loss(f32, &r->alone) : -1.0;
    if (r->error.precision == TH_P_F32) return TH_DEBUG_FINE;
    if (r->imbalance >= 16.0 && (r->channel_db < 20.0 || lost > 1.0)) return TH_DEBUG_UNEQUAL;
    if (r->saturated > 0.01 && !r->given) return TH_DEBUG_CUT;
    if (r->used < 0.25 && r->error.precision == TH_P_S8 && !r->given) return TH_DEBUG_UNUSED;
    if (lost > 1.0) return TH_DEBUG_COSTLY;
    return r->error.snr_db < 10.0 && !r->tried ? TH_DEBUG_WEAK : TH_DEBUG_FINE;
}

const char *th_debug_cause_name(th_debug_cause cause)
{
    static const char *const names[] = {"fine", "unequal", "cut", "unused", "costly", "weak"};
    return names[cause];
}

void th_debug_words(const th_layer_debug *r, const th_score *f32, char *buf, size_t n)
{
    *buf = '\0';
    switch (th_debug_find(r, f32)) {
    case TH_DEBUG_FINE: return;
    case TH_DEBUG_UNEQUAL:
        snprintf(buf, n,
                 "channel %ld is %.0f times as large as the middle one, and all share one scale: the others have few "
                 "steps left; equalise, or keep the layer in 16 bits",
                 (long)r->channel, r->imbalance);
        return;
    case TH_DEBUG_CUT:
        snprintf(buf, n, "%.1f %% of its values are cut off; try another method of choosing ranges",
                 100.0 * r->saturated);
        return;
    case TH_DEBUG_UNUSED: snprintf(buf, n, "only %.0f %% of its steps are used", 100.0 * r->used); return;
    case TH_DEBUG_COSTLY:
        snprintf(buf, n, "alone it costs much, although its output is in order: look at the layers that it reads");
        return;
    case TH_DEBUG_WEAK:
        snprintf(buf, n, "its error is more than a third of its signal; it may come from layers before it");
        return;
    }
}
