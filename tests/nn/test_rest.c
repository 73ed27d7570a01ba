/* Pools, softmax, reshape, add and relu against second versions from their definitions. */
#include "rig.h"

static void pool(uint64_t seed, th_op op)
{
    rig *r = rig_new(seed, op, 1);
    const th_type type = op == TH_OP_L2_POOL_2D || seed % 3 == 0 ? TH_F32 : seed % 3 == 1 ? TH_S8 : TH_S16;
    r->node.attr.conv.padding = rig_between(r, 0, 1) ? TH_PAD_SAME : TH_PAD_VALID;
    r->node.attr.conv.act = (th_act)rig_between(r, 0, 3);
    const int32_t sh = r->node.attr.conv.stride_h = rig_between(r, 1, 3),
                  sw = r->node.attr.conv.stride_w = rig_between(r, 1, 3);
    const int32_t fh = r->node.attr.conv.filter_h = rig_between(r, 1, 5),
                  fw = r->node.attr.conv.filter_w = rig_between(r, 1, 5);
    rig_fill(r, 0, type, rig_shape4(r, (const int32_t[]){1, 5, 5, 1}, (const int32_t[]){2, 9, 9, 6}));
    rig_quant(r, 0, 1, 0, 0.05f, 127);
    r->t[3].quant = r->t[0].quant;
    rig_fill(r, 3, type, rig_infer(r));
    rig_run(r);
    rig_compare(r);
    const int32_t *x = r->t[0].shape.d, *y = r->t[3].shape.d;
    const int32_t top = plain_pad(r->node.attr.conv.padding, x[1], y[1], fh, sh, 1),
                  left = plain_pad(r->node.attr.conv.padding, x[2], y[2], fw, sw, 1);
    for (int32_t k = 0; k < th_shape_count(&r->t[3].shape); k++) {
        const int32_t c = k % y[3], ox = k / y[3] % y[2], oy = k / y[3] / y[2] % y[1], b = k / y[3] / y[2] / y[1];
        double sum = 0, most = -1e9;
        int n = 0;
        for (int32_t iy = oy * sh - top; iy < oy * sh - top + fh; iy++)
            for (int32_t ix = ox * sw - left; ix < ox * sw - left + fw; ix++) {
                if (iy < 0 || ix < 0 || iy >= x[1] || ix >= x[2]) continue;
                const int32_t at = ((b * x[1] + iy) * x[2] + ix) * x[3] + c;
                const double v = type == TH_F32  ? (double)((float *)r->data[0])[at]
                                 : type == TH_S8 ? ((int8_t *)r->data[0])[at]
                                                 : ((int16_t *)r->data[0])[at];
                sum += op == TH_OP_L2_POOL_2D ? v * v : v;
                n++;
                if (v > most) most = v;
            }
        const double v = op == TH_OP_MAX_POOL_2D ? most : op == TH_OP_L2_POOL_2D ? sqrt(sum / n) : sum / n;
        const th_act act = r->node.attr.conv.act;
        if (type == TH_F32)
            assert_close(((float *)r->data[3])[k], plain_limit_f32(v, act), 1.0);
        else
            assert_int_equal(type == TH_S8 ? ((int8_t *)r->data[3])[k] : ((int16_t *)r->data[3])[k],
                             plain_limit((int64_t)round(v) - r->zero[0][0], &r->t[0], act));
    }
    rig_free(r);
}

static void pools(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        pool(seed, TH_OP_AVERAGE_POOL_2D);
        pool(seed, TH_OP_MAX_POOL_2D);
        pool(seed, TH_OP_L2_POOL_2D);
    }
}

/* Channels in whole words, windows up to 17x15, on a large picture: fast kernels are made for these. */
static void pools_of_words(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        rig *r = rig_new(seed, seed % 2 ? TH_OP_AVERAGE_POOL_2D : TH_OP_MAX_POOL_2D, 1);
        r->node.attr.conv.padding = (th_padding)rig_between(r, 0, 1);
        r->node.attr.conv.act = (th_act)rig_between(r, 0, 3);
        r->node.attr.conv.stride_h = rig_between(r, 1, 3);
        r->node.attr.conv.stride_w = rig_between(r, 1, 3);
        r->node.attr.conv.filter_h = rig_between(r, 1, 17);
        r->node.attr.conv.filter_w = rig_between(r, 1, 15);
        rig_fill(r, 0, TH_S8, shape4(1, 18, 17, 4 * rig_between(r, 1, 5)));
        if (seed % 5 == 0) memset(r->data[0], -128, th_tensor_bytes(&r->t[0])); /* the largest sums */
        rig_quant(r, 0, 1, 0, 0.05f, 127);
        r->t[3].quant = r->t[0].quant;
        rig_fill(r, 3, TH_S8, rig_infer(r));
        rig_run(r);
        rig_free(r);
    }
}

