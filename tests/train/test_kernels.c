/* Every table of kernels against the plain one, over shapes that leave every kind of rest. */
#include "../test.h"

#include "base/rng.h"
#include "train/kernels.h"

#include <math.h>
#include <stdbool.h>

#define ROOM 24000

typedef struct buffers {
    float x[ROOM], w[ROOM], z[ROOM], want[ROOM], got[ROOM], sum_want[256], sum_got[256], a[128], b[128], c[128];
    uint8_t mask[ROOM];
} buffers;

static void fill(buffers *f, uint64_t seed)
{
    th_rng r = th_rng_make(seed, 1);
    for (int i = 0; i < ROOM; i++) {
        f->x[i] = th_rng_normal(&r);
        f->w[i] = th_rng_normal(&r);
        f->z[i] = th_rng_normal(&r);
        f->want[i] = f->got[i] = th_rng_normal(&r);
        f->mask[i] = th_rng_below(&r, 3) > 0;
    }
    for (int i = 0; i < 128; i++) {
        f->a[i] = th_rng_normal(&r);
        f->b[i] = th_rng_normal(&r);
        f->c[i] = th_rng_normal(&r);
    }
    for (int i = 0; i < 256; i++) f->sum_want[i] = f->sum_got[i] = (float)i;
}

static void same(const float *want, const float *got, size_t n, const char *what, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        const double scale = 1 + fabs((double)want[i]);
        if (fabs((double)want[i] - (double)got[i]) > 2e-4 * scale)
            fail_msg("%s of %s differs at %zu: %g, plain %g", what, name, i, (double)got[i], (double)want[i]);
    }
}

static th_place place(int32_t h, int32_t w, int32_t s, int32_t step)
{
    return (th_place){.h = h,
                      .w = w,
                      .s = s,
                      .top = 1,
                      .left = 2,
                      .step_h = step,
                      .step_w = step,
                      .pad_h = h * step + 3,
                      .pad_w = w * step + 3};
}

static th_read reading(const buffers *f, bool mask)
{
    return (th_read){.z = f->z, .a = f->a, .b = f->b, .mask = mask ? f->mask : NULL, .scale = 1.25f, .relu = true};
}

/* Whether sums are wanted, the derivative of a read, adding, channels that repeat: what a convolution can end with. */
static void conv_case(const th_kernels *k, const th_conv *c)
{
    static buffers f;
    const th_kernels *plain = &th_kernels_plain;
    for (int how = 0; how < 6; how++) {
        const bool back = how == 2 || how == 3 || how == 5;
        fill(&f, 1);
        const th_read r = reading(&f, how == 3);
        th_finish want = {.out = f.want, .sum = how ? f.sum_want : NULL, .back = back ? &r : NULL, .add = how >= 3};
        if (how == 4) want.sum = NULL;
        if (how == 5) want.channels = c->out_c % 16 ? 8 : 16;
        th_finish got = want;
        got.out = f.got;
        if (got.sum) got.sum = f.sum_got;
        plain->conv(c, f.x, f.w, &want);
        k->conv(c, f.x, f.w, &got);
        same(f.want, f.got, ROOM, "conv", k->name);
        same(f.sum_want, f.sum_got, 256, "sums of conv", k->name);
    }
    for (int add = 0; add < 2; add++) {
        plain->conv_weights(c, f.x, f.z, f.want, add);
        k->conv_weights(c, f.x, f.z, f.got, add);
        same(f.want, f.got, ROOM, "conv_weights", k->name);
    }
}

