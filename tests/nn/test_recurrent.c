/* SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM against second versions from their definitions, over several invokes. */
#define RIG_INPUTS 24
#include "rig.h"

#include "nn/sigmoid_s16.h"

#define OUT     RIG_OUT
#define INVOKES 9

static int64_t limit(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* State, at its start: the number 0, in an int8's zero point of at most `zero_range`. */
static void variable(rig *r, int i, th_type type, th_shape shape, float scale, int32_t zero_range)
{
    r->t[i].is_variable = 1;
    rig_fill(r, i, type, shape);
    rig_quant(r, i, 1, 0, scale, zero_range);
    memset(r->data[i], th_tensor_start(&r->t[i]), th_tensor_bytes(&r->t[i]));
}

static th_shape shape2(int32_t a, int32_t b)
{
    return (th_shape){.rank = 2, .d = {a, b}};
}

/* The same input again with other numbers. */
static void feed(rig *r)
{
    rig_fill(r, 0, r->t[0].type, r->t[0].shape);
}

/* --- SVDF: from the whole history of its features, so without the moving of the state --- */

typedef struct history {
    int64_t whole[INVOKES][256]; /* feature of filter f in batch b, requantised and limited, zero point taken off */
    double real[INVOKES][256];
} history;

static void svdf_features(const rig *r, history *h, int32_t now)
{
    const int32_t n = r->t[0].shape.d[1], filters = r->t[1].shape.d[0];
    const volatile float product = r->scale[0][0] * r->scale[1][0], factor = product / r->scale[4][0];
    const int64_t lo = r->t[4].type == TH_S16 ? -32768 : -128, hi = -lo - 1;
    for (int32_t k = 0; k < r->t[0].shape.d[0] * filters; k++) {
        int64_t sum = 0;
        double real = 0;
        for (int32_t i = 0; i < n; i++) {
            if (r->t[0].type == TH_F32)
                real += f32(r, 0, k / filters * n + i) * f32(r, 1, k % filters * n + i);
            else
                sum += (whole(r, 0, k / filters * n + i) - r->zero[0][0]) * whole(r, 1, k % filters * n + i);
        }
        h->real[now][k] = real;
        /* The zero point is added after limiting, and the type wraps. */
        int64_t v = r->t[0].type == TH_F32 ? 0 : limit(plain_requant(sum, (double)factor), lo, hi) + r->zero[4][0];
        if (v > hi) v -= 2 * (hi + 1);
        if (v < lo) v += 2 * (hi + 1);
        h->whole[now][k] = v - r->zero[4][0];
    }
}

static void svdf_check(const rig *r, const history *h, int32_t now)
{
    const int32_t filters = r->t[1].shape.d[0], memory = r->t[2].shape.d[1], rank = r->node.attr.svdf.rank,
                  units = filters / rank;
    const volatile float product = r->scale[4][0] * r->scale[2][0], factor = product / r->scale[OUT][0];
    for (int32_t k = 0; k < r->t[0].shape.d[0] * units; k++) {
        const int32_t b = k / units, u = k % units;
        int64_t sum = r->in[3] >= 0 && r->t[0].type != TH_F32 ? whole(r, 3, u) : 0;
        double real = r->in[3] >= 0 && r->t[0].type == TH_F32 ? f32(r, 3, u) : 0;
        for (int32_t f = u * rank; f < (u + 1) * rank; f++)
            for (int32_t t = 0; t < memory; t++) {
                const int32_t when = now - (memory - 1 - t);
                if (r->t[0].type == TH_F32)
                    real += (when < 0 ? 0 : h->real[when][b * filters + f]) * f32(r, 2, f * memory + t);
                else
                    sum += (when < 0 ? 0 : h->whole[when][b * filters + f]) * whole(r, 2, f * memory + t);
            }
        if (r->t[0].type == TH_F32)
            assert_close(((float *)r->data[OUT])[k], plain_limit_f32(real, r->node.attr.svdf.act), 8.0);
        else
            assert_int_equal(whole(r, OUT, k),
                             plain_limit(plain_requant((int32_t)sum, (double)factor), &r->t[OUT], TH_ACT_NONE));
    }
}

static rig *svdf_rig(uint64_t seed)
{
    rig *r = rig_new(seed, TH_OP_SVDF, 5);
    const int real = seed % 3 == 0;
    const th_type x = real ? TH_F32 : TH_S8, time = real ? TH_F32 : seed % 3 == 1 ? TH_S8 : TH_S16;
    const int32_t rank = r->node.attr.svdf.rank = rig_between(r, 1, 3), units = rig_between(r, 1, 8),
                  filters = rank * units;
    const int32_t batches = rig_between(r, 1, 3), n = rig_between(r, 1, 30), memory = rig_between(r, 1, 6);
    r->node.attr.svdf.act = real ? (th_act)rig_between(r, 0, 3) : TH_ACT_NONE;
    rig_fill(r, 0, x, shape2(batches, n));
    rig_fill(r, 1, x, shape2(filters, n));
    rig_fill(r, 2, time, shape2(filters, memory));
    if (rig_between(r, 0, 2))
        rig_fill(r, 3, real ? TH_F32 : TH_S32, (th_shape){.rank = 1, .d = {units}});
    else
        r->in[3] = -1; /* the reference crashes here */
    variable(r, 4, time, shape2(batches, filters * memory), time == TH_S16 ? 0.0002f : 0.05f, time == TH_S16 ? 0 : 3);
    rig_quant(r, 0, 1, 0, 0.05f, 127);
    rig_quant(r, 1, 1, 0, 0.01f, 0);
    rig_quant(r, 2, 1, 0, time == TH_S16 ? 0.0001f : 0.01f, 0);
    rig_quant(r, 3, 1, 0, 1.0f, 0);
    r->scale[3][0] = r->scale[2][0] * r->scale[4][0]; /* the reference insists on it */
    rig_quant(r, OUT, 1, 0, 0.1f, 127);
    rig_fill(r, OUT, x, rig_infer(r));
    return r;
}

static void svdf_runs(rig *r)
{
    history h;
    for (int32_t now = 0; now < INVOKES; now++) {
        feed(r);
        svdf_features(r, &h, now);
        rig_run(r);
        svdf_check(r, &h, now);
    }
}

static void svdf(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        rig *r = svdf_rig(seed);
        svdf_runs(r);
        rig_compare(r);
        rig_free(r);
    }
}