static rig *softmax_rig(uint64_t seed, th_type type, int32_t depth, float scale)
{
    rig *r = rig_new(seed, TH_OP_SOFTMAX, 1);
    r->node.attr.softmax.beta = 1.0f;
    rig_fill(r, 0, type, (th_shape){.rank = 2, .d = {3, depth}});
    rig_quant(r, 0, 1, 0, scale, 127);
    rig_quant(r, 3, 1, 0, 1.0f, 0);
    r->scale[3][0] = 1.0f / 256;
    r->zero[3][0] = -128;
    rig_fill(r, 3, type, rig_infer(r));
    return r;
}

/* exp and division in double: fixed point may be off by one step of 1/256, not more. */
static void softmax(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        const th_type type = seed % 3 ? TH_S8 : TH_F32;
        const int32_t depth = seed % 10 ? (int32_t)(seed % 13) + 1 : 300;
        rig *r = softmax_rig(seed, type, depth, seed % 2 ? 0.1f : 0.01f);
        rig_run(r);
        rig_compare(r);
        for (int32_t row = 0; row < 3; row++) {
            double sum = 0, e[300];
            for (int32_t c = 0; c < depth; c++) {
                const int32_t at = row * depth + c;
                e[c] = exp(type == TH_S8 ? (double)r->scale[0][0] * (((int8_t *)r->data[0])[at] - 127)
                                         : (double)((float *)r->data[0])[at]);
                sum += e[c];
            }
            for (int32_t c = 0; c < depth; c++) {
                const int32_t at = row * depth + c;
                if (type == TH_F32)
                    assert_close(((float *)r->data[3])[at], e[c] / sum, 0.1);
                else
                    assert_true(fabs(fmin(e[c] / sum * 256 - 128, 127) - ((int8_t *)r->data[3])[at]) <= 1.0);
            }
        }
        rig_free(r);
    }
}

static void softmax_by_hand(void **state)
{
    (void)state;
    /* Two equal classes: 0.5 each = 128/256 - 128 = 0.  A lone winner gets 127, far losers -128. */
    const struct {
        int8_t x[3], want[3];
    } row[] = {{{10, 10, -128}, {0, 0, -128}}, {{127, -128, -128}, {127, -128, -128}}, {{-5, -5, -5}, {-43, -43, -43}}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        rig *r = softmax_rig(1, TH_S8, 3, 0.1f);
        r->scale[0][0] = 1.0f;
        memcpy(r->data[0], row[i].x, 3);
        rig_run(r);
        assert_memory_equal(r->data[3], row[i].want, 3);
        rig_free(r);
    }
}

static void softmax_extremes(void **state)
{
    (void)state;
    rig *r = softmax_rig(2, TH_S8, 4, 1.0f);
    r->scale[0][0] = 1000.0f; /* the multiplier is capped: only the largest counts */
    const int8_t x[4] = {5, 6, -7, 6}, want[4] = {-128, 0, -128, 0};
    memcpy(r->data[0], x, 4);
    rig_run(r);
    assert_memory_equal(r->data[3], want, 4);
    r->scale[0][0] = 1e-9f;
    assert_int_equal(rig_prepare(r), TH_ERANGE);
    r->scale[0][0] = 0.1f;
    r->scale[3][0] = 1.0f / 128;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    rig_free(r);
    r = softmax_rig(3, TH_S8, 4095, 0.001f); /* the largest depth: no overflow (asan build) */
    memset(r->data[0], 7, 4095);
    rig_run(r);
    assert_int_equal(((int8_t *)r->data[3])[0], -128);
    rig_free(r);
    r = softmax_rig(3, TH_S8, 4096, 0.001f);
    assert_int_equal(rig_prepare(r), TH_ERANGE);
    rig_free(r);
}

