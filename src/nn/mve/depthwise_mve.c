#include "nn/mve/depthwise_mve.h"

#include "nn/int4.h"
#include "nn/mve/mve.h"
#include "nn/scalar/finish.h"

#include <string.h>

/* Columns of the ring. */
static int32_t columns_of(const th_window *w)
{
    return (w->out_w - 1) * w->stride_w + w->filter_w;
}

/* Bytes of the ring, with what the last loads read too much. */
static int32_t ring_bytes(const th_window *w)
{
    return (columns_of(w) + 3 * w->stride_w) * w->filter_h + 16;
}

size_t th_depthwise_mve_scratch(const th_window *w)
{
    return (size_t)ring_bytes(w) + 16 * (size_t)w->filter_h;
}

/* What stays the same for all channels. */
typedef struct layer {
    const th_window *w;
    int8_t *ring;
    uint8_t *turned; /* [filter_h][16] for a window that begins in slot s: which weight each byte of it takes */
    int32_t in_next, in_line, out_next, out_line; /* bytes to the next pixel of a line, to the next line */
    int32_t take;                                 /* pixels of a line that are looked at */
    int32_t in_zero, out_zero;
} layer;

/* One line of outputs of one channel.  Assembly knows the places. */
typedef struct line {
    const uint8_t *turned;
    const int8_t *weights;
    const int32_t *scale;
    int32_t taps, zero, next, fours, rest, step;
    const int8_t *x;
    int8_t *y;
} line;

#if defined(__ARM_FEATURE_MVE)

#define OUTPUT(to, q, load) load "vmladav.s8 " to ", " q ", q7\n\t"

/* Four outputs into the low bytes of q2. */
#define FOUR(load)                                                                                                     \
    OUTPUT("r0", "q0", load("q0"))                                                                                     \
    OUTPUT("r2", "q3", load("q3"))                                                                                     \
    OUTPUT("r4", "q0", load("q0"))                                                                                     \
    OUTPUT("r6", "q3", load("q3"))                                                                                     \
    "vmov q1[2], q1[0], r0, r4\n\t"                                                                                    \
    "vmov q1[3], q1[1], r2, r6\n\t"                                                                                    \
    "vadd.i32 q1, q1, r8\n\t"                                                                                          \
    "vshr.s32 q2, q1, #31\n\t"                                                                                         \
    "vqrdmlah.s32 q2, q1, r10\n\t"                                                                                     \
    "vrshl.s32 q2, r12\n\t"                                                                                            \
    "vadd.i32 q2, q2, r11\n\t"                                                                                         \
    "vqmovnb.s32 q2, q2\n\t"                                                                                           \
    "vqmovnb.s16 q2, q2\n\t"
#define LOAD_3(q)   "vldrb.u8 " q ", [r1], #3\n\t"
#define LOAD_6(q)   "vldrb.u8 " q ", [r1], #6\n\t"
#define LOAD_ANY(q) "vldrb.u8 " q ", [r1]\n\tadd r1, r1, r9\n\t"

/* clang-format off */

