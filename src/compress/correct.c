#include "compress/correct.h"

#include "compress/calibrate.h"

#include <math.h>
#include <stdlib.h>

/* Means of what layers read: of each element for dense layers, of each channel for others. */
typedef struct mean {
    int32_t tensor, n; /* number in the graph that is run; how many means, 0: not wanted */
    double *of;        /* [n] */
} mean;

typedef struct means {
    const th_graph *g;
    mean *layer; /* [n] by the float graph's node */
    int32_t n;
} means;

static void free_means(means *m)
{
    for (int32_t i = 0; m->layer && i < m->n; i++) free(m->layer[i].of);
    free(m->layer);
    *m = (means){0};
}

static bool new_means(means *m, const th_graph *g, int32_t n)
{
    *m = (means){.g = g, .layer = calloc((size_t)n + 1, sizeof *m->layer), .n = n};
    return m->layer != NULL;
}

static bool want_mean(means *m, int32_t layer, int32_t tensor, int32_t n)
{
    m->layer[layer] = (mean){tensor, n, calloc((size_t)n + 1, sizeof *m->layer->of)};
    return m->layer[layer].of != NULL;
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    means *m = ctx;
    const th_tensor *t = &m->g->tensors[tensor];
    const int32_t count = th_shape_count(&t->shape);
    (void)node;
    for (int32_t k = 0; k < m->n; k++) {
        mean *l = &m->layer[k];
        for (int32_t i = 0; l->n > 0 && l->tensor == tensor && i < count; i++)
            l->of[i % l->n] += (double)th_tensor_real(t, data, i) * l->n / count;
    }
}

static void see_input(means *m, int32_t tensor, const float *x)
{
    const int32_t count = th_shape_count(&m->g->tensors[tensor].shape);
    for (int32_t k = 0; k < m->n; k++) {
        mean *l = &m->layer[k];
        for (int32_t i = 0; l->n > 0 && l->tensor == tensor && i < count; i++)
            l->of[i % l->n] += (double)x[i] * l->n / count;
    }
}

/* Sums over samples; the graph's inputs are taken as they were before they were rounded. */
static th_err measure(means *m, th_trial *t, const th_samples *s, int32_t n)
{
    for (int32_t k = 0; k < m->n; k++)
        for (int32_t i = 0; i < m->layer[k].n; i++) m->layer[k].of[i] = 0.0;
    for (int32_t i = 0; i < n; i++) {
        TH_TRY(th_trial_run(t, s, i, on_layer, m));
        const float *x = t->x;
        for (int32_t k = 0; k < m->g->n_inputs; k++) {
            see_input(m, m->g->inputs[k], x);
            x += th_shape_count(&m->g->tensors[m->g->inputs[k]].shape);
        }
    }
    return TH_OK;
}

/* Mean of what weight i of the layer is multiplied with. */
static double mean_at(const th_node *node, const th_shape *w, const mean *m, int32_t i)
{
    if (node->op == TH_OP_FULLY_CONNECTED) return m->of[i % m->n];
    if (node->op == TH_OP_DEPTHWISE_CONV_2D) return m->of[i % w->d[3] / (w->d[3] / m->n)];
    const int32_t per_group = w->d[0] / (m->n / w->d[3]), out = i / (w->d[1] * w->d[2] * w->d[3]);
    return m->of[out / per_group * w->d[3] + i % w->d[3]];
}

static int32_t means_wanted(const th_graph *g, const th_node *n, const th_rule *r)
{
    return n->op == TH_OP_FULLY_CONNECTED ? g->tensors[n->in[r->w]].shape.d[1] : th_channels(&g->tensors[n->in[r->x]]);
}

typedef struct corrector {
    const th_convert_job *job;
    const th_graph *f, *g;
    const th_converted *converted;
    means real, rounded;
} corrector;

/* A layer that is used many times has one bias, but its inputs are others each time. */
static bool is_used_again(const th_graph *g, int32_t index, int32_t weights)
{
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; i != index && k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] == weights) return true;
    return false;
}

static bool is_corrected(const corrector *c, int32_t index, const th_rule **r)
{
    const th_node *n = &c->f->nodes[index];
    *r = th_rule_find(n->op);
    return c->job->precision[index] != TH_P_F32 && *r && (*r)->kind == TH_RULE_WEIGHTS && th_rule_bias(*r, n) >= 0 &&
           !is_used_again(c->f, index, n->in[(*r)->w]) &&
           n->op != TH_OP_TRANSPOSE_CONV; /* there not every output has every tap */
}

