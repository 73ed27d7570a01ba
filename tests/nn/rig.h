/* tests/nn/rig.h -- one operator with random tensors, run through its row; and plain second versions of the arithmetic.
 */
#ifndef TH_TEST_RIG_H
#define TH_TEST_RIG_H

#include "../tflm.h"

#include "base/rng.h"
#include "nn/fast.h"
#include "nn/op.h"

#include <math.h>

/* Inputs at most; a test that needs more says so before it includes this. */
#ifndef RIG_INPUTS
#define RIG_INPUTS 3
#endif
#define RIG_OUT     RIG_INPUTS
#define RIG_TENSORS (RIG_INPUTS + 1)

typedef struct rig {
    th_rng rng;
    th_tensor t[RIG_TENSORS]; /* 0 x, 1 weights, 2 bias, 3 output (in general: RIG_OUT) */
    int32_t in[RIG_INPUTS], out[1];
    th_node node;
    float scale[RIG_TENSORS][256];
    int32_t zero[RIG_TENSORS][256];
    void *data[RIG_TENSORS];
    th_diag diag;
    th_step step;
    th_arena arena;
    uint8_t *fed, *made; /* of all runs, for rig_compare */
    size_t n_fed, n_made;
    _Alignas(16) uint8_t memory[1 << 16];
} rig;

static inline int32_t rig_between(rig *r, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&r->rng, (uint32_t)(hi - lo + 1));
}

static inline rig *rig_new(uint64_t seed, th_op op, int32_t n_in)
{
    rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->rng = th_rng_make(seed, 7);
    r->node = (th_node){.op = op, .n_in = n_in, .n_out = 1, .in = r->in, .out = r->out};
    for (int32_t i = 0; i < RIG_INPUTS; i++) r->in[i] = i < n_in ? i : -1;
    r->out[0] = RIG_OUT;
    for (int i = 0; i < RIG_TENSORS; i++) r->t[i].name = "t";
    return r;
}

static inline void rig_free(rig *r)
{
    for (int i = 0; i < RIG_TENSORS; i++) free(r->data[i]);
    free(r->fed);
    free(r->made);
    free(r);
}

/* In a file, is input k fed?  Else it is a constant or a variable. */
static inline bool rig_is_fed(const rig *r, int k)
{
    if (r->in[k] < 0 || k >= r->node.n_in) return false;
    switch ((int)r->node.op) {
    case TH_OP_CONV_2D:
    case TH_OP_DEPTHWISE_CONV_2D:
    case TH_OP_FULLY_CONNECTED:
    case TH_OP_RESHAPE:
    case TH_OP_SVDF:
    case TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM: return k == 0;
    case TH_OP_TRANSPOSE_CONV: return k == 2;
    default: return true;
    }
}

static inline void rig_keep(uint8_t **all, size_t *n, const void *bytes, size_t more)
{
    *all = realloc(*all, *n + more);
    assert_non_null(*all);
    memcpy(*all + *n, bytes, more);
    *n += more;
}

/* All runs of this rig again in TensorFlow Lite Micro, with its state from the first run on. */
static inline void rig_compare(const rig *r)
{
    int32_t fed[RIG_INPUTS], n = 0;
    for (int i = 0; i < RIG_INPUTS; i++)
        if (rig_is_fed(r, i)) fed[n++] = r->in[i];
    tflm_compare(&(tflm_case){&r->node, r->t, fed, n, r->fed, r->made, NULL, r->n_fed, r->n_made, NULL});
}

static inline th_shape shape4(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (th_shape){.rank = 4, .d = {a, b, c, d}};
}

/* A random shape of lowest .. most; the last dimension is drawn first, whatever order a compiler gives to arguments. */
static inline th_shape rig_shape4(rig *r, const int32_t lowest[4], const int32_t most[4])
{
    th_shape s = {.rank = 4};
    for (int i = 3; i >= 0; i--) s.d[i] = lowest[i] == most[i] ? most[i] : rig_between(r, lowest[i], most[i]);
    return s;
}

/* Random bytes of the type; biases small enough to matter and to stay in range. */
static inline void rig_fill(rig *r, int i, th_type type, th_shape shape)
{
    r->t[i].type = type;
    r->t[i].shape = shape;
    const size_t n = (size_t)th_shape_count(&shape);
    free(r->data[i]);
    r->data[i] = malloc(n * th_type_bytes(type));
    assert_non_null(r->data[i]);
    for (size_t k = 0; k < n; k++) {
        if (type == TH_S8) ((int8_t *)r->data[i])[k] = (int8_t)rig_between(r, -128, 127);
        if (type == TH_S4) ((uint8_t *)r->data[i])[k] = (uint8_t)rig_between(r, 0, 255); /* half of them would do */
        if (type == TH_S16) ((int16_t *)r->data[i])[k] = (int16_t)rig_between(r, -32768, 32767);
        if (type == TH_S32) ((int32_t *)r->data[i])[k] = rig_between(r, -20000, 20000);
        if (type == TH_S64) ((int64_t *)r->data[i])[k] = (int64_t)rig_between(r, -1000000000, 1000000000);
        if (type == TH_F32) ((float *)r->data[i])[k] = th_rng_range(&r->rng, -2.0f, 2.0f);
    }
    r->t[i].data = i == RIG_OUT || r->t[i].is_variable ? NULL : r->data[i];
}

