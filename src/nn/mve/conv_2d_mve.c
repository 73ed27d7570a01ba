#include "nn/mve/conv_2d_mve.h"

#include "nn/mve/mve.h"
#include "nn/patch.h"

/* Three pixels against filters in fours. */
typedef struct job {
    const int8_t *x, *w0, *w1; /* w1: two filters after w0 */
    const int32_t *scale, *scale_end;
    int8_t *y;
    int32_t step1, step2; /* in y, to the second and the third pixel; 0 where there is none */
    int32_t zero;
    int32_t more;         /* vectors of taps after the first */
    int32_t back;         /* bytes of x */
    int32_t next1, next2; /* from the end of a filter's last vector to the next filter, and to that of the next four */
} job;

#if defined(__ARM_FEATURE_MVE)

#define LOAD                                                                                                           \
    "vldrb.u8 q0, [r1], #16\n\t"                                                                                       \
    "vldrb.u8 q3, [r7], #16\n\t"                                                                                       \
    "vldrb.u8 q1, [r1], #16\n\t"                                                                                       \
    "vldrb.u8 q4, [r9], #16\n\t"                                                                                       \
    "vldrb.u8 q2, [r1], #16\n\t"
#define MULTIPLY(op)                                                                                                   \
    op " r0, q0, q3\n\t" op " r2, q0, q4\n\t" op " r4, q1, q3\n\t" op " r6, q1, q4\n\t" op " r8, q2, q3\n\t" op        \
       " r10, q2, q4\n\t"
/* Sums of two filters; label: of its loop. */
#define TWO(label, a, b)                                                                                               \
    LOAD MULTIPLY("vmladav.s8") "wls lr, r3, " label "1f\n" label                                                      \
                                "0:\n\t" LOAD MULTIPLY("vmladava.s8") "le lr, " label "0b\n" label "1:\n\t"            \
                                                                      "subs r1, r1, r11\n\t"                           \
                                                                      "add r7, r7, r12\n\t"                            \
                                                                      "add r9, r9, r12\n\t"                            \
                                                                      "vmov q5[" a "], q5[" b "], r0, r2\n\t"          \
                                                                      "vmov q6[" a "], q6[" b "], r4, r6\n\t"          \
                                                                      "vmov q7[" a "], q7[" b "], r8, r10\n\t"