/* Pixels, taps and rows at any distance: as in pictures with borders, with strides, dilation, and as dense layers. */
static void convolutions(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(7, 7);
    for (int i = 0; th_kernels_get(i); i++)
        for (int n = 0; n < 60; n++) {
            const int32_t in_c = 1 + (int32_t)th_rng_below(&rng, n % 4 ? 20 : 3);
            const int32_t out_c = 16 * (1 + (int32_t)th_rng_below(&rng, 5)) - (n % 8 == 7 ? 8 : 0);
            const int32_t k_h = (int32_t)th_rng_below(&rng, 4), k_w = 1 + (int32_t)th_rng_below(&rng, 3);
            const int32_t dil = 1 + (int32_t)th_rng_below(&rng, 2), stride = 1 + (int32_t)th_rng_below(&rng, 2);
            const int32_t out_h = 1 + (int32_t)th_rng_below(&rng, 4), out_w = 1 + (int32_t)th_rng_below(&rng, 15);
            const int32_t row = (out_w * stride + k_w * dil) * in_c, gap = (int32_t)th_rng_below(&rng, 2);
            const th_conv c = {.in_row = stride * row,
                               .in_col = stride * in_c,
                               .k_h = k_h,
                               .k_w = k_w,
                               .in_c = in_c,
                               .tap_row = dil * row,
                               .tap_col = dil * in_c,
                               .out_h = out_h,
                               .out_w = out_w,
                               .out_c = out_c,
                               .to_row = (1 + gap) * (1 + gap) * out_w * out_c,
                               .to_col = (1 + gap) * out_c};
            const bool fits = (out_h * 4 + 1) * out_w * out_c < ROOM && k_h * k_w * in_c * out_c < ROOM &&
                              (out_h * stride + k_h * dil) * row < ROOM && out_c <= 128;
            if (fits && out_c % th_kernels_get(i)->lanes == 0) conv_case(th_kernels_get(i), &c);
        }
    const th_conv deep = {160, 160, 1, 1, 160, 160, 160, 7, 1, 80, 80, 80}; /* parts of the input channels in turn */
    for (int i = 0; th_kernels_get(i); i++) conv_case(th_kernels_get(i), &deep);
}

static void depthwise_case(const th_kernels *k, th_conv_shape g)
{
    static buffers f;
    static float room[400000], gw[2][4000];
    const th_kernels *plain = &th_kernels_plain;
    assert_true(th_depthwise_room(&g) <= sizeof room / sizeof room[0]);
    for (int how = 0; how < 4; how++) {
        fill(&f, 2);
        th_read r = reading(&f, how == 1);
        if (how == 2) r.a = NULL;
        plain->depthwise(&g, &r, f.w, room, f.want, how ? f.sum_want : NULL);
        for (size_t i = 0; i < sizeof room / sizeof room[0]; i++) room[i] = 1e9f;
        k->depthwise(&g, &r, f.w, room, f.got, how ? f.sum_got : NULL);
        same(f.want, f.got, ROOM, "depthwise", k->name);
        same(f.sum_want, f.sum_got, 256, "sums of depthwise", k->name);
        for (int i = 0; i < 4000; i++) gw[0][i] = gw[1][i] = f.w[i + 9];
        const th_back back = {.dy = f.x, .z = how ? f.z : NULL, .da = f.a, .db = f.b, .dc = f.c};
        const th_input_grad want = {f.want, f.sum_want, how == 3}, got = {f.got, f.sum_got, how == 3};
        plain->depthwise_back(&g, &r, &back, f.w, room, gw[0], &want);
        for (size_t i = 0; i < sizeof room / sizeof room[0]; i++) room[i] = 1e9f;
        k->depthwise_back(&g, &r, &back, f.w, room, gw[1], &got);
        same(f.want, f.got, ROOM, "depthwise_back", k->name);
        same(f.sum_want, f.sum_got, 256, "sums of depthwise_back", k->name);
        same(gw[0], gw[1], 4000, "weights of depthwise_back", k->name);
    }
}

