/* Every table of kernels against the plain one, over shapes that leave every kind of rest. */
#include "../test.h"

#include "base/rng.h"
#include "train/kernels.h"

#include <math.h>
#include <stdbool.h>

#define ROOM 24000 /* 3x3x48x48 weights and some */

typedef struct buffers {
    float x[ROOM], w[ROOM], z[ROOM], want[ROOM], got[ROOM], sum_want[256], sum_got[256], a[64], b[64], c[64];
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
    for (int i = 0; i < 64; i++) {
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

static void conv_case(const th_kernels *k, th_geom g)
{
    static buffers f;
    const th_kernels *plain = &th_kernels_plain;
    const th_place at = place(g.out_h, g.out_w, g.out_s, 1 + g.k_h % 2);
    fill(&f, 1);
    plain->conv(&g, f.x, f.w, f.want);
    k->conv(&g, f.x, f.w, f.got);
    same(f.want, f.got, ROOM, "conv", k->name);
    plain->conv_weights(&g, f.x, f.z, &at, f.want);
    k->conv_weights(&g, f.x, f.z, &at, f.got);
    same(f.want, f.got, ROOM, "conv_weights", k->name);
    if (g.in_s != g.out_s) return;
    plain->depthwise(&g, f.x, f.w, f.want);
    k->depthwise(&g, f.x, f.w, f.got);
    same(f.want, f.got, ROOM, "depthwise", k->name);
    plain->depthwise_weights(&g, f.x, f.z, &at, f.want);
    k->depthwise_weights(&g, f.x, f.z, &at, f.got);
    same(f.want, f.got, ROOM, "depthwise_weights", k->name);
}

static void convolutions(void **state)
{
    (void)state;
    static const th_geom shapes[] = {
        {.pad_w = 9, .in_s = 1, .out_s = 16, .out_h = 3, .out_w = 3, .k_h = 4, .k_w = 3, .stride_h = 2, .stride_w = 2},
        {.pad_w = 5, .in_s = 16, .out_s = 16, .out_h = 5, .out_w = 5, .k_h = 1, .k_w = 1, .stride_h = 1, .stride_w = 1},
        {.pad_w = 7, .in_s = 48, .out_s = 48, .out_h = 3, .out_w = 5, .k_h = 3, .k_w = 3, .stride_h = 1, .stride_w = 1},
        {.pad_w = 6, .in_s = 32, .out_s = 32, .out_h = 4, .out_w = 4, .k_h = 2, .k_w = 3, .stride_h = 1, .stride_w = 1},
        {.pad_w = 9, .in_s = 16, .out_s = 16, .out_h = 2, .out_w = 4, .k_h = 3, .k_w = 3, .stride_h = 2, .stride_w = 2},
        {.pad_w = 1,
         .in_s = 100,
         .out_s = 16,
         .out_h = 7,
         .out_w = 1,
         .k_h = 1,
         .k_w = 1,
         .stride_h = 1,
         .stride_w = 1},
        {.pad_w = 4, .in_s = 5, .out_s = 80, .out_h = 2, .out_w = 2, .k_h = 2, .k_w = 2, .stride_h = 1, .stride_w = 2},
        {.pad_w = 13,
         .in_s = 1,
         .out_s = 64,
         .out_h = 25,
         .out_w = 5,
         .k_h = 10,
         .k_w = 4,
         .stride_h = 2,
         .stride_w = 2},
    };
    for (int i = 0; th_kernels_get(i); i++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) conv_case(th_kernels_get(i), shapes[s]);
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
    memcpy(f.w, f.want, sizeof f.w); /* x as it was read */
    plain->read_back(&r, &at, f.w, f.x, f.want, f.sum_want);
    k->read_back(&r, &at, f.w, f.x, f.got, f.sum_got);
    same(f.want, f.got, ROOM, "read_back", k->name);
    plain->moments(f.z, 20, s, f.sum_want);
    k->moments(f.z, 20, s, f.sum_got);
    same(f.sum_want, f.sum_got, 256, "moments", k->name);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(convolutions), cmocka_unit_test(norms),
                                       cmocka_unit_test(optimiser), cmocka_unit_test(squashing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