/* q6: where four outputs go; q7: weights. */
#define LINE(load) \
    __asm__ volatile( \
        "ldrd r2, r4, [r0]\n\t" /* turned, weights */ \
        "ldrd r6, r7, [r0, #8]\n\t" /* scale, taps */ \
        "vldrb.u8 q6, [r2]\n\t" \
        "vctp.8 r7\n\t" \
        "vpst\n\t" \
        "vldrbt.u8 q7, [r4, q6]\n\t" \
        "ldm r6, {r8, r10, r12}\n\t" \
        "ldrd r11, r5, [r0, #16]\n\t" /* zero, next */ \
        "mov r2, #0\n\t" \
        "vidup.u32 q6, r2, #1\n\t" \
        "ldrd lr, r7, [r0, #24]\n\t" /* fours, rest */ \
        "vmul.i32 q6, q6, r5\n\t" \
        "lsl r5, r5, #2\n\t" \
        "ldr r9, [r0, #32]\n\t" /* step */ \
        "ldrd r1, r3, [r0, #36]\n\t" /* x, y */ \
        "wls lr, lr, 2f\n" \
        "1:\n\t" \
        FOUR(load) \
        "vstrb.32 q2, [r3, q6]\n\t" \
        "add r3, r3, r5\n\t" \
        "le lr, 1b\n" \
        "2:\n\t" \
        "cbz r7, 3f\n\t" \
        FOUR(load) \
        "vctp.32 r7\n\t" \
        "vpst\n\t" \
        "vstrbt.32 q2, [r3, q6]\n" \
        "3:\n\t" \
        : "+r"(r0) \
        : \
        : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory", "q0", \
          "q1", "q2", "q3", "q6", "q7")

TH_APART void run(const line *j)
{
    register const line *r0 __asm__("r0") = j;
    if (j->step == 3)
        LINE(LOAD_3);
    else if (j->step == 6)
        LINE(LOAD_6);
    else
        LINE(LOAD_ANY);
}

/* clang-format on */

/* n pixels `step` bytes apart into bytes `slots` apart. */
TH_INLINE void fill(int8_t *to, const int8_t *from, int32_t n, int32_t step, int32_t slots)
{
    int32_t zero = 0;
    __asm__ volatile("vidup.u16 q0, %[zero], #1\n\t"
                     "vmul.i16 q1, q0, %[slots]\n\t"
                     "vmul.i16 q0, q0, %[step]\n\t"
                     "dlstp.16 lr, %[n]\n"
                     "1:\n\t"
                     "vldrb.u16 q2, [%[from], q0]\n\t"
                     "add %[from], %[from], %[step8]\n\t"
                     "vstrb.16 q2, [%[to], q1]\n\t"
                     "add %[to], %[to], %[slots8]\n\t"
                     "letp lr, 1b\n\t"
                     : [to] "+&r"(to), [from] "+&r"(from), [zero] "+&Te"(zero)
                     : [n] "r"(n), [step] "r"(step), [slots] "r"(slots), [step8] "r"(8 * step), [slots8] "r"(8 * slots)
                     : "lr", "q0", "q1", "q2", "cc", "memory");
}

#else

/* Nine taps, whose weights may all stay in registers. */
static void run_9(const line *j)
{
    const uint8_t *t = j->turned;
    const int8_t *x = j->x, *w = j->weights;
    const int32_t w0 = w[t[0]], w1 = w[t[1]], w2 = w[t[2]], w3 = w[t[3]], w4 = w[t[4]], w5 = w[t[5]], w6 = w[t[6]],
                  w7 = w[t[7]], w8 = w[t[8]];
    int8_t *y = j->y;
    for (int32_t i = 4 * j->fours + j->rest; i > 0; i--, x += j->step, y += j->next) {
        const int32_t sum = j->scale[0] + x[0] * w0 + x[1] * w1 + x[2] * w2 + x[3] * w3 + x[4] * w4 + x[5] * w5 +
                            x[6] * w6 + x[7] * w7 + x[8] * w8;
        *y = th_scalar_finish(sum, j->scale[1], -1 - j->scale[2], j->zero);
    }
}

static void run(const line *j)
{
    const int8_t *x = j->x;
    int8_t *y = j->y;
    if (j->taps == 9) {
        run_9(j);
        return;
    }
    for (int32_t i = 4 * j->fours + j->rest; i > 0; i--, x += j->step, y += j->next) {
        int32_t sum = j->scale[0];
        for (int32_t k = 0; k < j->taps; k++) sum = th_add_wrap(sum, x[k] * j->weights[j->turned[k]]);
        *y = th_scalar_finish(sum, j->scale[1], -1 - j->scale[2], j->zero);
    }
}

static void fill(int8_t *to, const int8_t *from, int32_t n, int32_t step, int32_t slots)
{
    for (; n > 0; n--, to += slots, from += step) *to = *from;
}

#endif

/* All lines of one channel. */
TH_INLINE void channel(const layer *l, const int8_t *x, const int8_t *weights, const int32_t *scale, int8_t *y)
{
    const th_window *w = l->w;
    const int32_t slots = w->filter_h;
    const int8_t padding = (int8_t)l->in_zero;
    int8_t *const first = l->ring + w->pad_left * slots;
    int32_t next = 0, slot = 0, begin = 0; /* the line that is loaded next, its slot; slot of the window's first */
    line j = {.x = l->ring,
              .weights = weights,
              .scale = scale,
              .taps = w->filter_h * w->filter_w,
              .zero = l->out_zero,
              .next = l->out_next,
              .fours = w->out_w / 4,
              .rest = w->out_w & 3,
              .step = slots * w->stride_w};
    x -= w->pad_top * l->in_line;
    for (int32_t oy = 0; oy < w->out_h; oy++, y += l->out_line) {
        const int32_t end = oy * w->stride_h + slots;
        for (; next < end; next++, x += l->in_line) {
            if (next >= w->pad_top && next < w->pad_top + w->in_h)
                fill(first + slot, x, l->take, l->in_next, slots);
            else
                fill(first + slot, &padding, l->take, 0, slots);
            if (++slot == slots) slot = 0;
        }
        j.y = y;
        j.turned = l->turned + 16 * begin;
        run(&j);
        for (begin += w->stride_h; begin >= slots;) begin -= slots;
    }
}

TH_INLINE void turn(const layer *l)
{
    const int32_t h = l->w->filter_h, w = l->w->filter_w;
    for (int32_t begin = 0; begin < h; begin++)
        for (int32_t j = 0; j < w; j++)
            for (int32_t slot = 0; slot < h; slot++)
                l->turned[16 * begin + h * j + slot] =
                    (uint8_t)((slot < begin ? slot - begin + h : slot - begin) * w + j);
}

TH_INLINE void depthwise(const th_depthwise_mve_par *p, const void *const *in, void *const *out, void *scratch,
                         int four_bits)
{
    const th_window *w = &p->win;
    const int32_t per_input = w->out_c / w->in_c, taps = w->filter_h * w->filter_w, left = columns_of(w) - w->pad_left,
                  picture = w->in_h * w->in_w * w->in_c, made = w->out_h * w->out_w * w->out_c;
    layer l;
    l.w = w;
    l.ring = (int8_t *)scratch;
    l.turned = (uint8_t *)scratch + ring_bytes(w);
    l.in_next = (p->down ? w->in_h : 1) * w->in_c;
    l.in_line = (p->down ? 1 : w->in_w) * w->in_c;
    l.out_next = (p->down ? w->out_h : 1) * w->out_c;
    l.out_line = (p->down ? 1 : w->out_w) * w->out_c;
    l.take = left < w->in_w ? left : w->in_w;
    l.in_zero = p->in_zero;
    l.out_zero = p->out_zero;
    memset(l.ring, (int)p->in_zero, (size_t)ring_bytes(w));
    turn(&l);
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t o = 0; o < w->out_c; o++) {
            int8_t *unpacked = (int8_t *)scratch + th_depthwise_mve_scratch(w);
            if (four_bits) th_int4_unpack((const uint8_t *)p->weights, o * taps, taps, unpacked);
            channel(&l, (const int8_t *)in[0] + (ptrdiff_t)b * picture + o / per_input,
                    four_bits ? unpacked : p->weights + o * taps, p->scales + 3 * o,
                    (int8_t *)out[0] + (ptrdiff_t)b * made + o);
        }
    th_mve_clamp((int8_t *)out[0], w->batches * made, p->act_min, p->act_max);
}

void th_depthwise_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    depthwise((const th_depthwise_mve_par *)par, in, out, scratch, 0);
}

void th_depthwise_w4_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    depthwise((const th_depthwise_mve_par *)par, in, out, scratch, 1);
}