/* Features that become smaller, as in trained networks: fast kernels are made for these. */
static void svdf_small(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        rig *r = svdf_rig(3 * seed + 1 + seed % 2);
        r->scale[0][0] = r->scale[4][0] / 4;
        svdf_runs(r);
        rig_free(r);
    }
}

static void svdf_refusals(void **state)
{
    (void)state;
    rig *r = svdf_rig(1);
    assert_int_equal(rig_prepare(r), TH_OK);
    r->t[4].is_variable = 0;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    r->t[4].is_variable = 1;
    r->in[4] = -1;
    assert_int_equal(rig_prepare(r), TH_EFORMAT);
    r->in[4] = 4;
    r->t[2].type = TH_S16; /* the state is int8 */
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    r->t[2].type = TH_S8;
    r->node.attr.svdf.rank = 0;
    assert_int_equal(rig_prepare(r), TH_ESHAPE);
    rig_free(r);
}

/* --- the table --- */

static void sigmoids(void **state)
{
    (void)state;
    for (int32_t q = -32768; q < 32768; q++) {
        const double x = q / 4096.0;
        assert_true(fabs(th_logistic_s16_of(3 * q) - 32768 / (1 + exp(-x))) <= 4.0);
        assert_true(fabs(th_tanh_s16_of(3 * q) - 32768 * tanh(x)) <= 4.0);
    }
    assert_int_equal(th_logistic_s16_of(0), 16384);
    assert_int_equal(th_tanh_s16_of(0), 0);
    assert_int_equal(th_tanh_s16_of(INT32_MAX), 32767);
    assert_int_equal(th_logistic_s16_of(-INT32_MAX), 1); /* the reference never reaches 0 */
}

/* --- LSTM: gate by gate for all cells, as a text-book has it --- */

enum { N_CELLS = 8, GATES = 4 };

static int64_t gate_sum(const rig *r, int i, int64_t row, int w, int32_t cell, int bias)
{
    const int32_t n = r->t[w].shape.d[1];
    const volatile float product = r->scale[i][0] * r->scale[w][0];
    const double factor = (double)product * 4096;
    int64_t sum = bias ? whole(r, bias, cell) : 0;
    for (int32_t k = 0; k < n; k++) sum += (whole(r, i, row * n + k) - r->zero[i][0]) * whole(r, w, cell * n + k);
    return limit(r->t[0].type == TH_S16 ? plain_requant_64(sum, factor) : plain_requant(sum, factor), -32768, 32767);
}

