#include "compress/calibrate.h"

#include "compress/cells.h"
#include "compress/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int32_t th_channels(const th_tensor *t)
{
    return t->shape.rank > 0 ? t->shape.d[t->shape.rank - 1] : 1;
}

/* Starts of the activations' channels in one long array; returns its length. */
static size_t lay_out(const th_graph *g, size_t *start)
{
    size_t n = 0;
    for (int32_t i = 0; i < g->n_tensors; i++) {
        start[i] = th_is_activation(g, i) ? n : SIZE_MAX;
        if (start[i] != SIZE_MAX) n += (size_t)th_channels(&g->tensors[i]);
    }
    return n;
}

typedef struct pass {
    const th_graph *g;
    th_calibration *c;
    th_cells *cells;
    bool counting; /* second pass */
} pass;

static void see_tensor(pass *p, int32_t tensor, const float *v)
{
    const int32_t n = th_shape_count(&p->g->tensors[tensor].shape), channels = th_channels(&p->g->tensors[tensor]);
    if (p->counting) {
        th_histogram_count(&p->c->h[tensor], v, n);
        return;
    }
    th_histogram_limits(&p->c->h[tensor], v, n);
    float *most = p->c->channel_max + p->c->channel_start[tensor];
    for (int32_t i = 0, k = 0; i < n; i++, k = k + 1 == channels ? 0 : k + 1) most[k] = fmaxf(most[k], fabsf(v[i]));
    th_cells_see(p->cells, tensor, v);
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    pass *p = ctx;
    if (!th_is_activation(p->g, tensor)) return;
    if (!p->counting) th_cells_run(p->cells, node);
    see_tensor(p, tensor, data);
}

static th_err run_pass(const th_samples *s, th_trial *t, pass *p, void (*progress)(void *ctx, double part))
{
    for (int32_t i = 0; i < s->n; i++) {
        /* the inputs are seen before the run: on the way they may be overwritten */
        if (i % (s->in_a_row > 0 ? s->in_a_row : 1) == 0) th_cells_reset(p->cells);
        s->sample(s->ctx, i, t->x);
        const float *x = t->x;
        for (int32_t k = 0; k < p->g->n_inputs; k++) {
            see_tensor(p, p->g->inputs[k], x);
            x += th_shape_count(&p->g->tensors[p->g->inputs[k]].shape);
        }
        TH_TRY(th_trial_run(t, s, i, on_layer, p));
        if (progress && i % 16 == 0) progress(s->ctx, 0.5 * ((p->counting ? 1.0 : 0.0) + (double)i / s->n));
    }
    return TH_OK;
}

static th_err check_finite(const pass *p, int32_t n_samples, th_why *why)
{
    for (int32_t i = 0; i < p->g->n_tensors; i++) {
        const int64_t seen = (int64_t)th_shape_count(&p->g->tensors[i].shape) * n_samples;
        if (p->c->h[i].n != 0 && p->c->h[i].n != seen)
            return th_why_set(why, TH_EFORMAT,
                              "tensor %ld of the float model is infinite or no number for some samples: train again",
                              (long)i);
        if (th_is_activation(p->g, i) && p->c->h[i].n == 0) /* not made, or never a number */
            th_histogram_limits(&p->c->h[i], &(float){0.0f}, 1);
    }
    return TH_OK;
}

static th_err calibrate(th_trial *f32, const th_samples *s, void (*progress)(void *ctx, double part), th_calibration *c,
                        th_cells *cells, th_why *why)
{
    const th_graph *g = f32->plan->graph;
    const size_t n = lay_out(g, c->channel_start);
    c->channel_max = calloc(n + 1, sizeof *c->channel_max);
    if (!c->channel_max) return th_why_set(why, TH_ENOMEM, "no memory for calibration");
    for (int32_t i = 0; i < g->n_tensors; i++) th_histogram_start(&c->h[i]);
    pass p = {g, c, cells, false};
    th_err err = run_pass(s, f32, &p, progress);
    p.counting = true;
    if (!err) err = run_pass(s, f32, &p, progress);
    if (err) return th_why_set(why, err, "%s", th_err_text(err));
    return check_finite(&p, s->n, why);
}

th_err th_calibrate(th_trial *f32, const th_samples *s, void (*progress)(void *ctx, double part), th_calibration *c,
                    th_why *why)
{
    const th_graph *g = f32->plan->graph;
    const size_t n = (size_t)g->n_tensors + 1;
    th_cells *cells = NULL;
    *c = (th_calibration){.h = calloc(n, sizeof *c->h),
                          .channel_start = calloc(n, sizeof *c->channel_start),
                          .state_max = calloc((size_t)g->n_nodes + 1, sizeof *c->state_max)};
    th_err err =
        c->h && c->channel_start && c->state_max ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for calibration");
    if (!err) err = th_cells_new(g, c->state_max, &cells, why);
    if (!err) err = calibrate(f32, s, progress, c, cells, why);
    th_cells_free(cells);
    if (err) th_calibration_free(c);
    return err;
}

void th_calibration_free(th_calibration *c)
{
    free(c->h);
    free(c->channel_max);
    free(c->channel_start);
    free(c->state_max);
    *c = (th_calibration){0};
}
