#include "nn/cortexm/depthwise_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/requant.h"

/* The widened plane, in words of two columns. */
typedef struct plane {
    int32_t rows, pairs; /* of words */
} plane;

static plane plane_of(const th_window *w)
{
    plane p;
    p.rows = (w->out_h - 1) * w->stride_h + (w->filter_h - 1) * w->dilation_h + 1;
    p.pairs = ((w->out_w - 1) * w->stride_w + w->filter_w + 3) / 2; /* and what a second output looks at */
    return p;
}

/* Words for the weights of one channel: for windows that start at an even column, and for those at an odd one. */
static int32_t phase_words(const th_window *w)
{
    return (w->filter_w / 2 + 1) * w->filter_h;
}

size_t th_depthwise_dsp_scratch(const th_window *w)
{
    const plane p = plane_of(w);
    return 4 * ((size_t)p.rows * (size_t)p.pairs + 2 * (size_t)phase_words(w));
}

/* One channel of n rows into the words of one pair of columns; a column that is NULL is padding. */
static void widen_columns(uint32_t *to, const int8_t *a, const int8_t *b, int32_t n, int32_t row, int32_t zero)
{
    if (a && b) {
        const ptrdiff_t step = b - a;
        for (; n > 0; n--, a += row) *to++ = th_pack_16(a[0] - zero, a[step] - zero);
    } else if (a) {
        for (; n > 0; n--, a += row) *to++ = th_pack_16(*a - zero, 0);
    } else if (b) {
        for (; n > 0; n--, b += row) *to++ = th_pack_16(0, *b - zero);
    }
}

/* All of one channel; the words of padding are 0 already. */
static void widen_plane(const th_window *w, plane p, const int8_t *x, int32_t zero, uint32_t *words)
{
    const int32_t row = w->in_w * w->in_c, below = p.rows - w->pad_top, n = below < w->in_h ? below : w->in_h;
    for (int32_t j = 0; j < p.pairs; j++, words += p.rows) {
        const int32_t c = 2 * j - w->pad_left;
        const int8_t *a = c >= 0 && c < w->in_w ? x + (ptrdiff_t)c * w->in_c : NULL,
                     *b = c + 1 >= 0 && c + 1 < w->in_w ? x + (ptrdiff_t)(c + 1) * w->in_c : NULL;
        widen_columns(words + w->pad_top, a, b, n, row, zero);
    }
}

/* One or two columns of outputs from top to bottom. */
typedef struct column {
    const uint32_t *x; /* first word of their column pair */
    int8_t *y, *y_end;
    int32_t stride, row;             /* in y: bytes to the next column, 0 where there is none; to the next row */
    int32_t bias;                    /* doubled */
    int32_t multiplier, half, shift; /* as in tile_dsp.c */
} column;

#if defined(__ARM_FEATURE_DSP)

/* `to` = the int8 of sum `a` with multiplier r10, half r11 and shift r3, which may be loaded late. */
#define SCALE(to, a, shift)                                                                                            \
    "smmlar " to ", " a ", r10, r11\n\t"                                                                               \
    "add " to ", " to ", " a ", asr #31\n\t" shift "asr " to ", " to ", r3\n\t"                                        \
    "ssat " to ", #8, " to "\n\t"

/* r4..r6 (w0 w1), r7..r9 (w1 w2) of three rows; r0, r1 the two column pairs; r2, r3 sums; lr y. */
#define WEIGHTS "ldm r2, {r4, r5, r6, r7, r8, r9}\n\t"

