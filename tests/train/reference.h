/* The second implementation of every layer, for tests: in double, layer by layer as the description has them, value by
 * value, from the logical parameters.  It shares no code with the trainer and knows nothing of stages, stored channels
 * or merging; only the dropout masks are taken from the net, since they are drawn at random. */
#ifndef TH_TESTS_TRAIN_REFERENCE_H
#define TH_TESTS_TRAIN_REFERENCE_H

#include "train/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct th_ref {
    const th_net *net;
    const th_spec *spec;
    int32_t batch;
    bool fixed; /* a ReLU lets through what the net's last pass let through: see ref_fixed */
    double *p[TH_MAX_LAYERS][TH_PARAM_ROLES]; /* logical parameters, or NULL */
    double *y[TH_MAX_LAYERS];                 /* output of each layer, [batch][h][w][c] */
    double *x;                                /* [batch][n_in] */
} th_ref;

static inline int32_t ref_size(const th_layer *l)
{
    return l->out_h * l->out_w * l->out_c;
}

static inline th_ref ref_new(const th_net *net, int32_t batch)
{
    th_ref f = {.net = net, .spec = net->spec, .batch = batch};
    f.x = calloc((size_t)batch * net->n_in, sizeof *f.x);
    for (size_t i = 0; i < (size_t)batch * net->n_in; i++) f.x[i] = (double)net->x[i];
    for (int32_t i = 0; i < f.spec->n_layers; i++) {
        f.y[i] = calloc((size_t)(batch * ref_size(&f.spec->layer[i])), sizeof(double));
        for (int role = 0; role < TH_PARAM_ROLES; role++) {
            const size_t n = th_net_param_count(net, i, (th_param_role)role);
            float *v = calloc(n + 1, sizeof *v);
            f.p[i][role] = calloc(n + 1, sizeof(double));
            th_net_param_get(net, i, (th_param_role)role, v);
            for (size_t k = 0; k < n; k++) f.p[i][role][k] = (double)v[k];
            free(v);
        }
    }
    return f;
}

static inline void ref_free(th_ref *f)
{
    for (int32_t i = 0; i < f->spec->n_layers; i++) {
        free(f->y[i]);
        for (int role = 0; role < TH_PARAM_ROLES; role++) free(f->p[i][role]);
    }
    free(f->x);
}

/* Input k of layer i for sample n. */
static inline const double *ref_input(const th_ref *f, int32_t i, int32_t k, int32_t n)
{
    const int32_t in = f->spec->layer[i].in[k];
    return in == TH_NET_INPUT ? f->x + (size_t)n * f->net->n_in : f->y[in] + n * ref_size(&f->spec->layer[in]);
}

static inline int32_t ref_channels(const th_ref *f, int32_t i, int32_t k)
{
    const int32_t in = f->spec->layer[i].in[k];
    return in == TH_NET_INPUT ? f->spec->in_c : f->spec->layer[in].out_c;
}

static inline int32_t ref_before(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, th_padding p)
{
    const int32_t need = (out - 1) * stride + (k - 1) * dilation + 1 - in;
    return p == TH_PAD_VALID || need < 0 ? 0 : need / 2;
}

/* conv2d, depthwise and pools at output (r, c, o). */
static inline double ref_window(const th_ref *f, int32_t i, const double *x, int32_t r, int32_t c, int32_t o)
{
    const th_layer *l = &f->spec->layer[i];
    const double *w = f->p[i][TH_PARAM_WEIGHTS];
    const int32_t top = ref_before(l->in_h, l->out_h, l->k_h, l->stride_h, l->dilation_h, l->padding);
    const int32_t left = ref_before(l->in_w, l->out_w, l->k_w, l->stride_w, l->dilation_w, l->padding);
    const int32_t ins = l->in_c / l->groups, group = o / (l->out_c / l->groups);
    double sum = l->kind == TH_LAYER_MAXPOOL ? -1e300 : 0;
    int32_t n = 0;
    for (int32_t kr = 0; kr < l->k_h; kr++)
        for (int32_t kc = 0; kc < l->k_w; kc++) {
            const int32_t y = r * l->stride_h + kr * l->dilation_h - top,
                          z = c * l->stride_w + kc * l->dilation_w - left;
            if (y < 0 || y >= l->in_h || z < 0 || z >= l->in_w) continue;
            const double *px = x + (y * l->in_w + z) * l->in_c;
            n++;
            if (l->kind == TH_LAYER_AVGPOOL) sum += px[o];
            if (l->kind == TH_LAYER_MAXPOOL) sum = px[o] > sum ? px[o] : sum;
            if (l->kind == TH_LAYER_DEPTHWISE) sum += px[o] * w[(kr * l->k_w + kc) * l->out_c + o];
            for (int32_t q = 0; l->kind == TH_LAYER_CONV2D && q < ins; q++)
                sum += px[group * ins + q] * w[((o * l->k_h + kr) * l->k_w + kc) * ins + q];
        }
    return l->kind == TH_LAYER_AVGPOOL ? sum / n : sum;
}