/* Element k of a tensor of whole numbers. */
static inline int64_t whole(const rig *r, int i, int64_t k)
{
    if (r->t[i].type == TH_S64) return ((const int64_t *)r->data[i])[k];
    if (r->t[i].type == TH_S32) return ((const int32_t *)r->data[i])[k];
    if (r->t[i].type == TH_S16) return ((const int16_t *)r->data[i])[k];
    if (r->t[i].type == TH_S8) return ((const int8_t *)r->data[i])[k];
    const int four = ((const uint8_t *)r->data[i])[k / 2] >> (k % 2 * 4) & 15;
    return four < 8 ? four : four - 16;
}

/* The same of a float one. */
static inline double f32(const rig *r, int i, int64_t k)
{
    return (double)((const float *)r->data[i])[k];
}

/* n scales of about `scale`, each up to 4 times larger or smaller (now and then 64 times, or powers of two, which make
 * sums that lie just between two numbers), with zero points in [-zero_range, zero_range]. */
static inline void rig_quant(rig *r, int i, int32_t n, int32_t axis, float scale, int32_t zero_range)
{
    const float most = rig_between(r, 0, 5) ? 2.0f : 6.0f; /* powers of two */
    const int even = rig_between(r, 0, 4) == 0;
    for (int32_t c = 0; c < n; c++) {
        const float power = th_rng_range(&r->rng, -most, most);
        r->scale[i][c] = even ? exp2f(roundf(log2f(scale) + power)) : scale * exp2f(power);
        r->zero[i][c] = zero_range ? rig_between(r, -zero_range, zero_range) : 0;
    }
    r->t[i].quant = (th_quant){r->scale[i], r->zero[i], n, axis};
}

static inline th_err rig_prepare(rig *r)
{
    r->arena = th_arena_over(r->memory, sizeof r->memory);
    r->step = (th_step){0};
    const th_prepare p = {&r->node, r->t, &r->arena, &r->diag, 0};
    return th_op_find((int32_t)r->node.op)->prepare(&p, &r->step);
}

/* Shape of the output by the row's own rule. */
static inline th_shape rig_infer(rig *r)
{
    th_shape s;
    const th_prepare p = {&r->node, r->t, &r->arena, &r->diag, 0};
    r->t[RIG_OUT].type = r->t[0].type;
    r->t[RIG_OUT].shape = (th_shape){.rank = 1, .d = {1}};
    assert_int_equal(th_op_find((int32_t)r->node.op)->infer(&p, &s), TH_OK);
    return s;
}

/* The step's kernel; scratch is exactly as large as asked for, so that sanitizers see what lies beyond. */
static inline void rig_kernel(const th_step *step, const void *const *in, void *out)
{
    void *outs[1] = {out};
    void *scratch = step->scratch_bytes ? malloc(step->scratch_bytes) : NULL;
    if (scratch) memset(scratch, 0xa5, step->scratch_bytes);
    step->kernel(step->par, in, outs, scratch);
    free(scratch);
}

/* Integers are the same, floats within 1e-5 of the largest.  distance: of the output below its input, to tell. */
static inline void rig_same(const rig *r, const th_step *step, const void *got, size_t distance)
{
    const th_tensor *y = &r->t[RIG_OUT];
    const float *f = (const float *)got, *want = (const float *)r->data[RIG_OUT];
    if (y->type != TH_F32) {
        if (memcmp(got, want, th_tensor_bytes(y)) != 0)
            fail_msg("%s differs from the plain kernel, %zu bytes below its input", step->kernel_name, distance);
        return;
    }
    float largest = 0.0f;
    for (int32_t i = 0; i < th_shape_count(&y->shape); i++) largest = fmaxf(largest, fabsf(want[i]));
    for (int32_t i = 0; i < th_shape_count(&y->shape); i++)
        if (!(fabsf(f[i] - want[i]) <= 1e-5f * largest))
            fail_msg("%s: element %d is %g, plain %g", step->kernel_name, (int)i, (double)f[i], (double)want[i]);
}

