/* Convolutions and dense layers against a second version from the definition: random shapes, strides, paddings,
 * dilations, groups, zero points, scales and activations. */
#include "rig.h"

/* Types of input, weights and bias. */
typedef struct mix {
    th_type x, w, bias;
} mix;

static const mix mixes[] = {
    {TH_F32, TH_F32, TH_F32}, {TH_S8, TH_S8, TH_S32},  {TH_S8, TH_S8, TH_S32},
    {TH_S8, TH_S4, TH_S32},   {TH_S16, TH_S8, TH_S64}, {TH_S16, TH_S8, TH_S32},
};
#define N_MIXES (sizeof mixes / sizeof *mixes)

/* One tap's product, or 0 outside the picture; sums both kinds. */
typedef struct sums {
    int64_t i;
    double f;
} sums;

static void tap(const rig *r, sums *s, int64_t x, int64_t w)
{
    if (r->t[0].type != TH_F32)
        s->i += (whole(r, 0, x) - r->zero[0][0]) * (whole(r, 1, w) - r->zero[1][0]);
    else
        s->f += f32(r, 0, x) * f32(r, 1, w);
}

static void check(const rig *r, sums s, int64_t at, int32_t channel, th_act act)
{
    if (r->t[0].type == TH_F32) {
        if (r->in[2] >= 0) s.f += f32(r, 2, channel);
        assert_close(((const float *)r->data[3])[at], plain_limit_f32(s.f, act), 4.0);
        return;
    }
    if (r->in[2] >= 0) s.i += whole(r, 2, channel);
    const int per_channel = r->t[1].quant.n > 1;
    const int32_t option = r->node.op == TH_OP_FULLY_CONNECTED ? r->node.attr.dense.bias_type
                           : r->node.op == TH_OP_CONV_2D       ? r->node.attr.conv.bias_type
                                                               : 0;
    double factor = (double)r->scale[0][0] * (double)r->scale[1][per_channel ? channel : 0] / (double)r->scale[3][0];
    if (r->node.op == TH_OP_FULLY_CONNECTED && !per_channel) {
        const volatile float product = r->scale[0][0] * r->scale[1][0];
        factor = (double)product / (double)r->scale[3][0];
    }
    /* int16 without a bias: the option decides; the wide sums are the default. */
    const int wide = r->t[0].type == TH_S16 && (r->in[2] >= 0 ? r->t[2].type == TH_S64 : option != TH_S32);
    assert_int_equal(
        whole(r, 3, at),
        plain_limit(wide ? plain_requant_64(s.i, factor) : plain_requant((int32_t)s.i, factor), &r->t[3], act));
}

static void check_windows(const rig *r)
{
    const th_shape *x = &r->t[0].shape, *w = &r->t[1].shape, *y = &r->t[3].shape;
    const int depthwise = r->node.op == TH_OP_DEPTHWISE_CONV_2D;
    const int32_t *xs = x->d, *ws = w->d, *ys = y->d;
    const int32_t sh = r->node.attr.conv.stride_h, sw = r->node.attr.conv.stride_w, dh = r->node.attr.conv.dilation_h,
                  dw = r->node.attr.conv.dilation_w;
    const int32_t top = plain_pad(r->node.attr.conv.padding, xs[1], ys[1], ws[1], sh, dh),
                  left = plain_pad(r->node.attr.conv.padding, xs[2], ys[2], ws[2], sw, dw);
    const int32_t per_group = depthwise ? 1 : ys[3] / (xs[3] / ws[3]), n_c = depthwise ? 1 : ws[3];
    for (int32_t b = 0; b < ys[0]; b++)
        for (int32_t oy = 0; oy < ys[1]; oy++)
            for (int32_t ox = 0; ox < ys[2]; ox++)
                for (int32_t o = 0; o < ys[3]; o++) {
                    sums s = {0, 0};
                    for (int32_t i = 0; i < ws[1]; i++)
                        for (int32_t j = 0; j < ws[2]; j++)
                            for (int32_t c = 0; c < n_c; c++) {
                                const int32_t iy = oy * sh - top + i * dh, ix = ox * sw - left + j * dw;
                                if (iy < 0 || ix < 0 || iy >= xs[1] || ix >= xs[2]) continue;
                                const int32_t ic = depthwise ? o / (ys[3] / xs[3]) : o / per_group * n_c + c;
                                const int64_t wk =
                                    depthwise ? (i * ws[2] + j) * ws[3] + o : ((o * ws[1] + i) * ws[2] + j) * ws[3] + c;
                                tap(r, &s, ((int64_t)(b * xs[1] + iy) * xs[2] + ix) * xs[3] + ic, wk);
                            }
                    check(r, s, ((int64_t)(b * ys[1] + oy) * ys[2] + ox) * ys[3] + o, o, r->node.attr.conv.act);
                }
}