/* Stride 1, two outputs a row. */
TH_APART void column_3x3(const column *job, const uint32_t *weights, int32_t rows)
{
    column c = *job;
    register const uint32_t *r1 __asm__("r1") = c.x + rows;
    register const uint32_t *r2 __asm__("r2") = weights;
    __asm__ volatile(
        "ldr r0, %[x]\n\t" WEIGHTS "ldr lr, %[y]\n"
        "1:\n\t"
        "ldr r2, %[bias]\n\t"
        "ldr r10, [r0], #4\n\t"
        "mov r3, r2\n\t"
        "ldrd r11, r12, [r0]\n\t"
        "smlad r2, r10, r4, r2\n\t"
        "smlatb r3, r10, r4, r3\n\t"
        "smlad r2, r11, r5, r2\n\t"
        "smlatb r3, r11, r5, r3\n\t"
        "smlad r2, r12, r6, r2\n\t"
        "smlatb r3, r12, r6, r3\n\t"
        "ldr r10, [r1], #4\n\t"
        "ldrd r11, r12, [r1]\n\t"
        "smlabt r2, r10, r7, r2\n\t"
        "smlad r3, r10, r7, r3\n\t"
        "smlabt r2, r11, r8, r2\n\t"
        "smlad r3, r11, r8, r3\n\t"
        "smlabt r2, r12, r9, r2\n\t"
        "smlad r3, r12, r9, r3\n\t"
        "ldrd r10, r11, %[scale]\n\t" SCALE("r12", "r3", "ldr r3, %[shift]\n\t")
            SCALE("r10", "r2",
                  "") "ldrd r2, r3, %[stride]\n\t"
                      "strb r12, [lr, r2]\n\t" /* no second column: stride is 0, and the first one overwrites it */
                      "strb r10, [lr]\n\t"
                      "add lr, lr, r3\n\t"
                      "ldr r2, %[y_end]\n\t"
                      "cmp lr, r2\n\t"
                      "bne 1b\n\t"
        : "+r"(r1), "+r"(r2)
        : [x] "m"(c.x), [y] "m"(c.y), [y_end] "m"(c.y_end), [stride] "m"(c.stride), [row] "m"(c.row),
          [bias] "m"(c.bias), [scale] "m"(c.multiplier), [half] "m"(c.half), [shift] "m"(c.shift)
        : "r0", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* Stride 2, one output a row; r3 is the shift all the time. */
TH_APART void column_3x3_stride_2(const column *job, const uint32_t *weights, int32_t rows)
{
    column c = *job;
    register const uint32_t *r1 __asm__("r1") = c.x + rows;
    register const uint32_t *r2 __asm__("r2") = weights;
    __asm__ volatile("ldr r0, %[x]\n\t" WEIGHTS "ldr lr, %[y]\n\t"
                     "ldr r3, %[shift]\n"
                     "1:\n\t"
                     "ldr r2, %[bias]\n\t"
                     "ldrd r10, r11, [r0], #8\n\t"
                     "ldr r12, [r0]\n\t"
                     "smlad r2, r10, r4, r2\n\t"
                     "smlad r2, r11, r5, r2\n\t"
                     "smlad r2, r12, r6, r2\n\t"
                     "ldrd r10, r11, [r1], #8\n\t"
                     "ldr r12, [r1]\n\t"
                     "smlabt r2, r10, r7, r2\n\t"
                     "smlabt r2, r11, r8, r2\n\t"
                     "smlabt r2, r12, r9, r2\n\t"
                     "ldrd r10, r11, %[scale]\n\t" SCALE("r12", "r2", "") "strb r12, [lr]\n\t"
                                                                          "ldr r2, %[row]\n\t"
                                                                          "add lr, lr, r2\n\t"
                                                                          "ldr r2, %[y_end]\n\t"
                                                                          "cmp lr, r2\n\t"
                                                                          "bne 1b\n\t"
                     : "+r"(r1), "+r"(r2)
                     : [x] "m"(c.x), [y] "m"(c.y), [y_end] "m"(c.y_end), [row] "m"(c.row), [bias] "m"(c.bias),
                       [scale] "m"(c.multiplier), [half] "m"(c.half), [shift] "m"(c.shift)
                     : "r0", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

#endif

static int8_t scaled(const column *c, int32_t doubled)
{
    const int32_t h = th_smmlar(doubled, c->multiplier, c->half);
    return th_ssat_8((h + (doubled >> 31)) >> c->shift);
}

#if !defined(__ARM_FEATURE_DSP)

static void column_3x3(const column *c, const uint32_t *weights, int32_t rows)
{
    const uint32_t *x = c->x;
    for (int8_t *y = c->y; y != c->y_end; y += c->row, x++) {
        int32_t first = c->bias, second = c->bias;
        for (int32_t i = 0; i < 3; i++) {
            first = th_smlabt(x[rows + i], weights[3 + i], th_smlad(x[i], weights[i], first));
            second = th_smlad(x[rows + i], weights[3 + i], th_smlatb(x[i], weights[i], second));
        }
        y[c->stride] = scaled(c, second);
        y[0] = scaled(c, first);
    }
}

static void column_3x3_stride_2(const column *c, const uint32_t *weights, int32_t rows)
{
    const uint32_t *x = c->x;
    for (int8_t *y = c->y; y != c->y_end; y += c->row, x += 2) {
        int32_t sum = c->bias;
        for (int32_t i = 0; i < 3; i++) sum = th_smlabt(x[rows + i], weights[3 + i], th_smlad(x[i], weights[i], sum));
        *y = scaled(c, sum);
    }
}

#endif

/* Weights of one channel, doubled, for the two functions above: (w0 w1) of three rows, (w1 w2) of three rows. */
static void load_3x3(const int8_t *w, uint32_t *words)
{
    for (int32_t i = 0; i < 3; i++, w += 3) {
        words[i] = th_pack_16(2 * w[0], 2 * w[1]);
        words[3 + i] = th_pack_16(2 * w[1], 2 * w[2]);
    }
}

/* Weights of one channel, doubled: [column pair][row] for a window that starts at an even column, then for an odd one.
 */
static void load_any(const th_window *w, const int8_t *weights, uint32_t *words)
{
    for (int32_t odd = 0; odd < 2; odd++)
        for (int32_t j = -odd; j < w->filter_w + 1 - odd && j < w->filter_w; j += 2)
            for (int32_t i = 0; i < w->filter_h; i++) {
                const int8_t *row = weights + i * w->filter_w;
                *words++ = th_pack_16(j >= 0 ? 2 * row[j] : 0, j + 1 < w->filter_w ? 2 * row[j + 1] : 0);
            }
}

/* Any filter and stride: one column of outputs.  n: words of weights. */
static void column_any(const column *c, const th_window *w, const uint32_t *weights, int32_t n, int32_t rows)
{
    const uint32_t *x = c->x;
    for (int8_t *y = c->y; y != c->y_end; y += c->row, x += w->stride_h) {
        int32_t sum = c->bias;
        if (w->dilation_h == 1 && (rows == w->filter_h || n == w->filter_h)) { /* one piece */
            for (int32_t i = 0; i < n; i++) sum = th_smlad(x[i], weights[i], sum);
        } else {
            const uint32_t *xx = x, *ww = weights;
            for (const uint32_t *end = weights + n; ww != end; xx += rows)
                for (int32_t i = 0; i < w->filter_h; i++) sum = th_smlad(xx[i * w->dilation_h], *ww++, sum);
        }
        *y = scaled(c, sum);
    }
}

/* All columns of one channel. */
static void channel(const th_window *w, column *c, plane p, const uint32_t *words, const int8_t *weights,
                    uint32_t *loaded, int8_t *y)
{
    const int32_t is_3x3 =
        w->filter_h == 3 && w->filter_w == 3 && w->dilation_h == 1 && w->stride_h == w->stride_w && w->stride_h <= 2;
    const int32_t even = (w->filter_w + 1) / 2 * w->filter_h, odd = phase_words(w);
    if (is_3x3)
        load_3x3(weights, loaded);
    else
        load_any(w, weights, loaded);
    const int32_t step = is_3x3 && w->stride_w == 1 ? 2 : 1;
    for (int32_t ox = 0; ox < w->out_w; ox += step) {
        const int32_t first = ox * w->stride_w;
        c->x = words + first / 2 * p.rows;
        c->y = y + (ptrdiff_t)ox * w->out_c;
        c->y_end = c->y + (ptrdiff_t)w->out_h * c->row;
        c->stride = ox + 1 < w->out_w ? w->out_c : 0;
        if (!is_3x3)
            column_any(c, w, loaded + (first & 1 ? even : 0), first & 1 ? odd : even, p.rows);
        else if (step == 2)
            column_3x3(c, loaded, p.rows);
        else
            column_3x3_stride_2(c, loaded, p.rows);
    }
}

void th_depthwise_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_dsp_par *p = (const th_depthwise_dsp_par *)par;
    const th_window *w = &p->win;
    const plane size = plane_of(w);
    const int32_t per_input = w->out_c / w->in_c, taps = w->filter_h * w->filter_w;
    uint32_t *words = (uint32_t *)scratch, *loaded = words + size.rows * size.pairs;
    column c;
    c.row = w->out_w * w->out_c;
    memset(words, 0, 4 * (size_t)size.rows * (size_t)size.pairs);
    for (int32_t b = 0; b < w->batches; b++) {
        const int8_t *x = (const int8_t *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
        int8_t *y = (int8_t *)out[0] + (ptrdiff_t)b * w->out_h * c.row;
        for (int32_t o = 0; o < w->out_c; o++) {
            const int32_t shift = p->shift[o];
            if (o % per_input == 0) widen_plane(w, size, x + o / per_input, p->in_zero, words);
            c.bias = 2 * p->bias[o];
            c.multiplier = p->multiplier[o];
            c.half = (INT32_C(1) << (shift - 1)) + p->out_zero * (INT32_C(1) << shift);
            c.shift = shift;
            channel(w, &c, size, words, p->weights + o * taps, loaded, y + o);
        }
        th_tile_clamp(y, w->out_h * w->out_w * w->out_c, p->act_min, p->act_max);
    }
}