/* Adds the shift of each channel to its bias, within the bias's bits. */
static void add_to_bias(th_tensor *bias, const double *shift)
{
    const int32_t n = th_shape_count(&bias->shape);
    void *data = (void *)(uintptr_t)bias->data; /* NOLINT(performance-no-int-to-ptr): we made it, so it may change */
    for (int32_t i = 0; i < n; i++) {
        const double add = round(shift[i] / (double)bias->quant.scale[bias->quant.n > 1 ? i : 0]);
        if (bias->type == TH_S64) {
            int64_t *b = (int64_t *)data + i;
            *b = (int64_t)fmax(-70368744177664.0, fmin(70368744177664.0, (double)*b + add));
        } else {
            int32_t *b = (int32_t *)data + i;
            *b = (int32_t)fmax(-2147483647.0, fmin(2147483647.0, (double)*b + add));
        }
    }
}

static th_err correct_layer(corrector *c, int32_t index, const th_rule *r, int32_t n_samples, th_why *why)
{
    const th_node *n = &c->f->nodes[index], *q = &c->g->nodes[c->converted->node[index]];
    const th_tensor *w = &c->f->tensors[n->in[r->w]], *w8 = &c->g->tensors[q->in[r->w]];
    const int32_t axis = r->axis, n_w = th_shape_count(&w->shape);
    const mean *real = &c->real.layer[index], *got = &c->rounded.layer[index];
    int32_t inner = 1;
    for (int32_t k = axis + 1; k < w->shape.rank; k++) inner *= w->shape.d[k];
    double *shift = calloc((size_t)w->shape.d[axis] + 1, sizeof *shift);
    if (!shift) return th_why_set(why, TH_ENOMEM, "no memory for bias correction");
    for (int32_t i = 0; i < n_w; i++) {
        const int32_t out = i / inner % w->shape.d[axis];
        const double rounded = (double)w8->quant.scale[w8->quant.n > 1 ? out : 0] * ((const int8_t *)w8->data)[i];
        shift[out] += ((double)((const float *)w->data)[i] * mean_at(n, &w->shape, real, i) -
                       rounded * mean_at(n, &w->shape, got, i)) /
                      n_samples;
    }
    add_to_bias(&c->g->tensors[q->in[th_rule_bias(r, n)]], shift);
    free(shift);
    return TH_OK;
}

static th_err correct_all(corrector *c, const th_samples *s, int32_t n, th_why *why)
{
    const th_rule *r = NULL;
    for (int32_t i = 0; i < c->f->n_nodes; i++) {
        th_trial t;
        if (!is_corrected(c, i, &r)) continue;
        th_err err = th_trial_new(c->g, &t, why); /* anew: kernels have packed the biases */
        if (!err) err = measure(&c->rounded, &t, s, n);
        th_trial_free(&t);
        if (!err) err = correct_layer(c, i, r, n, why);
        if (err) return th_why_set(why, err, "%s", th_err_text(err));
    }
    return TH_OK;
}

th_err th_correct_biases(const th_convert_job *job, const th_converted *converted, th_trial *f32, const th_samples *s,
                         th_why *why)
{
    corrector c = {.job = job, .f = f32->plan->graph, .g = &converted->model->graphs[0], .converted = converted};
    const int32_t n = s->n < TH_CORRECT_SAMPLES ? s->n : TH_CORRECT_SAMPLES;
    const th_rule *r = NULL;
    bool ok = new_means(&c.real, c.f, c.f->n_nodes) && new_means(&c.rounded, c.g, c.f->n_nodes);
    for (int32_t i = 0; ok && i < c.f->n_nodes; i++) {
        if (!is_corrected(&c, i, &r)) continue;
        const int32_t wanted = means_wanted(c.f, &c.f->nodes[i], r);
        ok = want_mean(&c.real, i, c.f->nodes[i].in[r->x], wanted) &&
             want_mean(&c.rounded, i, c.g->nodes[converted->node[i]].in[r->x], wanted);
    }
    th_err err = ok ? measure(&c.real, f32, s, n) : th_why_set(why, TH_ENOMEM, "no memory for bias correction");
    if (!err) err = correct_all(&c, s, n, why);
    free_means(&c.real);
    free_means(&c.rounded);
    return err ? th_why_set(why, err, "%s", th_err_text(err)) : TH_OK;
}
