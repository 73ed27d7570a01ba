/* Element-wise operators with random types, scales, zero points and broadcast shapes, against two truths:
 *   1. their definition, in double (quantised outputs may be a stated number of steps off) or in exact integers;
 *   2. what TensorFlow Lite Micro gives (tests/tflm.h). */
#include "rig.h"

#define TFLM_SEEDS 40 /* TFLM broadcasts at most four dimensions */
#define SEEDS      60

/* Which scales and zero points: none; any; any scale with zero points 0; one for all; fixed output ones. */
enum { NONE, ANY, ZEROS, SAME, OUT_LOGISTIC, OUT_TANH, OUT_S16, OUT_SOFTMAX8, OUT_SOFTMAX16, OUT_LOG_SOFTMAX, OUT_L2 };

typedef struct spec {
    const char *name;
    th_op op;
    int32_t n_in;
    th_type in[3], out;
    int quant;
    double lo, hi; /* float inputs */
    double steps;  /* how far a quantised output may be from the true value; < 0: not looked at here */
} spec;

static const spec specs[] = {
#include "elementwise_cases.h"
};

static double value(const th_tensor *t, int32_t i)
{
    switch ((int)t->type) {
    case TH_F32: return (double)((const float *)t->data)[i];
    case TH_S8: return ((const int8_t *)t->data)[i];
    case TH_U8:
    case TH_BOOL: return ((const uint8_t *)t->data)[i];
    case TH_S16: return ((const int16_t *)t->data)[i];
    case TH_S32: return ((const int32_t *)t->data)[i];
    case TH_U32: return ((const uint32_t *)t->data)[i];
    case TH_S64: return (double)((const int64_t *)t->data)[i];
    default: fail(); return 0;
    }
}

static double real(const th_tensor *t, int32_t i)
{
    const double v = value(t, i);
    return t->quant.n ? (v - t->quant.zero[0]) * (double)t->quant.scale[0] : v;
}

static void put(rig *r, int t, int32_t i, int32_t v)
{
    switch ((int)r->t[t].type) {
    case TH_S8: ((int8_t *)r->data[t])[i] = (int8_t)v; break;
    case TH_U8:
    case TH_BOOL: ((uint8_t *)r->data[t])[i] = (uint8_t)v; break;
    case TH_S16: ((int16_t *)r->data[t])[i] = (int16_t)v; break;
    case TH_S32: ((int32_t *)r->data[t])[i] = v; break;
    case TH_U32: ((uint32_t *)r->data[t])[i] = (uint32_t)v; break;
    case TH_S64: ((int64_t *)r->data[t])[i] = v * INT64_C(1000003); break; /* beyond 32 bits */
    default: fail();
    }
}

static void limits(th_type type, int32_t *lo, int32_t *hi)
{
    *lo = type == TH_S8 ? -128 : type == TH_S16 ? -32768 : type == TH_S32 || type == TH_S64 ? -20000 : 0;
    *hi = type == TH_S8     ? 127
          : type == TH_S16  ? 32767
          : type == TH_S32  ? 20000
          : type == TH_S64  ? 20000
          : type == TH_BOOL ? 1
          : type == TH_U32  ? 70000
                            : 255;
}

static void set_quant(rig *r, int t, double scale, int32_t zero)
{
    r->scale[t][0] = (float)scale;
    r->zero[t][0] = zero;
    r->t[t].quant = (th_quant){r->scale[t], r->zero[t], 1, 0};
}

static bool is_quantised(th_type type)
{
    return type == TH_S8 || type == TH_U8 || type == TH_S16;
}

static double usual_scale(rig *r, th_type type, double wide)
{
    return (type == TH_S16 ? 0.0002 : 0.05) * wide * (double)th_rng_range(&r->rng, 0.25f, 4.0f);
}

