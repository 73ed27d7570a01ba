/* The reference: what every other table must compute, in loops that can be read at a glance. */
#include "train/kernels.h"

#include "base/rng.h"
#include "train/mask_word.h"
#include "train/window.h"

#include <math.h>

static size_t at_pixel(const th_place *at, int32_t r, int32_t c)
{
    return (size_t)((at->top + r * at->step_h) * at->pad_w + at->left + c * at->step_w) * (size_t)at->s;
}

/* One value of a read: channel c, element e. */
static float value(const th_read *r, int32_t e, int32_t c)
{
    if (!r->a) return r->z[e];
    float v = r->a[c] * r->z[e] + r->b[c];
    if (r->relu && v < 0) v = 0;
    return r->mask ? v * (r->mask[e] ? r->scale : 0) : v;
}

/* d times the derivative of a read. */
static float derivative(const th_read *r, int32_t e, int32_t c, float d)
{
    if (r->relu && !(r->a[c] * r->z[e] + r->b[c] > 0)) return 0;
    return r->mask ? d * (r->mask[e] ? r->scale : 0) : d;
}

static void plain_read(const th_read *r, const th_place *at, float *x)
{
    for (int32_t i = 0; i < at->h * at->w; i++)
        for (int32_t c = 0; c < at->s; c++)
            x[at_pixel(at, i / at->w, i % at->w) + (size_t)c] = value(r, i * at->s + c, c);
}

static void plain_conv(const th_conv *c, const float *x, const float *w, const th_finish *f)
{
    for (int32_t i = 0; i < c->out_h * c->out_w * c->out_c; i++) {
        const int32_t o = i % c->out_c, col = i / c->out_c % c->out_w, row = i / c->out_c / c->out_w;
        const int32_t e = row * c->to_row + col * c->to_col + o, channels = f->channels ? f->channels : c->out_c;
        const float *first = x + row * c->in_row + col * c->in_col;
        float sum = 0;
        for (int32_t kr = 0; kr < c->k_h; kr++)
            for (int32_t kc = 0; kc < c->k_w; kc++)
                for (int32_t k = 0; k < c->in_c; k++)
                    sum += first[kr * c->tap_row + kc * c->tap_col + k] *
                           w[((kr * c->k_w + kc) * c->in_c + k) * c->out_c + o];
        if (f->back) sum = derivative(f->back, e, o % channels, sum);
        f->out[e] = f->add ? f->out[e] + sum : sum;
        if (!f->sum) continue;
        f->sum[o % channels] += sum;
        f->sum[channels + o % channels] += sum * (f->back ? f->back->z[e] : sum);
    }
}

static void plain_conv_weights(const th_conv *c, const float *x, const float *dz, float *gw, bool add)
{
    for (int32_t kr = 0; kr < c->k_h; kr++)
        for (int32_t kc = 0; kc < c->k_w; kc++)
            for (int32_t k = 0; k < c->in_c; k++)
                for (int32_t o = 0; o < c->out_c; o++) {
                    float sum = 0;
                    for (int32_t i = 0; i < c->out_h * c->out_w; i++) {
                        const int32_t row = i / c->out_w, col = i % c->out_w;
                        sum += x[row * c->in_row + col * c->in_col + kr * c->tap_row + kc * c->tap_col + k] *
                               dz[row * c->to_row + col * c->to_col + o];
                    }
                    float *to = gw + ((kr * c->k_w + kc) * c->in_c + k) * c->out_c + o;
                    *to = add ? *to + sum : sum;
                }
}

static void plain_transpose(const float *m, int32_t r, int32_t c, float *to)
{
    for (int32_t i = 0; i < r; i++)
        for (int32_t j = 0; j < c; j++) to[j * r + i] = m[i * c + j];
}

/* The input value under a tap, and where: -1 in the border. */
static int32_t under(const th_conv_shape *g, int32_t r, int32_t c, int32_t tap)
{
    const int32_t y = r * g->stride_h + tap / g->k_w * g->dil_h - g->top,
                  x = c * g->stride_w + tap % g->k_w * g->dil_w - g->left;
    return y < 0 || y >= g->in_h || x < 0 || x >= g->in_w ? -1 : (y * g->in_w + x) * g->in_s;
}

static void plain_depthwise(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z,
                            float *sum)
{
    const int32_t s = g->in_s;
    (void)room;
    for (int32_t e = 0; e < g->out_h * g->out_w * s; e++) {
        const int32_t o = e % s, px = e / s;
        z[e] = 0;
        for (int32_t k = 0; k < g->k_h * g->k_w; k++) {
            const int32_t at = under(g, px / g->out_w, px % g->out_w, k);
            if (at >= 0) z[e] += value(from, at + o, o) * w[k * s + o];
        }
        if (!sum) continue;
        sum[o] += z[e];
        sum[s + o] += z[e] * z[e];
    }
}

/* dy and the sums from dx [in_h][in_w][s], the gradient of what was read. */
static void end_back(const th_conv_shape *g, const th_read *from, const float *dx, const th_input_grad *to)
{
    for (int32_t e = 0; e < g->in_h * g->in_w * g->in_s; e++) {
        const int32_t o = e % g->in_s;
        const float d = from->a ? derivative(from, e, o, dx[e]) : dx[e];
        to->dy[e] = to->add ? to->dy[e] + d : d;
        if (!from->a) continue;
        to->sum[o] += d;
        to->sum[g->in_s + o] += d * from->z[e];
    }
}