/* Painting: every input pixel adds its kernel to the output; padding as in the convolution that it undoes. */
static inline void ref_transpose(const th_ref *f, int32_t i, const double *x, double *y)
{
    const th_layer *l = &f->spec->layer[i];
    const int32_t top = ref_before(l->out_h, l->in_h, l->k_h, l->stride_h, 1, l->padding);
    const int32_t left = ref_before(l->out_w, l->in_w, l->k_w, l->stride_w, 1, l->padding);
    memset(y, 0, (size_t)ref_size(l) * sizeof *y);
    for (int32_t p = 0; p < l->in_h * l->in_w; p++)
        for (int32_t k = 0; k < l->k_h * l->k_w; k++) {
            const int32_t r = p / l->in_w * l->stride_h + k / l->k_w - top;
            const int32_t c = p % l->in_w * l->stride_w + k % l->k_w - left;
            if (r < 0 || r >= l->out_h || c < 0 || c >= l->out_w) continue;
            for (int32_t o = 0; o < l->out_c; o++)
                for (int32_t q = 0; q < l->in_c; q++)
                    y[(r * l->out_w + c) * l->out_c + o] +=
                        x[p * l->in_c + q] * f->p[i][TH_PARAM_WEIGHTS][(o * l->k_h * l->k_w + k) * l->in_c + q];
        }
}

static inline void ref_softmax(const double *x, double *y, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += exp(x[i]);
    for (int32_t i = 0; i < n; i++) y[i] = exp(x[i]) / sum;
}

static inline double ref_sigmoid(double t)
{
    return 1 / (1 + exp(-t));
}

/* Sum of a gate for unit u: weights of `role` times v [n], and the bias of `bias`. */
static inline double ref_gate(const th_ref *f, int32_t i, int32_t gate, int32_t u, th_param_role role, const double *v,
                              int32_t n, th_param_role bias)
{
    const int32_t row = gate * f->spec->layer[i].filters + u;
    double sum = bias == TH_PARAM_ROLES ? 0 : f->p[i][bias][row];
    for (int32_t k = 0; k < n; k++) sum += f->p[i][role][row * n + k] * v[k];
    return sum;
}

/* LSTM with the gates i, f, g, o; GRU with z, r, n; h of step t -> y, of every step or of the last. */
static inline void ref_recurrent(const th_ref *f, int32_t i, const double *x, double *y)
{
    const th_layer *l = &f->spec->layer[i];
    const int32_t units = l->filters, in = l->in_w * l->in_c;
    double *h = calloc((size_t)units, sizeof *h), *c = calloc((size_t)units, sizeof *c),
           *next = malloc(sizeof *h * (size_t)units);
    for (int32_t t = 0; t < l->in_h; t++) {
        for (int32_t u = 0; u < units; u++) {
            double a[4], b[4];
            for (int32_t g = 0; g < (l->kind == TH_LAYER_LSTM ? 4 : 3); g++) {
                a[g] = ref_gate(f, i, g, u, TH_PARAM_WEIGHTS, x + t * in, in, TH_PARAM_BIAS);
                b[g] = ref_gate(f, i, g, u, TH_PARAM_RECURRENT, h, units,
                                l->kind == TH_LAYER_LSTM ? TH_PARAM_ROLES : TH_PARAM_BIAS_BACK);
            }
            if (l->kind == TH_LAYER_LSTM) {
                c[u] = ref_sigmoid(a[1] + b[1]) * c[u] + ref_sigmoid(a[0] + b[0]) * tanh(a[2] + b[2]);
                next[u] = ref_sigmoid(a[3] + b[3]) * tanh(c[u]);
            } else {
                const double z = ref_sigmoid(a[0] + b[0]);
                next[u] = z * h[u] + (1 - z) * tanh(a[2] + ref_sigmoid(a[1] + b[1]) * b[2]);
            }
        }
        memcpy(h, next, (size_t)units * sizeof *h);
        if (l->sequence || t + 1 == l->in_h) memcpy(y + (l->sequence ? t * units : 0), h, (size_t)units * sizeof *h);
    }
    free(h);
    free(c);
    free(next);
}

