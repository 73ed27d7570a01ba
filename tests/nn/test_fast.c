/* Every fast kernel that this machine can run gives what the plain one gives: integers byte for byte, floats bit for
 * bit up to the sign of zero.  Random shapes, with blocks of memory exactly as large as the tensors, so that sanitizers
 * see one byte too far. */
#include "rig.h"

#include "nn/fast.h"

#define ROUNDS 600

/* What one way of running made. */
typedef struct made {
    uint8_t *y;
    size_t n;
    const char *kernel;
} made;

#define ARENA_BYTES ((size_t)1 << 23)

/* The step of a family, its parameters in `memory` of ARENA_BYTES. */
static th_step step_for(rig *r, th_isa isa, uint8_t *memory)
{
    th_arena arena = th_arena_over(memory, ARENA_BYTES);
    const th_prepare p = {&r->node, r->t, &arena, &r->diag, 0};
    th_step step = {0};
    th_err err = th_op_find((int32_t)r->node.op)->prepare(&p, &step);
    if (!err) err = th_fast_prepare(isa, &p, &step);
    if (err) fail_msg("%s", r->diag.msg);
    return step;
}

/* Runs in `of` parts when the kernel has them. */
static made run(const rig *r, const th_step *step, int32_t of)
{
    made m = {.n = th_tensor_bytes(&r->t[RIG_OUT]), .kernel = step->kernel_name};
    m.y = malloc(m.n);
    assert_non_null(m.y);
    memset(m.y, 0x5a, m.n);
    const void *in[RIG_INPUTS];
    void *out[1] = {m.y};
    for (int i = 0; i < RIG_INPUTS; i++) in[i] = i >= step->n_in || r->in[i] < 0 ? NULL : r->data[r->in[i]];
    for (int32_t part = 0; part < of; part++) {
        void *scratch = step->scratch_bytes ? malloc(step->scratch_bytes) : NULL;
        if (scratch) memset(scratch, 0xa5, step->scratch_bytes);
        if (step->part)
            step->part(step->par, in, out, scratch, part, of);
        else if (part == 0)
            step->kernel(step->par, in, out, scratch);
        free(scratch);
    }
    return m;
}

static void same(const made *want, const made *got, th_type type, uint64_t seed)
{
    assert_int_equal(want->n, got->n);
    if (type != TH_F32 && memcmp(want->y, got->y, want->n) == 0) return;
    for (size_t i = 0; i < want->n / th_type_bytes(type); i++) {
        const size_t b = th_type_bytes(type);
        if (memcmp(want->y + i * b, got->y + i * b, b) == 0) continue;
        if (type == TH_F32) {
            float v, w;
            memcpy(&v, want->y + i * b, b);
            memcpy(&w, got->y + i * b, b);
            if (fabsf(v - w) <= 1e-5f * (fabsf(v) + 1e-3f)) continue;
        }
        fail_msg("seed %d: %s and %s differ at %zu", (int)seed, want->kernel, got->kernel, i);
    }
}

/* All families of this machine, whole and in parts.  changed: counts kernels that were not the plain one. */
static void compare(rig *r, uint64_t seed, int32_t *changed)
{
    if (rig_prepare(r) == TH_ERANGE) return; /* scales can be too wild for int16 */
    uint8_t *memory = malloc(ARENA_BYTES);   /* one for all: a sanitizer marks every byte of each */
    assert_non_null(memory);
    th_step step = step_for(r, TH_ISA_PLAIN, memory);
    const made plain = run(r, &step, 1);
    for (int isa = TH_ISA_PLAIN + 1; isa < TH_ISA_N; isa++) {
        if (!rig_has_kernels((th_isa)isa)) continue;
        step = step_for(r, (th_isa)isa, memory); /* weights are packed once for all runs */
        for (int32_t of = 1; of <= 3; of++) {
            const made fast = run(r, &step, of);
            same(&plain, &fast, r->t[RIG_OUT].type, seed);
            *changed += strcmp(plain.kernel, fast.kernel) != 0;
            free(fast.y);
        }
    }
    free(plain.y);
    free(memory);
}

typedef struct mix {
    th_type x, w, bias;
    bool live; /* the weights are made while the model runs: nothing is known of them in advance */
} mix;