/* Value e, channel o, of a stage's gradient. */
static float back_value(const th_back *b, int32_t e, int32_t o)
{
    return b->z ? b->da[o] * b->dy[e] + b->db[o] * b->z[e] + b->dc[o] : b->dy[e];
}

static void plain_depthwise_back(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                                 float *room, float *gw, const th_input_grad *to)
{
    const int32_t s = g->in_s, n_in = to->dy ? g->in_h * g->in_w * s : 0;
    float *dx = room; /* [in_h][in_w][s] */
    for (int32_t e = 0; e < n_in; e++) dx[e] = 0;
    for (int32_t e = 0; e < g->out_h * g->out_w * s; e++) {
        const int32_t o = e % s, px = e / s;
        const float dz = back_value(back, e, o);
        for (int32_t k = 0; k < g->k_h * g->k_w; k++) {
            const int32_t at = under(g, px / g->out_w, px % g->out_w, k);
            if (at < 0) continue;
            if (gw) gw[k * s + o] += value(from, at + o, o) * dz;
            if (n_in) dx[at + o] += dz * w[k * s + o];
        }
    }
    if (n_in) end_back(g, from, dx, to);
}

/* The largest value of a window: where the first one of that size is. */
static int32_t largest_in(const th_conv_shape *g, th_window w, const th_read *from, int32_t o)
{
    int32_t best = (w.r0 * g->in_w + w.c0) * g->in_s + o;
    for (int32_t r = w.r0; r < w.r1; r++)
        for (int32_t c = w.c0; c < w.c1; c++) {
            const int32_t e = (r * g->in_w + c) * g->in_s + o;
            if (value(from, e, o) > value(from, best, o)) best = e;
        }
    return best;
}

static void plain_pool(const th_conv_shape *g, bool most, const th_read *from, float *z, float *sum)
{
    const int32_t s = g->in_s;
    for (int32_t e = 0; e < g->out_h * g->out_w * s; e++) {
        const int32_t o = e % s, px = e / s;
        const th_window w = th_window_of(g, px / g->out_w, px % g->out_w);
        float mean = 0;
        for (int32_t r = w.r0; r < w.r1; r++)
            for (int32_t c = w.c0; c < w.c1; c++) mean += value(from, (r * g->in_w + c) * s + o, o) * th_window_part(w);
        z[e] = most ? value(from, largest_in(g, w, from, o), o) : mean;
        if (!sum) continue;
        sum[o] += z[e];
        sum[s + o] += z[e] * z[e];
    }
}

static void plain_pool_back(const th_conv_shape *g, bool most, const th_read *from, const th_back *back, float *room,
                            const th_input_grad *to)
{
    const int32_t s = g->in_s;
    for (int32_t e = 0; e < g->in_h * g->in_w * s; e++) room[e] = 0;
    for (int32_t e = 0; e < g->out_h * g->out_w * s; e++) {
        const int32_t o = e % s, px = e / s;
        const th_window w = th_window_of(g, px / g->out_w, px % g->out_w);
        const float dz = back_value(back, e, o);
        if (most) room[largest_in(g, w, from, o)] += dz;
        for (int32_t r = w.r0; !most && r < w.r1; r++)
            for (int32_t c = w.c0; c < w.c1; c++) room[(r * g->in_w + c) * s + o] += dz * th_window_part(w);
    }
    end_back(g, from, room, to);
}

static void plain_join(const float *const *part, int32_t n_parts, int32_t n, int32_t s, int32_t count, float *z,
                       float *sum)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t c = 0; c < count; c++) {
            float x = 0;
            for (int32_t k = 0; k < n_parts; k++) x += part[k][i * s + c];
            z[i * s + c] = x;
            if (!sum) continue;
            sum[c] += x;
            sum[s + c] += x * x;
        }
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

static void plain_read_back(const th_read *r, int32_t n, int32_t s, const float *dx, float *dy, float *sum, bool add)
{
    for (int32_t e = 0; e < n * s; e++) {
        const float d = derivative(r, e, e % s, dx[e]);
        dy[e] = add ? dy[e] + d : d;
        sum[e % s] += d;
        sum[s + e % s] += d * r->z[e];
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

static void plain_mask(uint64_t seed, uint64_t stream, uint32_t drop, int32_t n, uint8_t *mask)
{
    th_rng rng = th_rng_make(seed, stream);
    const uint32_t a = th_rng_u32(&rng), b = th_rng_u32(&rng);
    for (int32_t i = 0; i < n; i++) {
        uint32_t word = (uint32_t)i / 4;
        TH_MASK_MIX(word, a, b);
        mask[i] = (word >> 8 * (i % 4) & 255) >= drop;
    }
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

static double plain_busy(int32_t rounds)
{
    volatile float sum = 0;
    for (int32_t r = 0; r < rounds; r++) sum = sum * 0.999f + 1e-3f;
    return 2.0 * rounds;
}

const th_kernels th_kernels_plain = {
    .name = "plain",
    .lanes = 1,
    .busy = plain_busy,
    .read = plain_read,
    .conv = plain_conv,
    .conv_weights = plain_conv_weights,
    .transpose = plain_transpose,
    .depthwise = plain_depthwise,
    .depthwise_back = plain_depthwise_back,
    .pool = plain_pool,
    .pool_back = plain_pool_back,
    .join = plain_join,
    .moments = plain_moments,
    .norm_back = plain_norm_back,
    .read_back = plain_read_back,
    .mask = plain_mask,
    .sigmoid = plain_sigmoid,
    .tanh = plain_tanh,
    .adam = plain_adam,
};