/* Output size and border of a layer, with "same" padding or without; false: the picture is smaller than the window. */
static bool set_output(th_conv_shape *g, bool pad)
{
    const int32_t need_h = (g->k_h - 1) * g->dil_h, need_w = (g->k_w - 1) * g->dil_w;
    if (!pad && (g->in_h <= need_h || g->in_w <= need_w)) return false;
    g->out_h = pad ? (g->in_h + g->stride_h - 1) / g->stride_h : (g->in_h - need_h - 1) / g->stride_h + 1;
    g->out_w = pad ? (g->in_w + g->stride_w - 1) / g->stride_w : (g->in_w - need_w - 1) / g->stride_w + 1;
    const int32_t add_h = (g->out_h - 1) * g->stride_h + need_h + 1 - g->in_h;
    const int32_t add_w = (g->out_w - 1) * g->stride_w + need_w + 1 - g->in_w;
    g->top = add_h > 0 ? add_h / 2 : 0;
    g->left = add_w > 0 ? add_w / 2 : 0;
    return true;
}

static void depthwise(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(8, 8);
    for (int i = 0; th_kernels_get(i); i++)
        for (int n = 0; n < 40; n++) {
            const int32_t s = 16 * (1 + (int32_t)th_rng_below(&rng, 4)), kind = (int32_t)th_rng_below(&rng, 3);
            th_conv_shape g = {.in_h = 1 + (int32_t)th_rng_below(&rng, 10),
                               .in_w = 1 + (int32_t)th_rng_below(&rng, 30),
                               .in_s = s,
                               .out_s = s,
                               .k_h = kind ? 3 : 1 + (int32_t)th_rng_below(&rng, 5),
                               .k_w = kind ? 3 : 1 + (int32_t)th_rng_below(&rng, 5),
                               .stride_h = 1 + (int32_t)th_rng_below(&rng, 2),
                               .dil_h = 1,
                               .dil_w = 1};
            g.stride_w = kind ? g.stride_h : 1 + (int32_t)th_rng_below(&rng, 3);
            if (kind == 2 && g.stride_h == 1) g.dil_h = 2;
            if (!set_output(&g, th_rng_below(&rng, 2))) continue;
            depthwise_case(th_kernels_get(i), g);
        }
}

/* Masked and plain inputs, with and without batch norm, adding; ties: many inputs are equal after ReLU and rounding. */
static void pool_case(const th_kernels *k, const th_conv_shape *g, bool most)
{
    static buffers f;
    static float room[ROOM];
    const th_kernels *plain = &th_kernels_plain;
    for (int how = 0; how < 4; how++) {
        fill(&f, 4);
        for (int i = 0; i < 128; i++) f.a[i] = 1, f.b[i] = 0;
        for (int i = 0; i < ROOM; i++) f.z[i] = roundf(2 * f.z[i]);
        th_read r = reading(&f, how == 1);
        if (how == 2) r = (th_read){.z = f.z};
        plain->pool(g, most, &r, f.want, how ? f.sum_want : NULL);
        k->pool(g, most, &r, f.got, how ? f.sum_got : NULL);
        same(f.want, f.got, ROOM, "pool", k->name);
        same(f.sum_want, f.sum_got, 256, "sums of pool", k->name);
        const th_back back = {.dy = f.x, .z = how ? f.w : NULL, .da = f.c, .db = f.c + 1, .dc = f.c + 2};
        const th_input_grad want = {f.want, f.sum_want, how == 3}, got = {f.got, f.sum_got, how == 3};
        plain->pool_back(g, most, &r, &back, room, &want);
        for (int i = 0; i < ROOM; i++) room[i] = 1e9f;
        k->pool_back(g, most, &r, &back, room, &got);
        same(f.want, f.got, ROOM, "pool_back", k->name);
        same(f.sum_want, f.sum_got, 256, "sums of pool_back", k->name);
    }
}