static void choose_quant(rig *r, const spec *s, uint64_t seed)
{
    int32_t lo, hi;
    if (s->quant == NONE) return;
    for (int t = 0; t < 4; t++) {
        if (t < 3 && t >= s->n_in) continue;
        limits(r->t[t].type, &lo, &hi);
        const int32_t zero =
            s->quant == ZEROS || s->quant == OUT_S16 || r->t[t].type == TH_S32 ? 0 : rig_between(r, lo, hi);
        if (is_quantised(r->t[t].type) || s->op == TH_OP_QUANTIZE) {
            if (r->t[t].type == TH_F32) continue;
            set_quant(r, t,
                      r->t[t].type == TH_S32
                          ? 0.001
                          : usual_scale(r, r->t[t].type, t == 3 && s->op != TH_OP_QUANTIZE ? 2.0 : 1.0),
                      zero);
        }
        if (s->quant == SAME && t > 0) set_quant(r, t, (double)r->scale[0][0], r->zero[0][0]);
    }
    if (s->op == TH_OP_ADD_N) { /* inputs of one scale, another one for the output */
        for (int t = 0; t < 3; t++) set_quant(r, t, (double)r->scale[0][0], seed % 2 ? r->zero[0][0] : 0);
        set_quant(r, 3, usual_scale(r, TH_S8, 3.0), 3);
    }
    if (s->quant == OUT_LOGISTIC || s->quant == OUT_SOFTMAX8) set_quant(r, 3, 1.0 / 256, -128);
    if (s->quant == OUT_TANH || s->quant == OUT_L2) set_quant(r, 3, 1.0 / 128, 0);
    if (s->quant == OUT_LOG_SOFTMAX) set_quant(r, 3, 1.0 / 16, 127);
    if (s->quant == OUT_SOFTMAX16) set_quant(r, 3, 1.0 / 65536, -32768);
    if (s->quant == OUT_S16) {
        set_quant(r, 3, 1.0 / 32768, 0);
        if (s->op != TH_OP_SOFTMAX && seed % 3 < 2) set_quant(r, 0, 1.0 / (seed % 3 ? 2048 : 4096), 0);
    }
    if (s->op == TH_OP_RELU6 && seed % 2) set_quant(r, 3, (double)r->scale[0][0], r->zero[0][0]);
    if (s->op == TH_OP_DIV) set_quant(r, 3, 0.025 * (double)th_rng_range(&r->rng, 0.25f, 4.0f), r->zero[3][0]);
    if (s->op == TH_OP_RSQRT) set_quant(r, 3, 0.05 * (double)th_rng_range(&r->rng, 0.25f, 4.0f), -128);
}

/* Shapes: the output's at random, the inputs' with some sizes 1 and some leading ones left out. */
static void choose_shapes(rig *r, const spec *s, uint64_t seed)
{
    const bool broadcast = (s->n_in > 1 && s->op != TH_OP_ADD_N);
    th_shape *y = &r->t[3].shape;
    y->rank = rig_between(r, 1, seed < TFLM_SEEDS ? 4 : 6);
    for (int32_t d = 0; d < y->rank; d++) y->d[d] = rig_between(r, 1, 5);
    const int32_t full = s->op == TH_OP_PRELU ? 0 : rig_between(r, 0, s->n_in - 1); /* one input has the whole shape */
    for (int t = 0; t < s->n_in; t++) {
        const int32_t drop = broadcast && t != full && seed % 4 ? rig_between(r, 0, y->rank - 1) : 0;
        th_shape x = {.rank = y->rank - drop};
        for (int32_t d = 0; d < x.rank; d++)
            x.d[d] = broadcast && t != full && seed % 4 && rig_between(r, 0, 2) == 0 ? 1 : y->d[d + drop];
        r->t[t].shape = x;
    }
}

static void fill(rig *r, const spec *s, int t, uint64_t seed)
{
    int32_t lo, hi;
    const size_t n = (size_t)th_shape_count(&r->t[t].shape);
    free(r->data[t]);
    r->data[t] = calloc(n, th_type_bytes(r->t[t].type));
    assert_non_null(r->data[t]);
    r->t[t].data = r->data[t];
    limits(r->t[t].type, &lo, &hi);
    for (size_t i = 0; t < 3 && i < n; i++) {
        if (r->t[t].type == TH_F32) {
            ((float *)r->data[t])[i] = th_rng_range(&r->rng, (float)s->lo, (float)s->hi);
            continue;
        }
        int32_t v = rig_between(r, lo, hi);
        const int32_t zero = r->t[t].quant.n ? r->zero[t][0] : 0;
        /* The reference shifts by more than 31 (and aborts) for small quotients: not where its bytes are asked for. */
        if (s->op == TH_OP_DIV && t == 0 && s->out == TH_S8 && seed < TFLM_SEEDS && abs(v - zero) < 64)
            v = zero + (zero < 0 ? 64 : -64);
        if (s->op == TH_OP_DIV && t == 1 && v == zero) v = zero + (zero < hi ? 1 : -1);
        if (s->op == TH_OP_RSQRT && v <= zero) v = zero + (zero < hi); /* nothing below 0 */
        put(r, t, (int32_t)i, v);
    }
}

/* Element k of the output, found in an input by the definition of broadcasting. */
static int32_t index_in(const th_shape *x, const th_shape *y, int32_t k)
{
    int32_t at = 0, step = 1;
    for (int32_t d = y->rank - 1; d >= 0; d--) {
        const int32_t own = d - (y->rank - x->rank), i = k % y->d[d];
        k /= y->d[d];
        if (own < 0 || x->d[own] == 1) continue;
        at += i * step;
        step *= x->d[own];
    }
    return at;
}

static double activation(double v, th_act act)
{
    return plain_limit_f32(v, act);
}