static void reshape(void **state)
{
    (void)state;
    static const th_type types[] = {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8, TH_BOOL};
    static const int32_t shape[] = {3, -1, 2};
    for (size_t k = 0; k < sizeof types / sizeof types[0]; k++) {
        rig *r = rig_new(1, TH_OP_RESHAPE, 2);
        rig_fill(r, 0, types[k], shape4(1, 4, 3, 2));
        rig_fill(r, 1, TH_S32, (th_shape){.rank = 1, .d = {3}});
        memcpy(r->data[1], shape, sizeof shape);
        const size_t n = th_tensor_bytes(&r->t[0]);
        for (size_t b = 0; b < n; b++) ((uint8_t *)r->data[0])[b] = (uint8_t)(7 * b + k);
        const th_shape s = rig_infer(r);
        assert_int_equal(s.rank, 3);
        assert_int_equal(s.d[1], 4);
        rig_fill(r, 3, types[k], s);
        memset(r->data[3], 0, n);
        rig_run(r);
        rig_compare(r);
        assert_memory_equal(r->data[0], r->data[3], n);
        assert_int_equal(r->step.in_place, 1);
        r->t[3].shape.d[0] = 2;
        assert_int_equal(rig_prepare(r), TH_ESHAPE);
        rig_free(r);
    }
}

static void add(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        rig *r = rig_new(seed, TH_OP_ADD, 2);
        const th_type type = seed % 3 ? TH_S8 : TH_F32;
        r->node.attr.fused.act = (th_act)rig_between(r, 0, 3);
        for (int i = 0; i < 2; i++) {
            rig_fill(r, i, type, shape4(1, 3, 4, 5));
            rig_quant(r, i, 1, 0, 0.05f, 127);
        }
        rig_quant(r, 3, 1, 0, 0.1f, 127);
        rig_fill(r, 3, type, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        const double twice = 2 * fmax((double)r->scale[0][0], (double)r->scale[1][0]);
        for (int k = 0; k < 60; k++) {
            if (type == TH_F32) {
                assert_close(((float *)r->data[3])[k],
                             plain_limit_f32((double)((float *)r->data[0])[k] + (double)((float *)r->data[1])[k],
                                             r->node.attr.fused.act),
                             1.0);
                continue;
            }
            int64_t sum = 0;
            for (int i = 0; i < 2; i++)
                sum += plain_requant((((int8_t *)r->data[i])[k] - r->zero[i][0]) * (int64_t)1048576,
                                     (double)r->scale[i][0] / twice);
            assert_int_equal(((int8_t *)r->data[3])[k],
                             plain_limit(plain_requant(sum, twice / (1048576 * (double)r->scale[3][0])), &r->t[3],
                                         r->node.attr.fused.act));
        }
        r->t[1].shape.d[3] = 2;
        assert_int_equal(rig_prepare(r), TH_ESHAPE);
        rig_free(r);
    }
}

static void relu(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        rig *r = rig_new(seed, seed % 2 ? TH_OP_RELU : TH_OP_RELU6, 1);
        const th_type type = seed % 3 ? TH_S8 : TH_F32;
        const th_act act = seed % 2 ? TH_ACT_RELU : TH_ACT_RELU6;
        rig_fill(r, 0, type, shape4(1, 3, 4, 5));
        rig_quant(r, 0, 1, 0, 0.05f, 127);
        rig_quant(r, 3, 1, 0, 0.05f, 127);
        if (seed % 5 == 0) r->t[3].quant = r->t[0].quant;
        rig_fill(r, 3, type, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        for (int k = 0; k < 60; k++) {
            if (type == TH_F32) {
                assert_close(((float *)r->data[3])[k], plain_limit_f32((double)((float *)r->data[0])[k], act), 1.0);
                continue;
            }
            const int64_t v = plain_requant(((int8_t *)r->data[0])[k] - r->zero[0][0],
                                            (double)(r->scale[0][0] / r->t[3].quant.scale[0]));
            assert_int_equal(((int8_t *)r->data[3])[k], plain_limit(v, &r->t[3], act));
        }
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_of_words),
        cmocka_unit_test(pools),
        cmocka_unit_test(softmax),
        cmocka_unit_test(softmax_by_hand),
        cmocka_unit_test(softmax_extremes),
        cmocka_unit_test(reshape),
        cmocka_unit_test(add),
        cmocka_unit_test(relu),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