static void pools(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(9, 9);
    for (int i = 0; th_kernels_get(i); i++)
        for (int n = 0; n < 60; n++) {
            const int32_t s = 16 * (1 + (int32_t)th_rng_below(&rng, 4));
            th_conv_shape g = {.in_h = 1 + (int32_t)th_rng_below(&rng, 12),
                               .in_w = 1 + (int32_t)th_rng_below(&rng, 12),
                               .in_s = s,
                               .out_s = s,
                               .k_h = 1 + (int32_t)th_rng_below(&rng, 4),
                               .k_w = 1 + (int32_t)th_rng_below(&rng, 4),
                               .dil_h = 1,
                               .dil_w = 1};
            const int32_t more = (int32_t)th_rng_below(&rng, 3); /* windows side by side, with gaps, or overlapping */
            g.stride_h = more < 2 ? g.k_h + more : 1 + (int32_t)th_rng_below(&rng, 3);
            g.stride_w = more < 2 ? g.k_w + more : 1 + (int32_t)th_rng_below(&rng, 3);
            if (set_output(&g, th_rng_below(&rng, 2))) pool_case(th_kernels_get(i), &g, n % 2);
        }
}

static void transposed(void **state)
{
    (void)state;
    static buffers f;
    fill(&f, 3);
    for (int i = 0; th_kernels_get(i); i++)
        for (int32_t r = 1; r < 70; r += 1 + r / 3)
            for (int32_t c = 1; c < 70; c += 1 + c / 3) {
                th_kernels_plain.transpose(f.x, r, c, f.want);
                th_kernels_get(i)->transpose(f.x, r, c, f.got);
                assert_memory_equal(f.want, f.got, (size_t)(r * c) * sizeof(float));
            }
}

static void norm_case(const th_kernels *k, int32_t s, bool relu, bool mask, int32_t step)
{
    static buffers f;
    const th_kernels *plain = &th_kernels_plain;
    const th_place at = place(5, 4, s, step);
    fill(&f, 2);
    const th_read r = {.z = f.z, .a = f.a, .b = f.b, .mask = mask ? f.mask : NULL, .scale = 1.25f, .relu = relu};
    plain->read(&r, &at, f.want);
    k->read(&r, &at, f.got);
    same(f.want, f.got, ROOM, "read", k->name);
    plain->read_back(&r, 20, s, f.x, f.want, f.sum_want, step > 1);
    k->read_back(&r, 20, s, f.x, f.got, f.sum_got, step > 1);
    same(f.want, f.got, ROOM, "read_back", k->name);
    plain->moments(f.z, 20, s, f.sum_want);
    k->moments(f.z, 20, s, f.sum_got);
    same(f.sum_want, f.sum_got, 256, "moments", k->name);
    const float *const part[] = {f.x, f.w + 16, f.z};
    for (int32_t n = 1; n <= 3; n++)
        for (int32_t count = 16; count <= s; count += 16) {
            float *const sums[] = {f.sum_want, f.sum_got};
            plain->join(part, n, 20, s, count, f.want, n == 2 ? NULL : sums[0]);
            k->join(part, n, 20, s, count, f.got, n == 2 ? NULL : sums[1]);
            same(f.want, f.got, ROOM, "join", k->name);
            same(f.sum_want, f.sum_got, 256, "sums of join", k->name);
        }
    plain->norm_back(f.x, f.z, f.a, f.b, f.c, &at, f.want);
    k->norm_back(f.x, f.z, f.a, f.b, f.c, &at, f.got);
    same(f.want, f.got, ROOM, "norm_back", k->name);
}

static void norms(void **state)
{
    (void)state;
    for (int i = 0; th_kernels_get(i); i++)
        for (int32_t bits = 0; bits < 8; bits++)
            norm_case(th_kernels_get(i), bits & 4 ? 64 : 16, bits & 1, bits & 2, 1 + bits / 4);
}