static double softmax_of(const rig *r, const spec *s, int32_t k)
{
    const th_shape *y = &r->t[3].shape;
    const int32_t depth = y->d[y->rank - 1], row = k / depth * depth;
    double most = -1e30, sum = 0, squares = 0;
    for (int32_t c = row; c < row + depth; c++) {
        most = fmax(most, real(&r->t[0], c));
        squares += real(&r->t[0], c) * real(&r->t[0], c);
    }
    for (int32_t c = row; c < row + depth; c++) sum += exp(real(&r->t[0], c) - most);
    if (s->op == TH_OP_L2_NORMALIZATION) return squares > 0 ? real(&r->t[0], k) / sqrt(squares) : 0;
    const double v = real(&r->t[0], k) - most;
    return s->op == TH_OP_SOFTMAX ? exp(v) / sum : v - log(sum);
}

/* The true value of element k. */
static double truth(const rig *r, const spec *s, int32_t k)
{
    double x[3] = {0};
    const th_act act = r->node.attr.fused.act;
    for (int t = 0; t < s->n_in; t++) x[t] = real(&r->t[t], index_in(&r->t[t].shape, &r->t[3].shape, k));
    const double a = x[0], b = x[1];
    switch ((int)s->op) {
    case TH_OP_ADD: return activation(a + b, act);
    case TH_OP_SUB: return activation(a - b, act);
    case TH_OP_MUL: return activation(a * b, act);
    case TH_OP_DIV: return activation(r->t[3].type == TH_S32 ? trunc(a / b) : a / b, act);
    case TH_OP_SQUARED_DIFFERENCE: return (a - b) * (a - b);
    case TH_OP_MINIMUM: return fmin(a, b);
    case TH_OP_MAXIMUM: return fmax(a, b);
    case TH_OP_FLOOR_DIV: return floor(a / b);
    case TH_OP_FLOOR_MOD: return a - b * floor(a / b);
    case TH_OP_EQUAL: return a >= b && a <= b;
    case TH_OP_NOT_EQUAL: return a < b || a > b;
    case TH_OP_GREATER: return a > b;
    case TH_OP_GREATER_EQUAL: return a >= b;
    case TH_OP_LESS: return a < b;
    case TH_OP_LESS_EQUAL: return a <= b;
    case TH_OP_LOGICAL_AND: return a != 0 && b != 0;
    case TH_OP_LOGICAL_OR: return a != 0 || b != 0;
    case TH_OP_LOGICAL_NOT: return !(a != 0);
    case TH_OP_SELECT_V2: return a != 0 ? b : x[2];
    case TH_OP_ADD_N: return a + b + x[2];
    case TH_OP_ABS: return fabs(a);
    case TH_OP_CEIL: return ceil(a);
    case TH_OP_COS: return cos(a);
    case TH_OP_EXP: return exp(a);
    case TH_OP_FLOOR: return floor(a);
    case TH_OP_LOG: return log(a);
    case TH_OP_NEG: return -a;
    case TH_OP_ROUND: return rint(a);
    case TH_OP_RSQRT: return 1 / sqrt(a);
    case TH_OP_SIN: return sin(a);
    case TH_OP_SQRT: return sqrt(a);
    case TH_OP_SQUARE: return a * a;
    case TH_OP_ELU: return a < 0 ? expm1(a) : a;
    case TH_OP_HARD_SWISH: return a * fmin(6, fmax(0, a + 3)) / 6;
    case TH_OP_LOGISTIC: return 1 / (1 + exp(-a));
    case TH_OP_TANH: return tanh(a);
    case TH_OP_RELU: return fmax(a, 0);
    case TH_OP_RELU6: return fmin(fmax(a, 0), 6);
    case TH_OP_LEAKY_RELU: return a > 0 ? a : a * (double)r->node.attr.leaky.alpha;
    case TH_OP_PRELU: return a >= 0 ? a : a * b;
    default: return softmax_of(r, s, k); /* and its relatives */
    case TH_OP_QUANTIZE:
    case TH_OP_DEQUANTIZE: return a;
    case TH_OP_CAST: return r->t[3].type == TH_F32 ? a : trunc(a);
    }
}

static void check(const rig *r, const spec *s, int32_t k)
{
    const th_tensor *y = &r->t[3];
    int32_t lo, hi;
    if (s->steps < 0) return;
    double want = truth(r, s, k), got = value(y, k);
    if (s->quant == SAME) { /* the numbers themselves are moved or compared */
        assert_true(fabs(real(y, k) - want) < 1e-6);
        return;
    }
    if (y->type == TH_F32) {
        if (!(fabs(got - want) <= 2e-6 * fmax(fabs(want), s->hi))) fail_msg("%s: %.9g, not %.9g", s->name, got, want);
        return;
    }
    if (y->quant.n) want = want / (double)y->quant.scale[0] + y->quant.zero[0];
    limits(y->type, &lo, &hi);
    if (y->type != TH_S32 && y->type != TH_U32 && y->type != TH_S64) want = fmin(fmax(want, lo), hi);
    if (!(fabs(got - want) <= s->steps)) fail_msg("%s: %g, not %g", s->name, got, want);
}