static void random_attr(rig *r)
{
    r->node.attr.conv.padding = rig_between(r, 0, 1) ? TH_PAD_SAME : TH_PAD_VALID;
    r->node.attr.conv.act = (th_act)rig_between(r, 0, 3);
    r->node.attr.conv.stride_h = rig_between(r, 1, 3);
    r->node.attr.conv.stride_w = rig_between(r, 1, 3);
    r->node.attr.conv.dilation_h = rig_between(r, 0, 3) ? 1 : 2;
    r->node.attr.conv.dilation_w = rig_between(r, 0, 3) ? 1 : 2;
}

/* Weights, bias and output once x and the weights' shape are there. */
static void random_rest(rig *r, mix type, th_shape w, int32_t out_c, int32_t axis)
{
    rig_fill(r, 1, type.w, w);
    if (rig_between(r, 0, 3))
        rig_fill(r, 2, type.bias, (th_shape){.rank = 1, .d = {out_c}});
    else
        r->in[2] = -1;
    const int32_t zero = type.x == TH_S16 ? 0 : 127;
    rig_quant(r, 0, 1, 0, 0.05f, zero);
    rig_quant(r, 1, rig_between(r, 0, 2) ? out_c : 1, axis, 0.01f, 0);
    rig_quant(r, 3, 1, 0, 0.5f, zero);
    for (int32_t c = 0; c < r->t[1].quant.n; c++) r->scale[2][c] = r->scale[0][0] * r->scale[1][c], r->zero[2][c] = 0;
    if (type.x != TH_F32) r->t[2].quant = (th_quant){r->scale[2], r->zero[2], r->t[1].quant.n, 0};
    if (r->node.op == TH_OP_FULLY_CONNECTED && r->t[1].quant.n == 1 && type.w == TH_S8 && type.x == TH_S8)
        r->zero[1][0] = rig_between(r, -3, 3) * 5;
}

static void conv_2d(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        rig *r = rig_new(seed, TH_OP_CONV_2D, 3);
        const mix type = mixes[seed % N_MIXES];
        random_attr(r);
        r->node.attr.conv.bias_type = rig_between(r, 0, 1) ? TH_S32 : 0;
        const int32_t fh = rig_between(r, 1, 4), fw = rig_between(r, 1, 4), groups = rig_between(r, 0, 4) ? 1 : 2;
        const int32_t c = rig_between(r, 1, 9), out_c = rig_between(r, 1, 6) * groups;
        rig_fill(r, 0, type.x,
                 rig_shape4(r, (const int32_t[]){1, 7, 7, c * groups}, (const int32_t[]){2, 9, 10, c * groups}));
        random_rest(r, type, shape4(out_c, fh, fw, c), out_c, 0);
        rig_fill(r, 3, type.x, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        check_windows(r);
        rig_free(r);
    }
}

static void conv_2d_pointwise(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        rig *r = rig_new(seed, TH_OP_CONV_2D, 3);
        r->node.attr.conv.stride_h = r->node.attr.conv.stride_w = r->node.attr.conv.dilation_h =
            r->node.attr.conv.dilation_w = 1;
        r->node.attr.conv.padding = TH_PAD_SAME;
        const int32_t c = rig_between(r, 1, 70), out_c = rig_between(r, 1, 20);
        rig_fill(r, 0, TH_S8, rig_shape4(r, (const int32_t[]){1, 1, 1, c}, (const int32_t[]){1, 4, 5, c}));
        random_rest(r, mixes[1], shape4(out_c, 1, 1, c), out_c, 0);
        rig_fill(r, 3, TH_S8, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        check_windows(r);
        rig_free(r);
    }
}

static void depthwise_conv_2d(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        rig *r = rig_new(seed, TH_OP_DEPTHWISE_CONV_2D, 3);
        mix type = mixes[seed % N_MIXES];
        if (type.bias == TH_S32 && type.x == TH_S16) type.bias = TH_S64; /* there is no other */
        random_attr(r);
        const int32_t m = rig_between(r, 0, 2) ? 1 : rig_between(r, 2, 9),
                      c = rig_between(r, 0, 4) ? rig_between(r, 1, 13) : 1;
        r->node.attr.conv.depth_multiplier = m;
        rig_fill(r, 0, type.x, rig_shape4(r, (const int32_t[]){1, 5, 5, c}, (const int32_t[]){2, 9, 10, c}));
        random_rest(r, type, rig_shape4(r, (const int32_t[]){1, 1, 1, c * m}, (const int32_t[]){1, 3, 3, c * m}), c * m,
                    3);
        rig_fill(r, 3, type.x, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        check_windows(r);
        rig_free(r);
    }
}