/* Output of unit u at step t of an SVDF. */
static inline double ref_svdf(const th_ref *f, int32_t i, const double *x, int32_t t, int32_t u)
{
    const th_layer *l = &f->spec->layer[i];
    const int32_t in = l->in_w * l->in_c;
    double sum = 0;
    for (int32_t r = 0; r < l->rank; r++)
        for (int32_t k = 0; k < l->memory; k++) {
            const int32_t at = t - l->memory + 1 + k, filter = u * l->rank + r;
            double feature = 0;
            for (int32_t q = 0; at >= 0 && q < in; q++)
                feature += f->p[i][TH_PARAM_WEIGHTS][filter * in + q] * x[at * in + q];
            sum += feature * f->p[i][TH_PARAM_RECURRENT][filter * l->memory + k];
        }
    return sum;
}

/* Layers that are not windows. */
static inline void ref_other(const th_ref *f, int32_t i, int32_t n, double *y)
{
    const th_layer *l = &f->spec->layer[i];
    const int32_t size = ref_size(l), n_in = l->in_h * l->in_w * l->in_c;
    const double *x = ref_input(f, i, 0, n), *x1 = l->n_in > 1 ? ref_input(f, i, 1, n) : x;
    const th_stage *st = f->net->of_layer[i] == TH_NET_INPUT ? NULL : &f->net->stage[f->net->of_layer[i]];
    for (int32_t e = 0; e < size; e++) {
        const int32_t px = e / l->out_c, o = e % l->out_c;
        if (l->kind == TH_LAYER_ADD) y[e] = x[e] + x1[e];
        if (l->kind == TH_LAYER_MULTIPLY) y[e] = x[e] * x1[e];
        if (l->kind == TH_LAYER_ACTIVATION || l->kind == TH_LAYER_RESHAPE) y[e] = x[e];
        if (l->kind == TH_LAYER_UPSAMPLE)
            y[e] = x[(px / l->out_w / l->scale_h * l->in_w + px % l->out_w / l->scale_w) * l->in_c + o];
        if (l->kind == TH_LAYER_SOFTMAX && o == 0) ref_softmax(x + e, y + e, l->out_c);
        if (l->kind == TH_LAYER_DENSE) {
            y[e] = 0;
            for (int32_t q = 0; q < n_in; q++) y[e] += x[q] * f->p[i][TH_PARAM_WEIGHTS][o * n_in + q];
        }
        if (l->kind == TH_LAYER_DROPOUT) {
            const int32_t c = st->layer.out_c;
            const uint8_t *m = st->mask + (size_t)n * (size_t)(st->out_px * st->s);
            y[e] = !f->net->training ? x[e] : m[e / c * st->s + e % c] ? x[e] * 256.0 / (256.0 - st->drop) : 0;
        }
        int32_t first = 0;
        for (int32_t k = 0; l->kind == TH_LAYER_CONCAT && k < l->n_in; first += ref_channels(f, i, k), k++)
            if (o >= first && o - first < ref_channels(f, i, k))
                y[e] = ref_input(f, i, k, n)[px * ref_channels(f, i, k) + o - first];
    }
}

static inline double ref_act(const th_layer *l, double t)
{
    const double leak = (double)l->leak;
    switch (l->act) {
    case TH_LAYER_ACT_NONE: break;
    case TH_LAYER_ACT_RELU: return fmax(t, 0);
    case TH_LAYER_ACT_RELU6: return fmin(fmax(t, 0), 6);
    case TH_LAYER_ACT_LEAKY_RELU: return fmax(t, 0) + leak * fmin(t, 0);
    case TH_LAYER_ACT_HARD_SWISH: return t * fmin(fmax(t + 3, 0), 6) / 6;
    case TH_LAYER_ACT_SIGMOID: return 1 / (1 + exp(-t));
    case TH_LAYER_ACT_TANH: return tanh(t);
    }
    return t;
}

/* A ReLU (or ReLU6) as the straight piece on which the net's own value lies.  Rounding puts values near a kink now on
 * this side, now on the other, and behind many batch norms that is some of thousands: the slopes of two different
 * pieces say nothing about each other.  a, b of one thread. */
static inline double ref_fixed(const th_ref *f, int32_t i, int32_t k, int32_t c, double t)
{
    const th_stage *st = &f->net->stage[f->net->of_layer[i]];
    const th_net_member *m = &f->net->member[0];
    const float x = m->a[st->c + (size_t)c] * st->z[k * st->s + c] + m->b[st->c + (size_t)c];
    if (st->layer.act == TH_LAYER_ACT_RELU6 && x >= 6) return 6;
    return x > 0 ? t : 0;
}

