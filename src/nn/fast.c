#include "nn/fast.h"

#include "nn/arm64/features.h"
#include "nn/prepare.h"
#include "nn/vec/prepare.h"
#include "nn/wasm/vec_simd128.h"
#include "nn/x86/features.h"
#if defined(__x86_64__)
#include "nn/x86/vec_avx2.h"
#include "nn/x86/vec_sse2.h"
#include "nn/x86/vec_vnni.h"
#elif defined(__aarch64__)
#include "nn/arm64/vec_dot.h"
#include "nn/arm64/vec_neon.h"
#endif

/* One a line; the first that changes a step is taken. A program for one processor may bring a list of its own
 * (web/engine/lists.h). */
#ifndef TH_FAST_LIST
#define TH_FAST_LIST(X)                                                                                                \
    X(dense_scalar_conv)                                                                                               \
    X(conv_2d_scalar)                                                                                                  \
    X(conv_2d_scalar_depthwise)                                                                                        \
    X(depthwise_scalar)                                                                                                \
    X(dense_scalar)                                                                                                    \
    X(conv_2d_w4_scalar)                                                                                               \
    X(conv_2d_w4_scalar_depthwise)                                                                                     \
    X(depthwise_w4_scalar)                                                                                             \
    X(conv_2d_mve)                                                                                                     \
    X(conv_2d_mve_depthwise)                                                                                           \
    X(conv_2d_mve_dense)                                                                                               \
    X(depthwise_mve)                                                                                                   \
    X(add_mve)                                                                                                         \
    X(average_pool_mve)                                                                                                \
    X(depthwise_w4_mve)                                                                                                \
    X(dense_dsp_conv)                                                                                                  \
    X(conv_2d_dsp)                                                                                                     \
    X(conv_2d_dsp_depthwise)                                                                                           \
    X(conv_2d_dsp_dense)                                                                                               \
    X(dense_w4_dsp_conv)                                                                                               \
    X(conv_2d_w4_dsp)                                                                                                  \
    X(conv_2d_w4_dsp_depthwise)                                                                                        \
    X(conv_2d_w4_dsp_dense)                                                                                            \
    X(depthwise_w4_dsp)                                                                                                \
    X(dense_w4_dsp)                                                                                                    \
    X(depthwise_dsp)                                                                                                   \
    X(dense_dsp)                                                                                                       \
    X(add_dsp)                                                                                                         \
    X(lstm_s8_dsp)                                                                                                     \
    X(lstm_s16_dsp)                                                                                                    \
    X(svdf_s8_dsp)                                                                                                     \
    X(svdf_s8_s16_dsp)                                                                                                 \
    X(average_pool_dsp)                                                                                                \
    X(max_pool_dsp)                                                                                                    \
    X(conv_2d_s16_dsp)                                                                                                 \
    X(conv_2d_s16_dsp_dense)                                                                                           \
    X(conv_2d_s16_dsp_depthwise)                                                                                       \
    X(depthwise_s16_dsp)                                                                                               \
    X(conv_2d_raw_dsp)                                                                                                 \
    X(conv_2d_raw_scalar)                                                                                              \
    X(depthwise_raw_dsp)                                                                                               \
    X(depthwise_raw_scalar)                                                                                            \
    X(dense_raw_dsp)                                                                                                   \
    X(dense_raw_scalar)
#endif

#define X(name) extern const th_fast_row th_fast_##name;
TH_FAST_LIST(X)
#undef X

static const th_fast_row *const rows[] = {
#define X(name) &th_fast_##name,
    TH_FAST_LIST(X)
#undef X
};

static const char *const names[TH_ISA_N] = {
    [TH_ISA_PLAIN] = "plain", [TH_ISA_SCALAR] = "scalar",   [TH_ISA_ARM_DSP] = "arm-dsp", [TH_ISA_ARM_MVE] = "arm-mve",
    [TH_ISA_SSE2] = "sse2",   [TH_ISA_AVX2] = "avx2",       [TH_ISA_VNNI] = "vnni",       [TH_ISA_NEON] = "neon",
    [TH_ISA_DOT] = "arm-dot", [TH_ISA_SIMD128] = "simd128",
};

const char *th_isa_name(th_isa isa)
{
    return isa < TH_ISA_N ? names[isa] : "?";
}

