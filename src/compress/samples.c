#include "compress/samples.h"

#include "evaluate/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int32_t elements(const th_graph *g, const int32_t *list, int32_t n)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < n; i++) sum += th_shape_count(&g->tensors[list[i]].shape);
    return sum;
}

static bool is_real(const th_tensor *t)
{
    return t->type == TH_F32 || ((t->type == TH_S8 || t->type == TH_S16) && t->quant.n == 1);
}

/* Scores stand in one row. */
static int32_t classes(const th_tensor *t)
{
    const int32_t n = th_shape_count(&t->shape);
    return t->shape.rank > 0 && t->shape.d[t->shape.rank - 1] == n && is_real(t) ? n : 0;
}

th_err th_trial_new(const th_graph *g, th_trial *t, th_why *why)
{
    *t = (th_trial){.n_x = elements(g, g->inputs, g->n_inputs), .n_y = elements(g, g->outputs, g->n_outputs)};
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (!is_real(&g->tensors[g->inputs[i]]))
            return th_why_set(why, TH_EUNSUP, "input %ld is %s: only networks with float inputs can be quantised",
                              (long)i, th_type_name(g->tensors[g->inputs[i]].type));
    t->n_classes = g->n_outputs > 0 ? classes(&g->tensors[g->outputs[0]]) : 0;
    TH_TRY(th_plan_make_host(g, &t->plan, why));
    TH_TRY(th_runner_new(t->plan, &t->runner, why));
    t->x = calloc((size_t)t->n_x + 1, sizeof *t->x);
    t->y = calloc((size_t)t->n_y + 1, sizeof *t->y);
    return t->x && t->y ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for a sample");
}

void th_trial_free(th_trial *t)
{
    th_runner_free(t->runner);
    th_plan_free(t->plan);
    free(t->x);
    free(t->y);
    *t = (th_trial){0};
}

void th_tensor_feed(const th_tensor *t, const float *x, void *to)
{
    const int32_t n = th_shape_count(&t->shape), most = t->type == TH_S8 ? 127 : 32767;
    for (int32_t k = 0; k < n; k++) {
        if (t->type == TH_F32) {
            ((float *)to)[k] = x[k];
            continue;
        }
        const float q = roundf(x[k] / t->quant.scale[0]) + (float)t->quant.zero[0];
        const int32_t v = q >= (float)most ? most : q >= (float)(-most - 1) ? (int32_t)q : -most - 1; /* NaN too */
        if (t->type == TH_S8)
            ((int8_t *)to)[k] = (int8_t)v;
        else
            ((int16_t *)to)[k] = (int16_t)v;
    }
}

float th_tensor_real(const th_tensor *t, const void *data, int32_t k)
{
    if (t->type == TH_F32) return ((const float *)data)[k];
    const int32_t q = t->type == TH_S8 ? ((const int8_t *)data)[k] : ((const int16_t *)data)[k];
    return t->quant.scale[0] * (float)(q - t->quant.zero[0]);
}

th_err th_trial_run(th_trial *t, const th_samples *s, int32_t i, th_layer_fn *on_layer, void *ctx)
{
    const th_graph *g = t->plan->graph;
    const float *x = t->x;
    if (i % (s->in_a_row > 0 ? s->in_a_row : 1) == 0) th_runner_reset(t->runner);
    s->sample(s->ctx, i, t->x);
    for (int32_t k = 0; k < g->n_inputs; k++) {
        const th_tensor *in = &g->tensors[g->inputs[k]];
        th_tensor_feed(in, x, th_runner_input(t->runner, k));
        x += th_shape_count(&in->shape);
    }
    TH_TRY(th_runner_invoke(t->runner, on_layer, ctx));
    float *y = t->y;
    for (int32_t k = 0; k < g->n_outputs; k++) {
        const th_tensor *out = &g->tensors[g->outputs[k]];
        const void *data = th_runner_output(t->runner, k);
        for (int32_t j = 0; j < th_shape_count(&out->shape); j++)
            *y++ = is_real(out) ? th_tensor_real(out, data, j) : 0.0f;
    }
    return TH_OK;
}

int32_t th_scores_class(const float *v, int32_t n)
{
    return n == 1 ? v[0] >= 0.5f : th_score_best(v, n);
}