static void one(const spec *s, uint64_t seed)
{
    rig *r = rig_new(seed * 1000 + (uint64_t)s->op, s->op, s->n_in);
    const bool fused = s->op == TH_OP_ADD || s->op == TH_OP_SUB || s->op == TH_OP_MUL || s->op == TH_OP_DIV;
    if (fused && !(s->op == TH_OP_ADD && s->out == TH_S32))
        r->node.attr.fused.act = seed % 2 ? TH_ACT_NONE : (th_act)rig_between(r, 0, 3);
    if (s->op == TH_OP_LEAKY_RELU) r->node.attr.leaky.alpha = seed % 5 ? 0.2f : 1.7f;
    if (s->op == TH_OP_SOFTMAX) r->node.attr.softmax.beta = 1.0f;
    if (s->op == TH_OP_CAST) r->node.attr.cast.in = (int32_t)s->in[0], r->node.attr.cast.out = (int32_t)s->out;
    for (int t = 0; t < 3; t++) r->t[t].type = s->in[t];
    r->t[3].type = s->out;
    choose_shapes(r, s, seed);
    choose_quant(r, s, seed);
    for (int t = 0; t < 4; t++)
        if (t == 3 || t < s->n_in) fill(r, s, t, seed);
    rig_run(r);
    for (int32_t k = 0; k < th_shape_count(&r->t[3].shape); k++) check(r, s, k);
    if (seed < TFLM_SEEDS) rig_compare(r);
    rig_free(r);
}

static void all_specs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) one(&specs[i], seed);
}

/* ADD, DIV and so on of two rows of four. */
static rig *two_rows(th_op op, th_type type)
{
    rig *r = rig_new(1, op, 2);
    for (int t = 0; t < 4; t++) {
        r->t[t].type = type;
        r->t[t].shape = (th_shape){.rank = 1, .d = {4}};
        if (is_quantised(type)) set_quant(r, t, 0.1, 0);
        r->data[t] = calloc(4, th_type_bytes(type));
        assert_non_null(r->data[t]);
    }
    return r;
}

static void division_by_zero(void **state)
{
    static const int8_t a[4] = {5, -5, 0, 9}, b[4] = {0, 0, 0, 10}, want[4] = {127, -128, 0, 9}; /* 0.9 / 1.0 */
    static const int32_t a32[4] = {7, -7, 0, INT32_MIN}, b32[4] = {0, 0, 0, -1},
                         want32[4] = {INT32_MAX, INT32_MIN, 0, INT32_MIN};
    (void)state;
    rig *r = two_rows(TH_OP_DIV, TH_S8);
    memcpy(r->data[0], a, sizeof a);
    memcpy(r->data[1], b, sizeof b);
    rig_run(r);
    assert_memory_equal(r->data[3], want, sizeof want);
    rig_free(r);
    r = two_rows(TH_OP_DIV, TH_S32);
    memcpy(r->data[0], a32, sizeof a32);
    memcpy(r->data[1], b32, sizeof b32);
    rig_run(r);
    assert_memory_equal(r->data[3], want32, sizeof want32);
    rig_free(r);
}

static void refusals(void **state)
{
    (void)state;
    rig *r = two_rows(TH_OP_ADD, TH_S8);
    assert_int_equal(rig_prepare(r), TH_OK);
    assert_int_equal(r->step.in_place, 3);
    r->t[1].shape.d[0] = 3;
    assert_int_equal(rig_prepare(r), TH_ESHAPE);
    r->t[1].shape.d[0] = 1;
    assert_int_equal(rig_prepare(r), TH_OK);
    assert_int_equal(r->step.in_place, 1); /* not on the one that is repeated */
    r->t[1].type = TH_F32;
    assert_int_equal(rig_prepare(r), TH_EUNSUP); /* float and int8 in one ADD */
    r->t[1].type = TH_S8;
    r->t[3].shape.d[0] = 5;
    assert_int_equal(rig_prepare(r), TH_ESHAPE);
    r->t[3].shape.d[0] = 4;
    r->scale[3][0] = 1e-9f;
    assert_int_equal(rig_prepare(r), TH_ERANGE);
    rig_free(r);
    r = two_rows(TH_OP_ADD, TH_S32);
    assert_int_equal(rig_prepare(r), TH_OK);
    r->node.attr.fused.act = TH_ACT_RELU;
    assert_int_equal(rig_prepare(r), TH_EUNSUP);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_specs), cmocka_unit_test(division_by_zero),
                                       cmocka_unit_test(refusals), cmocka_unit_test(tflm_is_equal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