/* The job is in the caller's frame: there is no register for its address. */
TH_INLINE void run(job *j)
{
    __asm__ volatile("ldrd r1, r7, %[x]\n\t"     /* and w0 */
                     "ldrd r9, r5, %[w1]\n\t"    /* and scale */
                     "ldrd r3, r11, %[more]\n\t" /* and back */
                     "1:\n\t"
                     "ldr r12, %[next1]\n\t" TWO("2", "2", "0") "ldr r12, %[next2]\n\t" TWO(
                         "3", "3", "1") "vldrw.u32 q0, [r5], #16\n\t"
                                        "vldrw.u32 q1, [r5], #16\n\t"
                                        "vldrb.s32 q2, [r5], #4\n\t"
                                        "ldr r0, %[y]\n\t"
                                        "ldrd r2, r4, %[step1]\n\t" /* and step2 */
                                        "ldr r6, %[zero]\n\t" TH_MVE_FINISH("q7", "q3", "q0", "q1", "q2", "r6")
                                            TH_MVE_FINISH("q6", "q4", "q0", "q1", "q2", "r6") TH_MVE_FINISH(
                                                "q5", "q3", "q0", "q1", "q2",
                                                "r6") "add r4, r4, r0\n\t"
                                                      "add r2, r2, r0\n\t"
                                                      "vstrb.32 q7, [r4]\n\t" /* the last pixel first: where there is
                                                                                 none, the first one overwrites it */
                                                      "vstrb.32 q6, [r2]\n\t"
                                                      "vstrb.32 q5, [r0], #4\n\t"
                                                      "ldr r8, %[scale_end]\n\t"
                                                      "str r0, %[y]\n\t"
                                                      "cmp r5, r8\n\t"
                                                      "bne 1b\n\t"
                     : [y] "+m"(j->y)
                     : [x] "m"(j->x), [w0] "m"(j->w0), [w1] "m"(j->w1), [scale] "m"(j->scale),
                       [scale_end] "m"(j->scale_end), [step1] "m"(j->step1), [step2] "m"(j->step2), [zero] "m"(j->zero),
                       [more] "m"(j->more), [back] "m"(j->back), [next1] "m"(j->next1), [next2] "m"(j->next2)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc",
                       "memory", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7");
}

/* n bytes into a pixel's part of scratch. */
TH_INLINE void load(int8_t *to, const int8_t *from, int32_t n)
{
    __asm__ volatile("wlstp.8 lr, %[n], 2f\n"
                     "1:\n\t"
                     "vldrb.u8 q0, [%[from]], #16\n\t"
                     "vstrb.8 q0, [%[to]], #48\n\t"
                     "letp lr, 1b\n"
                     "2:\n\t"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [n] "r"(n)
                     : "lr", "q0", "cc", "memory");
}

/* n bytes that stand anywhere. */
TH_INLINE void gather(int8_t *to, const int8_t *from, const uint16_t *offset, int32_t n)
{
    __asm__ volatile("dlstp.16 lr, %[n]\n"
                     "1:\n\t"
                     "vldrh.u16 q0, [%[offset]], #16\n\t"
                     "vldrb.u16 q1, [%[from], q0]\n\t"
                     "vstrb.16 q1, [%[to]], #8\n\t"
                     "letp lr, 1b\n"
                     : [to] "+&r"(to), [offset] "+&r"(offset)
                     : [n] "r"(n), [from] "r"(from)
                     : "lr", "q0", "q1", "cc", "memory");
}

#else

static void run(job *j)
{
    const int8_t *w0 = j->w0;
    const ptrdiff_t filter = (j->w1 - w0) / 2;
    for (; j->scale != j->scale_end; j->scale += TH_MVE_SCALE, j->y += 4, w0 += 4 * filter)
        for (int32_t p = 2; p >= 0; p--)
            for (int32_t f = 0; f < 4; f++) {
                int32_t sum = 0;
                for (int32_t v = 0; v <= j->more; v++)
                    sum += th_mve_dot(j->x + 48 * v + 16 * p, w0 + f * filter + 16 * v, 16);
                j->y[(p == 2 ? j->step2 : p == 1 ? j->step1 : 0) + f] = th_mve_finish(j->scale, f, sum, j->zero);
            }
}

static void load(int8_t *to, const int8_t *from, int32_t n)
{
    for (; n > 0; n -= 16, to += 48, from += 16) memcpy(to, from, (size_t)(n < 16 ? n : 16));
}

static void gather(int8_t *to, const int8_t *from, const uint16_t *offset, int32_t n)
{
    for (int32_t k = 0; k < n; k++) to[k] = from[offset[k]];
}

#endif

/* How the taps of one output stand in the picture. */
typedef enum pieces {
    PIXELS,   /* they are one pixel, one after the other */
    VECTORS,  /* a row of the filter is one piece of whole vectors, or one pixel */
    BYTES,    /* it is one piece of any length */
    FEW,      /* of less than 16 bytes */
    SCATTERED /* or not one piece */
} pieces;

static pieces pieces_of(const th_window *w, int32_t n_c)
{
    const int32_t n = w->filter_w * n_c;
    if (w->filter_h == 1 && w->filter_w == 1)
        return n_c == w->in_c && w->in_h == w->out_h && w->in_w == w->out_w ? PIXELS : VECTORS;
    if (n_c != w->in_c || w->dilation_w != 1) return SCATTERED;
    if (n < 16 && (w->filter_h - 1) * w->dilation_h * w->in_w * w->in_c + n <= 65535) return FEW;
    return n % 16 ? BYTES : VECTORS;
}

/* One pixel's taps. */
static void take(const th_conv_2d_mve_par *p, const th_patch *at, int32_t n_c, pieces how, int8_t *to, int8_t *patch,
                 const uint16_t *offset)
{
    const th_window *w = &p->win;
    const int32_t inside = th_patch_inside(at, w), n = w->filter_w * n_c, down = w->dilation_h * w->in_w * w->in_c;
    const int8_t *row = at->x + ((ptrdiff_t)at->iy * w->in_w + at->ix) * w->in_c;
    if (inside && how == VECTORS) {
        for (int32_t i = w->filter_h; i > 0; i--, to += 3 * n, row += down) load(to, row, n);
        return;
    }
    if (inside && how == FEW)
        gather(patch, row, offset, p->n);
    else if (inside && how == BYTES)
        for (int32_t i = 0; i < w->filter_h; i++, row += down) th_patch_copy(patch + i * n, row, n);
    else
        th_patch_collect(w, at, n_c, p->in_zero, patch);
    load(to, patch, p->n);
}

/* Where each tap stands, from the first one. */
static void offsets(const th_window *w, int32_t n_c, uint16_t *to)
{
    for (int32_t i = 0; i < w->filter_h; i++)
        for (int32_t k = 0; k < w->filter_w * n_c; k++) *to++ = (uint16_t)(i * w->dilation_h * w->in_w * w->in_c + k);
}

/* All filters of a group over the three pixels of a job, of which only weights, scales and y are to be set. */
TH_APART void filters(const job *of, const int8_t *weights, const int32_t *scales, int32_t n, int32_t outs, int8_t *y)
{
    job j = *of;
    j.w0 = weights;
    j.scale = scales;
    j.scale_end = scales + TH_MVE_SCALE * (outs / 4);
    j.y = y;
    for (;;) {
        j.w1 = j.w0 + 2 * n;
        run(&j);
        if (j.y == y + outs) return;
        j.w0 = weights + (ptrdiff_t)(outs - 4) * n; /* what is left, with some before */
        j.scale = j.scale_end;
        j.scale_end += TH_MVE_SCALE;
        j.y = y + outs - 4;
    }
}

void th_conv_2d_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_mve_par *p = (const th_conv_2d_mve_par *)par;
    const th_window *w = &p->win;
    const int32_t n = p->n, n16 = TH_MVE_ROUND(n), n_c = w->in_c / p->groups, outs = w->out_c / p->groups,
                  n_pixels = w->batches * w->out_h * w->out_w;
    const pieces how = pieces_of(w, n_c);
    int8_t *x = (int8_t *)scratch, *patch = x + TH_MVE_TILE * n16;
    uint16_t *offset = (uint16_t *)(void *)(patch + n16);
    job j;
    j.x = x;
    j.zero = p->out_zero;
    j.more = n16 / 16 - 1;
    j.back = TH_MVE_TILE * n16;
    j.next1 = n - n16;
    j.next2 = 3 * n - n16;
    memset(x, 0, (size_t)(TH_MVE_TILE * n16));
    if (how == FEW) offsets(w, n_c, offset);
    for (int32_t g = 0; g < p->groups; g++) {
        int8_t *y = (int8_t *)out[0] + g * outs;
        th_patch at = {(const int8_t *)in[0] + g * n_c, 0, 0, -w->pad_top, -w->pad_left};
        for (int32_t left = n_pixels; left > 0; left -= TH_MVE_TILE, y += TH_MVE_TILE * w->out_c) {
            const int32_t pixels = left < TH_MVE_TILE ? left : TH_MVE_TILE;
            for (int32_t i = 0; i < pixels; i++) {
                if (how == PIXELS) {
                    load(x + 16 * i, at.x, n);
                    at.x += n;
                } else {
                    take(p, &at, n_c, how, x + 16 * i, patch, offset);
                    th_patch_next(&at, w);
                }
            }
            j.step1 = pixels > 1 ? w->out_c : 0;
            j.step2 = pixels > 2 ? 2 * w->out_c : 0;
            filters(&j, p->weights + (ptrdiff_t)g * outs * n, p->scales + TH_MVE_SCALE * ((outs + 3) / 4) * g, n, outs,
                    y);
        }
    }
    th_mve_clamp((int8_t *)out[0], n_pixels * w->out_c, p->act_min, p->act_max);
}