/* The window of most networks, which random ones rarely have: kernels of their own are made for it.  Runs first, and
 * its cases go to the board (tests/keep.h): int8 with stride 1 and 2, int4. */
static void depthwise_3x3(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        rig *r = rig_new(seed, TH_OP_DEPTHWISE_CONV_2D, 3);
        r->node.attr.conv.padding = TH_PAD_SAME;
        r->node.attr.conv.act = TH_ACT_RELU;
        r->node.attr.conv.depth_multiplier = 1;
        r->node.attr.conv.stride_h = r->node.attr.conv.stride_w = 1 + (int32_t)seed % 2;
        r->node.attr.conv.dilation_h = r->node.attr.conv.dilation_w = 1;
        const int32_t c = 5 + 3 * (int32_t)seed;
        rig_fill(r, 0, TH_S8, shape4(1, 7, 6, c));
        random_rest(r, mixes[seed + 1], shape4(1, 3, 3, c), c, 3);
        rig_fill(r, 3, TH_S8, rig_infer(r));
        rig_run(r);
        check_windows(r);
        rig_free(r);
    }
}

/* Weights that other operators make while the model runs: nothing can be packed in advance. */
static void live_weights(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 120; seed++) {
        rig *r = rig_new(seed, seed % 2 ? TH_OP_CONV_2D : TH_OP_DEPTHWISE_CONV_2D, 3);
        const int32_t depthwise = seed % 2 == 0, c = rig_between(r, 1, 9),
                      out_c = depthwise ? c * rig_between(r, 1, 2) : rig_between(r, 1, 6);
        random_attr(r);
        if (depthwise) r->node.attr.conv.depth_multiplier = out_c / c;
        rig_fill(r, 0, TH_S8, rig_shape4(r, (const int32_t[]){1, 5, 5, c}, (const int32_t[]){2, 8, 9, c}));
        random_rest(r, mixes[1], shape4(depthwise ? 1 : out_c, 3, 2, depthwise ? out_c : c), out_c, depthwise ? 3 : 0);
        r->t[1].data = NULL;
        rig_fill(r, 3, TH_S8, rig_infer(r));
        rig_run(r);
        check_windows(r);
        rig_free(r);
    }
}

static void check_rows(rig *r, int32_t rows)
{
    const int32_t n_out = r->t[1].shape.d[0], n_in = r->t[1].shape.d[1];
    for (int32_t k = 0; k < rows * n_out; k++) {
        sums s = {0, 0};
        for (int32_t i = 0; i < n_in; i++) tap(r, &s, k / n_out * n_in + i, k % n_out * n_in + i);
        check(r, s, k, k % n_out, r->node.attr.dense.act);
    }
}

static void fully_connected(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        rig *r = rig_new(seed, TH_OP_FULLY_CONNECTED, 3);
        const mix type = mixes[seed % N_MIXES];
        const int32_t rows = rig_between(r, 1, 3), n_in = rig_between(r, 1, 70), n_out = rig_between(r, 1, 9);
        r->node.attr.dense.act = (th_act)rig_between(r, 0, 3);
        r->node.attr.dense.keep_num_dims = rig_between(r, 0, 1);
        r->node.attr.dense.bias_type = rig_between(r, 0, 1) ? TH_S32 : 0;
        rig_fill(r, 0, type.x, (th_shape){.rank = 3, .d = {1, rows, n_in}});
        random_rest(r, type, (th_shape){.rank = 2, .d = {n_out, n_in}}, n_out, 0);
        rig_fill(r, 3, type.x, rig_infer(r));
        assert_int_equal(r->t[3].shape.rank, r->node.attr.dense.keep_num_dims ? 3 : 2);
        rig_run(r);
        rig_compare(r);
        check_rows(r, rows);
        rig_free(r);
    }
}