static const mix mixes[] = {{TH_S8, TH_S8, TH_S32, false},  {TH_S8, TH_S4, TH_S32, false},
                            {TH_S16, TH_S8, TH_S64, false}, {TH_F32, TH_F32, TH_F32, false},
                            {TH_S16, TH_S8, TH_S32, false}, {TH_S8, TH_S8, TH_S32, false},
                            {TH_S8, TH_S8, TH_S32, true}};
#define N_MIXES (sizeof mixes / sizeof *mixes)

static void random_attr(rig *r)
{
    r->node.attr.conv.padding = (th_padding)rig_between(r, 0, 1);
    r->node.attr.conv.act = (th_act)rig_between(r, 0, 3);
    r->node.attr.conv.stride_h = rig_between(r, 1, 3);
    r->node.attr.conv.stride_w = rig_between(r, 1, 3);
    r->node.attr.conv.dilation_h = rig_between(r, 0, 2) ? 1 : 2;
    r->node.attr.conv.dilation_w = rig_between(r, 0, 2) ? 1 : 2;
}

/* Weights, bias and scales: most layers as networks have them; some with factors above 1, some with large biases. */
static void random_rest(rig *r, mix type, th_shape w, int32_t out_c, int32_t axis)
{
    const float wild = rig_between(r, 0, 3) ? 1.0f : 0.001f;
    rig_fill(r, 1, type.w, w);
    if (type.live) r->t[1].data = NULL;
    if (rig_between(r, 0, 3))
        rig_fill(r, 2, type.bias, (th_shape){.rank = 1, .d = {out_c}});
    else
        r->in[2] = -1;
    if (r->in[2] >= 0 && type.bias == TH_S32 && rig_between(r, 0, 4) == 0)
        for (int32_t c = 0; c < out_c; c++) ((int32_t *)r->data[2])[c] = (int32_t)th_rng_u32(&r->rng);
    const int32_t zero = type.x == TH_S16 ? 0 : 127;
    rig_quant(r, 0, 1, 0, 0.05f, zero);
    rig_quant(r, 1, rig_between(r, 0, 2) ? out_c : 1, axis, 0.01f, 0);
    rig_quant(r, 3, 1, 0, (type.x == TH_S16 ? 1.0f : 0.5f) * wild, zero);
    if (type.x == TH_S8 && rig_between(r, 0, 3) == 0) r->zero[0][0] = -128;
}

/* Few channels most of the time, now and then many, to cross all blocks. */
static int32_t channels(rig *r)
{
    static const int32_t usual[] = {1, 3, 4, 8, 16, 24, 32, 64, 128, 130};
    return rig_between(r, 0, 2) ? rig_between(r, 1, 35) : usual[rig_between(r, 0, 9)];
}

static void conv_2d(void **state)
{
    (void)state;
    int32_t changed = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        rig *r = rig_new(seed, TH_OP_CONV_2D, 3);
        const mix type = mixes[seed % N_MIXES];
        random_attr(r);
        r->node.attr.conv.bias_type = (int32_t)type.bias;
        const int32_t one = rig_between(r, 0, 2) == 0; /* 1x1, often in place */
        const int32_t fh = one ? 1 : rig_between(r, 1, 4), fw = one ? 1 : rig_between(r, 1, 4);
        const int32_t groups = rig_between(r, 0, 4) ? 1 : rig_between(r, 2, 3);
        if (one && rig_between(r, 0, 3)) r->node.attr.conv.stride_h = r->node.attr.conv.stride_w = 1;
        const int32_t c = channels(r), out_c = rig_between(r, 1, groups > 1 ? 20 : 130) * groups;
        rig_fill(r, 0, type.x,
                 rig_shape4(r, (const int32_t[]){1, 7, 7, c * groups}, (const int32_t[]){2, 9, 10, c * groups}));
        random_rest(r, type, shape4(out_c, fh, fw, c), out_c, 0);
        rig_fill(r, 3, type.x, rig_infer(r));
        compare(r, seed, &changed);
        rig_free(r);
    }
    assert_true(changed > ROUNDS / 2 || th_isa_host() == TH_ISA_PLAIN);
}