static inline bool ref_has_weights(const th_layer *l)
{
    return l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_TRANSPOSE_CONV ||
           l->kind == TH_LAYER_DENSE || l->kind == TH_LAYER_SVDF;
}

/* Batch norm (by the batch's moments, or the running ones) or bias, and the activation. */
static inline void ref_finish(const th_ref *f, int32_t i)
{
    const th_layer *l = &f->spec->layer[i];
    const int32_t n = f->batch * l->out_h * l->out_w;
    for (int32_t c = 0; c < l->out_c; c++) {
        double mean = 0, var = 0;
        for (int32_t k = 0; k < n; k++) mean += f->y[i][k * l->out_c + c] / n;
        for (int32_t k = 0; k < n; k++) var += pow(f->y[i][k * l->out_c + c] - mean, 2) / n;
        if (l->batch_norm && !(f->net->training && f->net->stage[f->net->of_layer[i]].learns)) {
            mean = f->p[i][TH_PARAM_MEAN][c];
            var = f->p[i][TH_PARAM_VARIANCE][c];
        }
        for (int32_t k = 0; k < n; k++) {
            double *v = &f->y[i][k * l->out_c + c];
            if (l->batch_norm)
                *v = f->p[i][TH_PARAM_GAMMA][c] * (*v - mean) / sqrt(var + (double)TH_BN_EPSILON) +
                     f->p[i][TH_PARAM_BIAS][c];
            else if (ref_has_weights(l) && l->bias)
                *v += f->p[i][TH_PARAM_BIAS][c];
            const bool relu = l->act == TH_LAYER_ACT_RELU || l->act == TH_LAYER_ACT_RELU6;
            *v = f->fixed && relu ? ref_fixed(f, i, k, c, *v) : ref_act(l, *v);
        }
    }
}

static inline bool ref_is_other(const th_layer *l)
{
    return l->kind != TH_LAYER_CONV2D && l->kind != TH_LAYER_DEPTHWISE && l->kind != TH_LAYER_AVGPOOL &&
           l->kind != TH_LAYER_MAXPOOL && l->kind != TH_LAYER_TRANSPOSE_CONV && l->kind != TH_LAYER_SVDF &&
           l->kind != TH_LAYER_LSTM && l->kind != TH_LAYER_GRU;
}

static inline void ref_layer(const th_ref *f, int32_t i)
{
    const th_layer *l = &f->spec->layer[i];
    const bool window = l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_AVGPOOL ||
                        l->kind == TH_LAYER_MAXPOOL;
    for (int32_t n = 0; n < f->batch; n++) {
        double *y = f->y[i] + n * ref_size(l);
        const double *x = ref_input(f, i, 0, n);
        for (int32_t e = 0; window && e < ref_size(l); e++)
            y[e] = ref_window(f, i, x, e / l->out_c / l->out_w, e / l->out_c % l->out_w, e % l->out_c);
        if (l->kind == TH_LAYER_TRANSPOSE_CONV) ref_transpose(f, i, x, y);
        for (int32_t e = 0; l->kind == TH_LAYER_SVDF && e < ref_size(l); e++)
            y[e] = ref_svdf(f, i, x, l->sequence ? e / l->out_c : l->in_h - 1, e % l->out_c);
        if (l->kind == TH_LAYER_LSTM || l->kind == TH_LAYER_GRU) ref_recurrent(f, i, x, y);
        if (ref_is_other(l)) ref_other(f, i, n, y);
    }
    ref_finish(f, i);
}

/* Runs all layers; returns the last one's output. */
static inline const double *ref_forward(const th_ref *f)
{
    for (int32_t i = 0; i < f->spec->n_layers; i++) ref_layer(f, i);
    return f->y[f->spec->n_layers - 1];
}

/* Mean loss of the batch: cross entropy of a classifier, else mean squared error. */
static inline double ref_loss(const th_ref *f)
{
    const double *z = ref_forward(f), s = (double)f->net->loss.smoothing;
    const int32_t n = (int32_t)f->net->n_out;
    double loss = 0;
    for (int32_t k = 0; k < f->batch; k++, z += n) {
        const float *y = f->net->y + k * n;
        double sum = 0;
        for (int32_t i = 0; i < n; i++) sum += exp(z[i]);
        for (int32_t i = 0; i < n; i++)
            loss += f->spec->n_classes ? -((1 - s) * (double)y[i] + s / n) * (z[i] - log(sum)) / f->batch
                                       : pow(z[i] - (double)y[i], 2) / n / f->batch;
    }
    return loss;
}

#endif
