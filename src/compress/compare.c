/* The float network against an integer one, tensor by tensor. */
#include "compress/quantize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMPARED 100 /* samples: decibels do not change by more */

typedef struct compare {
    const th_graph *f, *g;
    const th_converted *converted;
    const th_calibration *cal;
    float *value;           /* the float activations of this sample */
    size_t *start;          /* [n_tensors of f] in value; SIZE_MAX: none */
    int32_t *from;          /* [n_tensors of g] the float tensor whose home it is, -1 */
    double *signal, *noise; /* of each channel, laid out as th_calibration.channel_max */
} compare;

static void free_compare(compare *c)
{
    free(c->value);
    free(c->start);
    free(c->from);
    free(c->signal);
    free(c->noise);
}

static th_err new_compare(compare *c, th_why *why)
{
    const size_t n = (size_t)c->f->n_tensors + 1;
    size_t values = 0, channels = 0;
    for (int32_t i = 0; i < c->f->n_tensors; i++)
        if (th_is_activation(c->f, i)) channels += (size_t)th_channels(&c->f->tensors[i]);
    c->start = calloc(n, sizeof *c->start);
    c->signal = calloc(channels + 1, sizeof *c->signal);
    c->noise = calloc(channels + 1, sizeof *c->noise);
    c->from = calloc((size_t)c->g->n_tensors + 1, sizeof *c->from);
    for (int32_t i = 0; c->from && i < c->g->n_tensors; i++) c->from[i] = -1;
    for (int32_t i = 0; c->start && c->from && i < c->f->n_tensors; i++) {
        c->start[i] = SIZE_MAX;
        if (!th_is_activation(c->f, i) || c->converted->tensor[i] < 0) continue;
        c->from[c->converted->tensor[i]] = i;
        c->start[i] = values;
        values += (size_t)th_shape_count(&c->f->tensors[i].shape);
    }
    c->value = calloc(values + 1, sizeof *c->value);
    const bool ok = c->start && c->signal && c->noise && c->from && c->value;
    return ok ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory to compare layers");
}

static void keep_float(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    compare *c = ctx;
    (void)node;
    if (c->start[tensor] != SIZE_MAX)
        memcpy(c->value + c->start[tensor], data, th_tensor_bytes(&c->f->tensors[tensor]));
}

static void hold_against(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    compare *c = ctx;
    const int32_t from = c->from[tensor];
    const th_tensor *t = &c->g->tensors[tensor];
    (void)node;
    if (from < 0) return;
    const float *want = c->value + c->start[from];
    double *signal = c->signal + c->cal->channel_start[from], *noise = c->noise + c->cal->channel_start[from];
    const int32_t n = th_shape_count(&t->shape), channels = th_channels(t);
    for (int32_t i = 0, k = 0; i < n; i++, k = k + 1 == channels ? 0 : k + 1) {
        const double x = (double)want[i], e = x - (double)th_tensor_real(t, data, i);
        signal[k] += x * x;
        noise[k] += e * e;
    }
}

static double decibels(double signal, double noise)
{
    const double ratio = noise > 0.0 ? signal / noise : 1e20;
    return ratio > 1e-20 ? fmin(200.0, 10.0 * log10(ratio)) : -200.0;
}

/* Of all channels of a float tensor together. */
static double tensor_db(const compare *c, int32_t tensor)
{
    const size_t start = c->cal->channel_start[tensor];
    double signal = 0.0, noise = 0.0;
    for (int32_t k = 0; start != SIZE_MAX && k < th_channels(&c->f->tensors[tensor]); k++) {
        signal += c->signal[start + (size_t)k];
        noise += c->noise[start + (size_t)k];
    }
    return decibels(signal, noise);
}

static void fill_channels(const compare *c, double *channel_db)
{
    for (int32_t i = 0; i < c->f->n_tensors; i++) {
        const size_t start = c->cal->channel_start[i];
        for (int32_t k = 0; start != SIZE_MAX && k < th_channels(&c->f->tensors[i]); k++) {
            const double signal = c->signal[start + (size_t)k], noise = c->noise[start + (size_t)k];
            channel_db[start + (size_t)k] = signal > 0.0 ? decibels(signal, noise) : (double)NAN;
        }
    }
}

static void fill_rows(const compare *c, th_layer_error *rows)
{
    for (int32_t i = 0; i < c->f->n_nodes; i++) {
        const th_node *n = &c->f->nodes[i];
        const int32_t out = n->n_out > 0 ? n->out[0] : 0, home = c->converted->tensor[out];
        const th_tensor *t = home >= 0 ? &c->g->tensors[home] : NULL;
        rows[i] = (th_layer_error){.node = i,
                                   .op = th_op_find((int32_t)n->op)->name,
                                   .name = c->f->tensors[out].name,
                                   .precision = t && t->type == TH_S8    ? TH_P_S8
                                                : t && t->type == TH_S16 ? TH_P_S16
                                                                         : TH_P_F32,
                                   .snr_db = tensor_db(c, out),
                                   .scale = t && t->quant.n == 1 ? t->quant.scale[0] : 0.0f,
                                   .zero = t && t->quant.n == 1 ? t->quant.zero[0] : 0};
    }
}

th_err th_compare_layers(const th_quantizer *q, const th_converted *converted, th_layer_error *rows, double *channel_db,
                         th_why *why)
{
    compare c = {.f = q->g, .g = &converted->model->graphs[0], .converted = converted, .cal = &q->cal};
    th_trial a = {0}, b = {0}; /* a float one of its own: nobody else's state changes */
    const int32_t n = q->samples.n < MAX_COMPARED ? q->samples.n : MAX_COMPARED;
    th_err err = new_compare(&c, why);
    if (!err) err = th_trial_new(c.f, &a, why);
    if (!err) err = th_trial_new(c.g, &b, why);
    for (int32_t i = 0; i < n && !err; i++) {
        err = th_trial_run(&a, &q->samples, i, keep_float, &c);
        if (!err) err = th_trial_run(&b, &q->samples, i, hold_against, &c);
        if (err) err = th_why_set(why, err, "%s", th_err_text(err));
    }
    if (!err) fill_rows(&c, rows);
    if (!err && channel_db) fill_channels(&c, channel_db);
    th_trial_free(&a);
    th_trial_free(&b);
    free_compare(&c);
    return err;
}