/* The step once more with the output `distance` bytes below input i (exactly on it: 0), over the same memory. */
static inline void rig_run_over(const rig *r, const th_step *step, int i, size_t distance)
{
    const size_t n_x = th_tensor_bytes(&r->t[r->in[i]]), n_y = th_tensor_bytes(&r->t[RIG_OUT]);
    uint8_t *memory = malloc(distance + (n_x > n_y ? n_x : n_y));
    const void *in[RIG_INPUTS];
    assert_non_null(memory);
    memcpy(memory + distance, r->data[r->in[i]], n_x);
    for (int k = 0; k < RIG_INPUTS; k++)
        in[k] = r->in[k] < 0 ? NULL : r->in[k] == r->in[i] ? memory + distance : r->data[r->in[k]];
    rig_kernel(step, in, memory);
    rig_same(r, step, memory, distance);
    free(memory);
}

/* Wherever the step says that its output may lie. */
static inline void rig_slide(const rig *r, const th_step *step)
{
    for (int i = 0; i < r->node.n_in && i < RIG_INPUTS; i++) {
        bool again = false, slides = true, exact = true;
        if (r->in[i] < 0 || r->t[r->in[i]].is_variable) continue;
        for (int k = 0; k < r->node.n_in; k++) {
            if (r->in[k] != r->in[i]) continue;
            again |= k < i;
            slides &= step->slide >> k & 1u;
            exact &= step->in_place >> k & 1u;
        }
        const size_t element = th_type_bytes(r->t[r->in[i]].type);
        const size_t lead = (step->lead + element - 1) / element * element;
        if (exact && !again) rig_run_over(r, step, i, 0);
        for (size_t more = 0; slides && !again && more < 4; more++)
            rig_run_over(r, step, i, lead + more * more * element);
    }
}

/* Copies what the variables among the inputs hold to `kept` (into: 1), or back. */
static inline void rig_state(rig *r, uint8_t *kept[RIG_INPUTS], int into)
{
    for (int k = 0; k < RIG_INPUTS; k++) {
        if (r->in[k] < 0 || !r->t[r->in[k]].is_variable) continue;
        const size_t n = th_tensor_bytes(&r->t[r->in[k]]);
        if (!kept[k]) kept[k] = malloc(n);
        assert_non_null(kept[k]);
        memcpy(into ? kept[k] : r->data[r->in[k]], into ? r->data[r->in[k]] : kept[k], n);
    }
}

/* Families of this machine, and those of others whose instructions are C here. */
static inline bool rig_has_kernels(th_isa isa)
{
    return th_isa_runs_here(isa) || isa == TH_ISA_SCALAR || isa == TH_ISA_ARM_DSP || isa == TH_ISA_ARM_MVE ||
           isa == TH_ISA_SIMD128;
}

/* A fast kernel makes of the state `before` what the plain one made, `after`; it gets no address that it does not read.
 */
static inline void rig_fast_run(rig *r, const th_step *step, const void *const *in, uint8_t *before[RIG_INPUTS],
                                uint8_t *const after[RIG_INPUTS], void *out)
{
    const void *read[RIG_INPUTS];
    for (int i = 0; i < RIG_INPUTS; i++) read[i] = step->unread >> i & 1 ? NULL : in[i];
    rig_state(r, before, 0);
    rig_kernel(step, read, out);
    rig_same(r, step, out, 0);
    for (int i = 0; i < RIG_INPUTS; i++)
        if (after[i] && r->t[r->in[i]].type != TH_F32 &&
            memcmp(after[i], r->data[r->in[i]], th_tensor_bytes(&r->t[r->in[i]])) != 0)
            fail_msg("%s leaves another state than the plain kernel", step->kernel_name);
}

/* The fast versions of every processor family whose kernels run here give the same, from the state `before`. */
static inline void rig_fast(rig *r, const void *const *in, uint8_t *before[RIG_INPUTS],
                            uint8_t *const after[RIG_INPUTS])
{
    static _Alignas(16)
        uint8_t memory[1 << 20]; /* one for all: a sanitizer makes much of every block that is asked for */
    const th_step plain = r->step;
    for (int isa = 0; isa < 2 * TH_ISA_N; isa++) { /* without and with room for large tiles */
        if (!rig_has_kernels((th_isa)(isa % TH_ISA_N))) continue;
        uint8_t *out = malloc(th_tensor_bytes(&r->t[RIG_OUT]));
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_step step = {0};
        const th_prepare p = {&r->node, r->t, &arena, &r->diag, isa < TH_ISA_N ? 0 : 20000};
        assert_int_equal(th_op_find((int32_t)r->node.op)->prepare(&p, &step), TH_OK);
        if (th_fast_prepare((th_isa)(isa % TH_ISA_N), &p, &step)) fail_msg("%s", r->diag.msg);
        const int same = strcmp(step.kernel_name, plain.kernel_name) == 0;
        if (step.kernel && !same) rig_fast_run(r, &step, in, before, after, out);
        if (step.kernel) rig_slide(r, &step);
        free(out);
    }
}