/* Weights that other operators make while the model runs. */
static void fully_connected_live(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        rig *r = rig_new(seed, TH_OP_FULLY_CONNECTED, 3);
        const int32_t rows = rig_between(r, 1, 3), n_in = rig_between(r, 1, 70), n_out = rig_between(r, 1, 9);
        r->node.attr.dense.act = (th_act)rig_between(r, 0, 3);
        rig_fill(r, 0, TH_S8, (th_shape){.rank = 2, .d = {rows, n_in}});
        random_rest(r, mixes[1], (th_shape){.rank = 2, .d = {n_out, n_in}}, n_out, 0);
        r->t[1].data = NULL;
        rig_fill(r, 3, TH_S8, rig_infer(r));
        rig_run(r);
        check_rows(r, rows);
        rig_free(r);
    }
}

/* What must be refused, each with its reason. */
static void refusals(void **state)
{
    (void)state;
    rig *r = rig_new(1, TH_OP_CONV_2D, 3);
    random_attr(r);
    r->node.attr.conv.padding = TH_PAD_SAME;
    rig_fill(r, 0, TH_S8, shape4(1, 8, 8, 4));
    random_rest(r, mixes[1], shape4(6, 3, 3, 4), 6, 0);
    rig_fill(r, 3, TH_S8, rig_infer(r));
    assert_int_equal(rig_prepare(r), TH_OK);

    const th_tensor t0 = r->t[0], t1 = r->t[1], t3 = r->t[3];
#define REFUSED(change, error)                                                                                         \
    do {                                                                                                               \
        change;                                                                                                        \
        r->diag.msg = NULL;                                                                                            \
        assert_int_equal(rig_prepare(r), error);                                                                       \
        assert_non_null(r->diag.msg);                                                                                  \
        r->t[0] = t0, r->t[1] = t1, r->t[3] = t3;                                                                      \
    } while (0)
    REFUSED(r->t[1].shape.d[3] = 3, TH_ESHAPE);
    REFUSED(r->t[1].shape.rank = 3, TH_ESHAPE);
    REFUSED(r->t[0].shape.rank = 3, TH_ESHAPE);
    REFUSED(r->t[3].shape.d[3] = 7, TH_ESHAPE);
    REFUSED(r->t[0].shape.d[0] = 0, TH_ESHAPE);
    REFUSED(r->t[0].type = TH_F32, TH_EUNSUP);
    REFUSED(r->t[0].type = TH_S16, TH_EUNSUP);
    REFUSED(r->t[0].quant.n = 0, TH_EUNSUP);
    REFUSED(r->t[1].quant.n = 3, TH_EUNSUP);
    r->zero[0][0] = 200;
    REFUSED((void)0, TH_EFORMAT);
    r->zero[0][0] = 0;
    r->scale[3][0] = 0.0f;
    REFUSED((void)0, TH_EFORMAT);
    r->scale[3][0] = NAN;
    REFUSED((void)0, TH_EFORMAT);
    r->scale[3][0] = 1e-38f; /* the factor would need a shift by more than 30 */
    REFUSED((void)0, TH_ERANGE);
    r->scale[3][0] = 0.5f;
    r->node.attr.conv.stride_h = 0;
    REFUSED((void)0, TH_EFORMAT);
    r->node.attr.conv.stride_h = 1;
    r->node.n_in = 1;
    REFUSED((void)0, TH_EFORMAT);
    rig_free(r);
}

/* A bias at the edge of int32 wraps as the reference's sum does, without undefined behaviour. */
static void bias_wraps(void **state)
{
    (void)state;
    rig *r = rig_new(5, TH_OP_FULLY_CONNECTED, 3);
    rig_fill(r, 0, TH_S8, (th_shape){.rank = 2, .d = {1, 2}});
    rig_fill(r, 1, TH_S8, (th_shape){.rank = 2, .d = {1, 2}});
    rig_fill(r, 2, TH_S32, (th_shape){.rank = 1, .d = {1}});
    rig_fill(r, 3, TH_S8, (th_shape){.rank = 2, .d = {1, 1}});
    for (int i = 0; i < 4; i++) rig_quant(r, i, 1, 0, 1.0f, 0), r->scale[i][0] = i == 3 ? 4.0f : 1.0f;
    for (int i = 0; i < 2; i++) memset(r->data[i], 100, 2);
    *(int32_t *)r->data[2] = INT32_MAX;
    rig_run(r);
    assert_int_equal(*(int8_t *)r->data[3], -128);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depthwise_3x3),   cmocka_unit_test(live_weights),      cmocka_unit_test(fully_connected_live),
        cmocka_unit_test(conv_2d),         cmocka_unit_test(conv_2d_pointwise), cmocka_unit_test(depthwise_conv_2d),
        cmocka_unit_test(fully_connected), cmocka_unit_test(refusals),          cmocka_unit_test(bias_wraps),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