static void optimiser(void **state)
{
    (void)state;
    static buffers f;
    const th_adam o = {.rate = 0.01f,
                       .beta1 = 0.9f,
                       .beta2 = 0.999f,
                       .correct1 = 1.5f,
                       .correct2 = 30,
                       .epsilon = 1e-8f,
                       .decay = 0.001f,
                       .keep = 0.9f};
    for (int i = 0; th_kernels_get(i); i++) {
        fill(&f, 3);
        for (int e = 0; e < ROOM; e++) f.z[e] = fabsf(f.z[e]);
        static float m[2][160], v[2][160], avg[2][160];
        for (int e = 0; e < 160; e++)
            m[0][e] = m[1][e] = f.w[e], v[0][e] = v[1][e] = f.z[e], avg[0][e] = avg[1][e] = f.x[e + 200];
        th_kernels_plain.adam(&o, 160, f.x, f.want, m[0], v[0], avg[0]);
        th_kernels_get(i)->adam(&o, 160, f.x, f.got, m[1], v[1], avg[1]);
        same(f.want, f.got, ROOM, "adam", th_kernels_get(i)->name);
        same(avg[0], avg[1], 160, "average", th_kernels_get(i)->name);
        same(v[0], v[1], 160, "second moment", th_kernels_get(i)->name);
    }
}

/* Equal bytes from every table, the wanted part of zeros, and another stream for another sample. */
static void masks(void **state)
{
    (void)state;
    enum { N = 100008 };
    static uint8_t want[N], got[N];
    th_kernels_plain.mask(5, 7, 77, N, want);
    int zeros = 0, equal = 0;
    for (int i = 0; i < N; i++) zeros += want[i] == 0;
    assert_true(fabs(zeros / (double)N - 77.0 / 256) < 0.01);
    for (int k = 0; th_kernels_get(k); k++) {
        memset(got, 9, sizeof got);
        th_kernels_get(k)->mask(5, 7, 77, N, got);
        assert_memory_equal(want, got, N);
    }
    th_kernels_plain.mask(5, 8, 77, N, got);
    for (int i = 0; i < N; i++) equal += want[i] == got[i];
    const double q = 77.0 / 256; /* of two streams that know nothing of each other */
    assert_true(fabs(equal / (double)N - (q * q + (1 - q) * (1 - q))) < 0.01);
}

/* Against libm in double; and what is no number stays none. */
static void squashing(void **state)
{
    (void)state;
    enum { N = 160000 };
    static float x[N], y[N];
    for (int i = 0; th_kernels_get(i); i++) {
        const th_kernels *k = th_kernels_get(i);
        for (int e = 0; e < N; e++) x[e] = (float)(e - N / 2) * (e % 2 ? 0.0005f : 0.00001f);
        memcpy(y, x, sizeof y);
        k->sigmoid(N, y);
        for (int e = 0; e < N; e++) assert_true(fabs((double)y[e] - 1 / (1 + exp(-(double)x[e]))) < 2e-7);
        memcpy(y, x, sizeof y);
        k->tanh(N, y);
        for (int e = 0; e < N; e++) {
            const double want = tanh((double)x[e]);
            assert_true(fabs((double)y[e] - want) <= 4e-7 * fabs(want));
        }
        for (int e = 0; e < 16; e++) y[e] = e % 4 == 0 ? NAN : e % 4 == 1 ? INFINITY : e % 4 == 2 ? -INFINITY : 1e30f;
        memcpy(x, y, sizeof x);
        k->tanh(16, x);
        k->sigmoid(16, y);
        for (int e = 0; e < 16; e++) {
            assert_true(e % 4 ? fabsf(x[e]) > 0.9999f && fabsf(x[e]) < 1.0001f : isnan(x[e]));
            assert_true(e % 4 ? isfinite(y[e]) : isnan(y[e]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(convolutions), cmocka_unit_test(depthwise),
                                       cmocka_unit_test(pools),        cmocka_unit_test(transposed),
                                       cmocka_unit_test(norms),        cmocka_unit_test(optimiser),
                                       cmocka_unit_test(masks),        cmocka_unit_test(squashing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