/* Prepares and runs. */
static inline void rig_run(rig *r)
{
    const th_err err = rig_prepare(r);
    if (err) printf("prepare: %s\n", r->diag.msg);
    assert_int_equal(err, TH_OK);
    const void *in[RIG_INPUTS];
    for (int i = 0; i < RIG_INPUTS; i++) in[i] = r->in[i] < 0 ? NULL : r->data[r->in[i]];
    for (int i = 0; i < RIG_INPUTS; i++)
        if (rig_is_fed(r, i)) rig_keep(&r->fed, &r->n_fed, in[i], th_tensor_bytes(&r->t[r->in[i]]));
    uint8_t *before[RIG_INPUTS] = {0}, *after[RIG_INPUTS] = {0};
    rig_state(r, before, 1);
    rig_kernel(&r->step, in, r->data[RIG_OUT]);
    rig_state(r, after, 1);
    rig_fast(r, in, before, after);
    rig_state(r, after, 0);
    for (int i = 0; i < RIG_INPUTS; i++) free(before[i]), free(after[i]);
    rig_keep(&r->made, &r->n_made, r->data[RIG_OUT], th_tensor_bytes(&r->t[RIG_OUT]));
    conforms(&r->node, r->t, CONFORMS_SECOND, 1);
}

/* --- the second versions: written from the definition, in wide types --- */

static inline int64_t floor_div(int64_t a, int64_t b) /* b > 0 */
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* acc * factor as the reference rounds it: product to the nearest, ties up; then the shift, ties away from zero. */
static inline int64_t plain_requant(int64_t acc, double factor)
{
    int shift;
    const double q = frexp(factor, &shift);
    int64_t m = llround(q * 2147483648.0);
    if (m == 2147483648) m /= 2, shift++;
    if (shift < -31) return 0;
    if (shift > 0) acc *= (int64_t)1 << shift;
    const int64_t high = floor_div(acc * m + (1 << 30), (int64_t)1 << 31);
    if (shift >= 0) return high;
    const int64_t half = (int64_t)1 << (-shift - 1), size = high < 0 ? -high : high,
                  rounded = (size + half) / (half * 2);
    return high < 0 ? -rounded : rounded;
}

/* The same for 64-bit sums: 15 bits of the factor, rounded once, ties up. */
static inline int64_t plain_requant_64(int64_t acc, double factor)
{
    int shift;
    const double q = frexp(factor, &shift);
    int64_t m = llround(q * 2147483648.0);
    if (m == 2147483648) m /= 2, shift++;
    if (shift < -31) m = shift = 0;
    m = m >= 0x7fff0000 ? 0x7fff : floor_div(m + 32768, 65536);
    const int64_t unit = (int64_t)1 << (15 - shift);
    return floor_div(acc * m + unit / 2, unit);
}

static inline int32_t plain_limit(int64_t v, const th_tensor *out, th_act act)
{
    int64_t lo = out->type == TH_S16 ? -32768 : -128, hi = out->type == TH_S16 ? 32767 : 127;
    const float s = out->quant.scale[0];
    const int32_t z = out->quant.zero[0];
    if (act == TH_ACT_RELU || act == TH_ACT_RELU6) lo = z;
    if (act == TH_ACT_RELU6 && z + lroundf(6.0f / s) < hi) hi = z + lroundf(6.0f / s);
    if (act == TH_ACT_RELU_N1_1) {
        if (z + lroundf(-1.0f / s) > lo) lo = z + lroundf(-1.0f / s);
        if (z + lroundf(1.0f / s) < hi) hi = z + lroundf(1.0f / s);
    }
    v += z;
    return (int32_t)(v < lo ? lo : v > hi ? hi : v);
}

static inline double plain_limit_f32(double v, th_act act)
{
    if ((act == TH_ACT_RELU || act == TH_ACT_RELU6) && v < 0) return 0;
    if (act == TH_ACT_RELU6 && v > 6) return 6;
    if (act == TH_ACT_RELU_N1_1) return v < -1 ? -1 : v > 1 ? 1 : v;
    return v;
}

/* Output size and first padding, from the definition of SAME and VALID. */
static inline int32_t plain_pad(th_padding padding, int32_t in, int32_t out, int32_t filter, int32_t stride,
                                int32_t dilation)
{
    const int32_t missing = (out - 1) * stride + (filter - 1) * dilation + 1 - in;
    return padding == TH_PAD_SAME && missing > 0 ? missing / 2 : 0;
}

static inline void assert_close(float got, double want, double size)
{
    if (fabs((double)got - want) > 1e-5 * (fabs(want) + size)) {
        printf("got %.9g, want %.9g\n", (double)got, want);
        fail();
    }
}

#endif
