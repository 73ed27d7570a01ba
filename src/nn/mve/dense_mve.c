#include "nn/mve/dense_mve.h"

#include "nn/mve/mve.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* Four filters, the first at w, n weights each. */
static void four(const int8_t *from, const int8_t *w, int32_t n, const int32_t *scale, int32_t out_zero, int8_t *y)
{
    int32_t a = 0, b = 0, c = 0, d = 0;
    const int8_t *x = from, *w0 = w, *w1 = w + n, *w2 = w1 + n, *w3 = w2 + n;
    __asm__ volatile(
        "dlstp.8 lr, %[n]\n"
        "1:\n\t"
        "vldrb.u8 q0, [%[x]], #16\n\t"
        "vldrb.u8 q1, [%[w0]], #16\n\t"
        "vmladava.s8 %[a], q0, q1\n\t"
        "vldrb.u8 q2, [%[w1]], #16\n\t"
        "vmladava.s8 %[b], q0, q2\n\t"
        "vldrb.u8 q1, [%[w2]], #16\n\t"
        "vmladava.s8 %[c], q0, q1\n\t"
        "vldrb.u8 q2, [%[w3]], #16\n\t"
        "vmladava.s8 %[d], q0, q2\n\t"
        "letp lr, 1b\n"
        : [x] "+&r"(x), [w0] "+&r"(w0), [w1] "+&r"(w1), [w2] "+&r"(w2), [w3] "+&r"(w3),
          [a] "+&Te"(a), [b] "+&Te"(b), [c] "+&Te"(c), [d] "+&Te"(d)
        : [n] "r"(n)
        : "lr", "q0", "q1", "q2", "cc", "memory");
    int32_t sum[4] = {a, b, c, d};
    __asm__ volatile(
        "vldrw.u32 q0, [%[sum]]\n\t"
        "vldrw.u32 q1, [%[scale]]\n\t"
        "vldrw.u32 q2, [%[scale], #16]\n\t"
        "vldrb.s32 q3, [%[scale], #32]\n\t"
        TH_MVE_FINISH("q0", "q4", "q1", "q2", "q3", "%[zero]")
        "vstrb.32 q0, [%[y]]\n\t"
        :
        : [sum] "r"(sum), [scale] "r"(scale), [zero] "r"(out_zero), [y] "r"(y)
        : "q0", "q1", "q2", "q3", "q4", "cc", "memory");
}

/* clang-format on */

#else

static void four(const int8_t *x, const int8_t *w, int32_t n, const int32_t *scale, int32_t out_zero, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++, w += n) y[i] = th_mve_finish(scale, i, th_mve_dot(x, w, n), out_zero);
}

#endif

void th_dense_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_dense_mve_par *p = (const th_dense_mve_par *)par;
    const int32_t *scale = p->scales;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t o = 0; o < p->n_out; o += 4, scale += TH_MVE_SCALE) {
        const int32_t first = o + 4 <= p->n_out ? o : p->n_out - 4;
        four((const int8_t *)in[0], p->weights + (ptrdiff_t)first * p->n_in, p->n_in, scale, p->out_zero, y + first);
    }
    th_mve_clamp(y, p->n_out, p->act_min, p->act_max);
}
