/* The reference: what every other table must compute, in loops that can be read at a glance. */
#include "train/kernels.h"

#include <math.h>

static size_t at_pixel(const th_place *at, int32_t r, int32_t c)
{
    return (size_t)((at->top + r * at->step_h) * at->pad_w + at->left + c * at->step_w) * (size_t)at->s;
}

static void plain_read(const th_read *r, const th_place *at, float *x)
{
    for (int32_t i = 0; i < at->h * at->w; i++)
        for (int32_t c = 0; c < at->s; c++) {
            const size_t e = (size_t)(i * at->s + c);
            float v = r->a[c] * r->z[e] + r->b[c];
            if (r->relu && v < 0) v = 0;
            if (r->mask) v *= r->mask[e] ? r->scale : 0;
            x[at_pixel(at, i / at->w, i % at->w) + (size_t)c] = v;
        }
}

/* First input value of output pixel (r, c) at kernel row kr. */
static const float *taps(const th_geom *g, const float *x, int32_t r, int32_t c, int32_t kr)
{
    return x + (size_t)((r * g->stride_h + kr) * g->pad_w + c * g->stride_w) * (size_t)g->in_s;
}

static void plain_conv(const th_geom *g, const float *x, const float *w, float *out)
{
    const int32_t row = g->k_w * g->in_s;
    for (int32_t r = 0; r < g->out_h; r++)
        for (int32_t c = 0; c < g->out_w; c++)
            for (int32_t o = 0; o < g->out_s; o++) {
                float sum = 0;
                for (int32_t kr = 0; kr < g->k_h; kr++)
                    for (int32_t k = 0; k < row; k++) sum += taps(g, x, r, c, kr)[k] * w[(kr * row + k) * g->out_s + o];
                out[(r * g->out_w + c) * g->out_s + o] = sum;
            }
}

static void plain_conv_weights(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw)
{
    const int32_t row = g->k_w * g->in_s;
    for (int32_t r = 0; r < g->out_h; r++)
        for (int32_t c = 0; c < g->out_w; c++)
            for (int32_t kr = 0; kr < g->k_h; kr++)
                for (int32_t k = 0; k < row; k++)
                    for (int32_t o = 0; o < g->out_s; o++)
                        gw[(kr * row + k) * g->out_s + o] +=
                            taps(g, x, r, c, kr)[k] * dz[at_pixel(at, r, c) + (size_t)o];
}

static void plain_depthwise(const th_geom *g, const float *x, const float *w, float *out)
{
    const int32_t s = g->in_s;
    for (int32_t r = 0; r < g->out_h; r++)
        for (int32_t c = 0; c < g->out_w; c++)
            for (int32_t o = 0; o < s; o++) {
                float sum = 0;
                for (int32_t k = 0; k < g->k_h * g->k_w; k++)
                    sum += taps(g, x, r, c, k / g->k_w)[k % g->k_w * s + o] * w[k * s + o];
                out[(r * g->out_w + c) * s + o] = sum;
            }
}

static void plain_depthwise_weights(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw)
{
    const int32_t s = g->in_s;
    for (int32_t r = 0; r < g->out_h; r++)
        for (int32_t c = 0; c < g->out_w; c++)
            for (int32_t k = 0; k < g->k_h * g->k_w; k++)
                for (int32_t o = 0; o < s; o++)
                    gw[k * s + o] +=
                        taps(g, x, r, c, k / g->k_w)[k % g->k_w * s + o] * dz[at_pixel(at, r, c) + (size_t)o];
}

static void plain_moments(const float *z, int32_t n, int32_t s, float *sum)
{
    for (int32_t i = 0; i < n * s; i++) {
        sum[i % s] += z[i];
        sum[s + i % s] += z[i] * z[i];
    }
}

static void plain_norm_back(const float *dy, const float *z, const float *da, const float *db, const float *dc,
                            const th_place *at, float *dz)
{
    for (int32_t i = 0; i < at->h * at->w; i++)
        for (int32_t c = 0; c < at->s; c++) {
            const int32_t e = i * at->s + c;
            dz[at_pixel(at, i / at->w, i % at->w) + (size_t)c] = da[c] * dy[e] + db[c] * z[e] + dc[c];
        }
}

static void plain_read_back(const th_read *r, const th_place *at, const float *x, const float *dx, float *dy,
                            float *sum)
{
    for (int32_t i = 0; i < at->h * at->w; i++)
        for (int32_t c = 0; c < at->s; c++) {
            const size_t e = (size_t)(i * at->s + c);
            float d = dx[e];
            if (r->relu && !(x[at_pixel(at, i / at->w, i % at->w) + (size_t)c] > 0)) d = 0;
            if (r->mask) d *= r->mask[e] ? r->scale : 0;
            dy[e] = d;
            sum[c] += d;
            sum[at->s + c] += d * r->z[e];
        }
}

static void plain_sigmoid(int32_t n, float *x)
{
    for (int32_t i = 0; i < n; i++) x[i] = 1 / (1 + expf(-x[i]));
}

static void plain_tanh(int32_t n, float *x)
{
    for (int32_t i = 0; i < n; i++) x[i] = tanhf(x[i]);
}

static void plain_adam(const th_adam *o, int32_t n, const float *g, float *p, float *m, float *v, float *average)
{
    for (int32_t i = 0; i < n; i++) {
        m[i] = o->beta1 * m[i] + (1 - o->beta1) * g[i];
        v[i] = o->beta2 * v[i] + (1 - o->beta2) * g[i] * g[i];
        p[i] -= o->decay * p[i] + o->rate * (m[i] * o->correct1) / (sqrtf(v[i] * o->correct2) + o->epsilon);
        if (average) average[i] += (1 - o->keep) * (p[i] - average[i]);
    }
}

const th_kernels th_kernels_plain = {
    .name = "plain",
    .lanes = 1,
    .read = plain_read,
    .conv = plain_conv,
    .conv_weights = plain_conv_weights,
    .depthwise = plain_depthwise,
    .depthwise_weights = plain_depthwise_weights,
    .moments = plain_moments,
    .norm_back = plain_norm_back,
    .read_back = plain_read_back,
    .sigmoid = plain_sigmoid,
    .tanh = plain_tanh,
    .adam = plain_adam,
};