/* One step of batch b; `row` of x and y.  h and c are kept in the rig's own copy of the state. */
static void lstm_step(const rig *r, int64_t row, int32_t b, int64_t *h, int64_t *c)
{
    const int32_t n = r->t[18].shape.d[1];
    const double s_c = (double)r->scale[19][0], one = 1 / 32768.0;
    const int32_t power = (int32_t)lround(log2(s_c)) + 12;
    int64_t next[N_CELLS];
    for (int32_t k = 0; k < n; k++) {
        int64_t g[GATES];
        for (int i = 0; i < GATES; i++) {
            int64_t sum = gate_sum(r, 0, row, 1 + i, k, 12 + i) + gate_sum(r, 18, b, 5 + i, k, 0);
            sum = limit(sum, -32768, 32767);
            g[i] = i == 2 ? th_tanh_s16_of((int32_t)(3 * sum)) : th_logistic_s16_of((int32_t)(3 * sum));
        }
        const int64_t kept = limit(plain_requant(g[1] * c[k], one * s_c / s_c), -32768, 32767),
                      fresh = limit(plain_requant(g[0] * g[2], one * one / s_c), -32768, 32767);
        c[k] = limit(kept + fresh, -32768, 32767);
        if (r->node.attr.lstm.cell_clip > 0) {
            const int64_t most = (int64_t)((double)r->node.attr.lstm.cell_clip / s_c);
            c[k] = limit(c[k], -most, most);
        }
        const int64_t x = power >= 0 ? 3 * c[k] * ((int64_t)1 << power)
                                     : floor_div(3 * c[k] + ((int64_t)1 << (-power - 1)), (int64_t)1 << -power);
        next[k] =
            plain_requant(th_tanh_s16_of((int32_t)x) * g[3], one * one / (double)r->scale[18][0]) + r->zero[18][0];
        next[k] = r->t[0].type == TH_S16 ? limit(next[k], -32768, 32767) : limit(next[k], -128, 127);
    }
    for (int32_t k = 0; k < n; k++) h[k] = next[k];
}

static double plain_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void lstm_step_f32(const rig *r, int64_t row, const double *h, double *next, double *c)
{
    const int32_t n = r->t[18].shape.d[1], n_in = r->t[0].shape.d[2];
    for (int32_t k = 0; k < n; k++) {
        double g[GATES];
        for (int i = 0; i < GATES; i++) {
            g[i] = f32(r, 12 + i, k);
            for (int32_t j = 0; j < n_in; j++) g[i] += f32(r, 0, row * n_in + j) * f32(r, 1 + i, k * n_in + j);
            for (int32_t j = 0; j < n; j++) g[i] += h[j] * f32(r, 5 + i, k * n + j);
        }
        c[k] = plain_sigmoid(g[1]) * c[k] + plain_sigmoid(g[0]) * tanh(g[2]);
        const double clip = (double)r->node.attr.lstm.cell_clip;
        if (clip > 0) c[k] = fmin(fmax(c[k], -clip), clip);
        next[k] = tanh(c[k]) * plain_sigmoid(g[3]);
    }
}

static rig *lstm_rig(uint64_t seed)
{
    static const struct {
        th_type x, w, bias, cell;
    } mix[] = {{TH_F32, TH_F32, TH_F32, TH_F32}, {TH_S8, TH_S8, TH_S32, TH_S16}, {TH_S16, TH_S8, TH_S64, TH_S16}};
    rig *r = rig_new(seed, TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 24);
    const int m = (int)(seed % 3), zero = m == 1 ? 127 : 0;
    const int32_t batches = rig_between(r, 1, 3), steps = rig_between(r, 1, 4), n_in = rig_between(r, 1, 12),
                  n = rig_between(r, 1, N_CELLS);
    const int32_t time_major = r->node.attr.lstm.time_major = rig_between(r, 0, 1);
    r->node.attr.lstm.act = TH_ACT_TANH;
    r->node.attr.lstm.cell_clip = rig_between(r, 0, 1) ? 0.0f : 0.7f;
    for (int i = 0; i < 24; i++)
        if ((i > 8 && i < 12) || i == 16 || i == 17 || i >= 20) r->in[i] = -1;
    rig_fill(r, 0, mix[m].x,
             (th_shape){.rank = 3, .d = {time_major ? steps : batches, time_major ? batches : steps, n_in}});
    rig_quant(r, 0, 1, 0, m == 2 ? 0.0001f : 0.02f, zero);
    for (int g = 0; g < GATES; g++) {
        rig_fill(r, 1 + g, mix[m].w, shape2(n, n_in));
        rig_fill(r, 5 + g, mix[m].w, shape2(n, n));
        rig_fill(r, 12 + g, mix[m].bias, (th_shape){.rank = 1, .d = {n}});
        for (int32_t k = 0; m == 2 && k < n; k++) ((int64_t *)r->data[12 + g])[k] /= 2000;
        rig_quant(r, 1 + g, 1, 0, 0.01f, 0);
        rig_quant(r, 5 + g, 1, 0, 0.01f, 0);
    }
    variable(r, 18, mix[m].x, shape2(batches, n), m == 2 ? 0.00005f : 0.01f, m == 1 ? 20 : 0);
    variable(r, 19, mix[m].cell, shape2(batches, n), 1.0f, 0);
    r->scale[19][0] = ldexpf(1.0f, -rig_between(r, 9, 15));
    rig_fill(r, OUT, mix[m].x, rig_infer(r));
    r->t[OUT].quant = r->t[18].quant;
    return r;
}