th_isa th_isa_find(const char *name)
{
    for (int i = 0; i < TH_ISA_N; i++)
        if (th_same_name(names[i], name)) return (th_isa)i;
    return TH_ISA_N;
}

bool th_isa_runs_here(th_isa isa)
{
    if (isa == TH_ISA_PLAIN) return true;
#if defined(__x86_64__)
    if (isa == TH_ISA_SSE2) return true;
    if (isa == TH_ISA_AVX2) return th_x86_has_avx2();
    if (isa == TH_ISA_VNNI) return th_x86_has_vnni();
#elif defined(__aarch64__)
    if (isa == TH_ISA_NEON) return true;
    if (isa == TH_ISA_DOT) return th_arm64_has_dot();
#elif defined(__wasm_simd128__)
    if (isa == TH_ISA_SIMD128) return true;
#endif
    return false;
}

bool th_isa_is_built(th_isa isa)
{
    switch (isa) {
    case TH_ISA_PLAIN:
    case TH_ISA_SCALAR:
    case TH_ISA_ARM_DSP:
    case TH_ISA_ARM_MVE:
    case TH_ISA_SIMD128: return true;
    case TH_ISA_SSE2:
    case TH_ISA_AVX2:
    case TH_ISA_VNNI:
#if defined(__x86_64__)
        return true;
#else
        return false;
#endif
    case TH_ISA_NEON:
    case TH_ISA_DOT:
#if defined(__aarch64__)
        return true;
#else
        return false;
#endif
    case TH_ISA_N: break;
    }
    return false;
}

th_isa th_isa_host(void)
{
    for (int i = TH_ISA_N; i-- > TH_ISA_PLAIN + 1;) /* later ones are faster, where a machine has several */
        if (th_isa_runs_here((th_isa)i)) return (th_isa)i;
    return TH_ISA_PLAIN;
}

/* Families that share the drivers of nn/vec: they have no rows. */
static th_err vector_prepare(th_isa isa, const th_prepare *p, th_step *step)
{
#if defined(TH_FAST_NO_VECTORS) /* with a list of its own: web/engine/lists.h */
    (void)isa, (void)p, (void)step;
#else
    static const th_vec_family simd128 = TH_VEC_FAMILY(simd128, "nn/wasm/vec_simd128.h");
    if (isa == TH_ISA_SIMD128) return th_vec_prepare(&simd128, p, step);
#endif
#if defined(__x86_64__)
    static const th_vec_family sse2 = TH_VEC_FAMILY(sse2, "nn/x86/vec_sse2.h");
    static const th_vec_family avx2 = TH_VEC_FAMILY(avx2, "nn/x86/vec_avx2.h");
    static const th_vec_family vnni = TH_VEC_FAMILY(vnni, "nn/x86/vec_vnni.h");
    if (isa == TH_ISA_SSE2) return th_vec_prepare(&sse2, p, step);
    if (isa == TH_ISA_AVX2) return th_vec_prepare(&avx2, p, step);
    if (isa == TH_ISA_VNNI) return th_vec_prepare(&vnni, p, step);
#elif defined(__aarch64__)
    static const th_vec_family neon = TH_VEC_FAMILY(neon, "nn/arm64/vec_neon.h");
    static const th_vec_family dot = TH_VEC_FAMILY(dot, "nn/arm64/vec_dot.h");
    if (isa == TH_ISA_NEON) return th_vec_prepare(&neon, p, step);
    if (isa == TH_ISA_DOT) return th_vec_prepare(&dot, p, step);
#endif
    return TH_OK;
}

const th_fast_row *const *th_fast_all(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}

th_err th_fast_prepare(th_isa isa, const th_prepare *p, th_step *step)
{
    if (step->control != TH_CONTROL_KERNEL) return TH_OK;
    const th_step plain = *step;
    step->slide = 0;
    step->lead = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && step->kernel_name == plain.kernel_name; i++)
        if ((rows[i]->isa == isa || (rows[i]->isa == TH_ISA_ARM_DSP && isa == TH_ISA_ARM_MVE)) &&
            th_same_name(rows[i]->plain, plain.kernel_name))
            TH_TRY(rows[i]->prepare(p, step));
    if (step->kernel_name == plain.kernel_name) TH_TRY(vector_prepare(isa, p, step));
    if (step->kernel_name == plain.kernel_name) *step = plain;
    return TH_OK;
}