static void depthwise_conv_2d(void **state)
{
    (void)state;
    int32_t changed = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        rig *r = rig_new(seed, TH_OP_DEPTHWISE_CONV_2D, 3);
        mix type = mixes[seed % N_MIXES];
        if (type.x == TH_S16) type.bias = TH_S64; /* there is no other */
        random_attr(r);
        const int32_t c = rig_between(r, 0, 4) ? channels(r) : 1;
        const int32_t m = rig_between(r, 0, 2) ? 1 : rig_between(r, 2, c < 9 ? 12 : 2);
        const int32_t f = rig_between(r, 0, 9) ? 4 : 7;
        if (c * m > 200) {
            rig_free(r);
            continue;
        }
        r->node.attr.conv.depth_multiplier = m;
        rig_fill(r, 0, type.x, rig_shape4(r, (const int32_t[]){1, 7, 7, c}, (const int32_t[]){2, 9, 12, c}));
        random_rest(r, type,
                    rig_shape4(r, (const int32_t[]){1, 1, 1, c * m}, (const int32_t[]){1, f - 1, f - 1, c * m}), c * m,
                    3);
        r->node.attr.conv.padding = f > 4 ? TH_PAD_SAME : r->node.attr.conv.padding;
        rig_fill(r, 3, type.x, rig_infer(r));
        compare(r, seed, &changed);
        rig_free(r);
    }
    assert_true(changed > ROUNDS / 2 || th_isa_host() == TH_ISA_PLAIN);
}

static void fully_connected(void **state)
{
    (void)state;
    int32_t changed = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        rig *r = rig_new(seed, TH_OP_FULLY_CONNECTED, 3);
        const mix type = mixes[seed % N_MIXES];
        const int32_t rows = rig_between(r, 0, 1) ? 1 : rig_between(r, 1, 20), n_in = rig_between(r, 1, 700),
                      n_out = rig_between(r, 1, 130);
        r->node.attr.dense.act = (th_act)rig_between(r, 0, 3);
        r->node.attr.dense.bias_type = (int32_t)type.bias;
        rig_fill(r, 0, type.x, (th_shape){.rank = 2, .d = {rows, n_in}});
        random_rest(r, type, (th_shape){.rank = 2, .d = {n_out, n_in}}, n_out, 0);
        if (type.x == TH_S16) r->zero[0][0] = rig_between(r, 0, 1) ? 0 : rig_between(r, -300, 300);
        if (r->t[1].quant.n == 1 && type.w == TH_S8 && type.x == TH_S8 && rig_between(r, 0, 4) == 0) r->zero[1][0] = 5;
        rig_fill(r, 3, type.x, rig_infer(r));
        compare(r, seed, &changed);
        rig_free(r);
    }
    assert_true(changed > ROUNDS / 2 || th_isa_host() == TH_ISA_PLAIN);
}

/* Sums and differences of two tensors of one shape; shapes that are spread stay plain. */
static void add_sub(void **state)
{
    (void)state;
    int32_t changed = 0;
    for (uint64_t seed = 0; seed < ROUNDS / 2; seed++) {
        rig *r = rig_new(seed, seed % 2 ? TH_OP_ADD : TH_OP_SUB, 2);
        const th_shape shape = rig_shape4(r, (const int32_t[]){1, 1, 1, 1}, (const int32_t[]){1, 9, 9, 40});
        r->node.attr.fused.act = (th_act)rig_between(r, 0, 3);
        const th_type type = seed % 4 == 1 ? TH_F32 : TH_S8;
        rig_fill(r, 0, type, shape);
        rig_fill(r, 1, type, rig_between(r, 0, 3) ? shape : shape4(1, 1, 1, shape.d[3]));
        rig_quant(r, 0, 1, 0, 0.05f, 127);
        rig_quant(r, 1, 1, 0, 0.05f, 127);
        rig_quant(r, 3, 1, 0, 0.05f, 127);
        rig_fill(r, 3, type, rig_infer(r));
        compare(r, seed, &changed);
        rig_free(r);
    }
    assert_true(changed > ROUNDS / 2 || th_isa_host() == TH_ISA_PLAIN);
}

/* Names go both ways, and this machine has what it says. */
static void families(void **state)
{
    (void)state;
    for (int i = 0; i < TH_ISA_N; i++) assert_int_equal(th_isa_find(th_isa_name((th_isa)i)), i);
    assert_int_equal(th_isa_find("z80"), TH_ISA_N);
    assert_true(th_isa_runs_here(TH_ISA_PLAIN));
    assert_true(th_isa_runs_here(th_isa_host()));
#if defined(__x86_64__) || defined(__aarch64__)
    assert_true(th_isa_host() != TH_ISA_PLAIN);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(conv_2d), cmocka_unit_test(depthwise_conv_2d),
                                       cmocka_unit_test(fully_connected), cmocka_unit_test(add_sub),
                                       cmocka_unit_test(families)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