/* All steps of one invoke, batch by batch. */
static void lstm_check(rig *r, int64_t *c, double *hf, double *cf)
{
    const int32_t time_major = r->node.attr.lstm.time_major, batches = r->t[0].shape.d[time_major],
                  steps = r->t[0].shape.d[!time_major], n = r->t[18].shape.d[1];
    const int real = r->t[0].type == TH_F32;
    void *y = r->data[OUT]; /* what the kernel gave; the state in the rig is the one before the invoke */
    for (int32_t b = 0; b < batches; b++)
        for (int32_t t = 0; t < steps; t++) {
            const int64_t row = time_major ? (int64_t)t * batches + b : (int64_t)b * steps + t;
            int64_t h[N_CELLS];
            double next[N_CELLS];
            if (real)
                lstm_step_f32(r, row, hf + b * N_CELLS, next, cf + b * N_CELLS);
            else
                lstm_step(r, row, b, h, c + b * N_CELLS);
            for (int32_t k = 0; k < n; k++) {
                if (real) {
                    assert_close(((float *)y)[row * n + k], next[k], 1.0);
                    hf[b * N_CELLS + k] = next[k];
                } else {
                    assert_int_equal(whole(r, OUT, row * n + k), h[k]);
                    if (r->t[18].type == TH_S8)
                        ((int8_t *)r->data[18])[b * n + k] = (int8_t)h[k];
                    else
                        ((int16_t *)r->data[18])[b * n + k] = (int16_t)h[k];
                }
            }
        }
}

/* fed: x is not a constant of the case, which makes it another kind of case for the board (tests/keep.h). */
static void lstm_runs(rig *r, bool fed)
{
    int64_t c[3 * N_CELLS] = {0};
    double hf[3 * N_CELLS] = {0}, cf[3 * N_CELLS] = {0};
    for (int now = 0; now < INVOKES; now++) {
        uint8_t before[256], after[256];
        const size_t bytes = th_tensor_bytes(&r->t[18]);
        feed(r);
        if (fed) r->t[0].data = NULL;
        memcpy(before, r->data[18], bytes);
        rig_run(r);
        memcpy(after, r->data[18], bytes);
        memcpy(r->data[18], before, bytes);
        lstm_check(r, c, hf, cf); /* steps the second version's state in the rig */
        if (r->t[0].type != TH_F32)
            assert_memory_equal(r->data[18], after, bytes);
        else
            memcpy(r->data[18], after, bytes);
    }
}

static void lstm(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 150; seed++) {
        rig *r = lstm_rig(seed);
        lstm_runs(r, false);
        rig_compare(r);
        rig_free(r);
    }
}

/* Sums that become smaller on their way to a gate, as in trained networks: fast kernels are made for these.  One of
 * four becomes larger. */
static void lstm_small(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        rig *r = lstm_rig(3 * seed + 1 + seed % 2);
        for (int g = 0; g < GATES && seed % 4 != 2; g++) {
            r->scale[1 + g][0] = 0.1f / 4096 / r->scale[0][0];
            r->scale[5 + g][0] = 0.1f / 4096 / r->scale[18][0];
        }
        lstm_runs(r, seed % 4 == 2);
        rig_free(r);
    }
}

static void lstm_refusals(void **state)
{
    (void)state;
    rig *r = lstm_rig(1);
    assert_int_equal(rig_prepare(r), TH_OK);
    static const struct {
        int input;
        const char *word;
    } more[] = {{9, "peephole"}, {11, "peephole"}, {16, "projection"}, {20, "layer norm"}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        r->in[more[i].input] = 12;
        assert_int_equal(rig_prepare(r), TH_EUNSUP);
        assert_non_null(strstr(r->diag.msg, more[i].word));
        r->in[more[i].input] = -1;
    }
    r->in[1] = -1;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    assert_non_null(strstr(r->diag.msg, "input gate"));
    r->in[1] = 1;
    r->node.attr.lstm.act = TH_ACT_RELU;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    r->node.attr.lstm.act = TH_ACT_TANH;
    r->t[19].is_variable = 0;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    r->t[19].is_variable = 1;
    r->t[7].shape.d[0]++;
    assert_int_equal(rig_prepare(r), TH_ESHAPE);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svdf_small),    cmocka_unit_test(lstm_small),    cmocka_unit_test(svdf),
        cmocka_unit_test(svdf_refusals), cmocka_unit_test(sigmoids),      cmocka_unit_test(lstm),
        cmocka_unit_test(lstm_refusals), cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
