#include "nn/cortexm/depthwise_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/int4.h"
#include "nn/requant.h"

/* The widened plane, in words of two columns. */
typedef struct plane_size {
    int32_t rows, pairs; /* of words */
} plane_size;

static plane_size plane_of(const th_window *w)
{
    plane_size p;
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
    const plane_size p = plane_of(w);
    return 4 * ((size_t)p.rows * (size_t)p.pairs + 2 * (size_t)phase_words(w));
}

/* One channel of n rows into the words of one pair of columns; a column that is NULL is padding. */
static void widen_columns(uint32_t *to, const int8_t *a, const int8_t *b, int32_t n, int32_t row, int32_t zero)
{
    if (a && b) {
        const ptrdiff_t step = b - a;
        const uint32_t minus = th_pack_16(-zero, -zero);
        if (n & 1) *to++ = th_add_16(th_pack_16(a[0], a[step]), minus), a += row;
        for (n /= 2; n > 0; n--, a += row) {
            *to++ = th_add_16(th_pack_16(a[0], a[step]), minus);
            a += row;
            *to++ = th_add_16(th_pack_16(a[0], a[step]), minus);
        }
    } else if (a) {
        for (; n > 0; n--, a += row) *to++ = th_pack_16(*a - zero, 0);
    } else if (b) {
        for (; n > 0; n--, b += row) *to++ = th_pack_16(0, *b - zero);
    }
}

/* The same for a plane of one row: its words stand one behind the other. */
static void widen_row(const th_window *w, int32_t pairs, const int8_t *x, int32_t zero, uint32_t *words)
{
    const int32_t step = w->in_c, first = (w->pad_left + 1) / 2; /* the first word that is all picture */
    const int32_t c = 2 * first - w->pad_left, inside = (w->in_w - c) / 2, room = pairs - first;
    const uint32_t minus = th_pack_16(-zero, -zero);
    if (c == 1) words[first - 1] = th_pack_16(0, *x - zero);
    x += (ptrdiff_t)c * step;
    words += first;
    for (int32_t n = inside < room ? inside : room; n > 0; n--, x += 2 * step)
        *words++ = th_add_16(th_pack_16(x[0], x[step]), minus);
    if (inside < room && (w->in_w - c) % 2) *words = th_pack_16(*x - zero, 0);
}

/* All of one channel; the words of padding are 0 already. */
static void widen_plane(const th_window *w, plane_size p, const int8_t *x, int32_t zero, uint32_t *words)
{
    const int32_t row = w->in_w * w->in_c, below = p.rows - w->pad_top, n = below < w->in_h ? below : w->in_h;
    if (p.rows == 1 && w->in_h == 1) {
        widen_row(w, p.pairs, x, zero, words);
        return;
    }
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
        int32_t first = c->bias, second = first;
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

/* Weights of one channel, doubled: [column pair][row][2] for a window that starts at an even column, and for one that
 * starts at an odd column. */
static void load_any(const th_window *w, const int8_t *weights, uint32_t *words)
{
    const int32_t below = 2 * w->filter_h; /* words from one column pair to the next */
    for (int32_t i = 0; i < w->filter_h; i++, words += 2) {
        uint32_t *to = words;
        int32_t before = 0, here, behind;
        for (int32_t n = w->filter_w / 2; n > 0; n--, before = behind, to += below) {
            here = 2 * *weights++;
            behind = 2 * *weights++;
            to[0] = th_pack_16(here, behind);
            to[1] = th_pack_16(before, here);
        }
        here = w->filter_w & 1 ? 2 * *weights++ : 0;
        to[0] = th_pack_16(here, 0);
        to[1] = th_pack_16(before, here);
    }
}

/* Where the words of a window stand. */
typedef struct walk {
    int32_t pairs, filter_h, dilation_h, rows; /* rows: words from one column pair to the next */
    int32_t step, row;                         /* to the next output: words, and bytes in y */
    int32_t is_row;                            /* 1: outputs follow each other along the only row, else downwards */
    int32_t every;                             /* columns after which the same way of reading comes again */
} walk;

/* Any filter with stride 1 along the row: two outputs that start in the same word. */
#if defined(__ARM_FEATURE_DSP)
/* clang-format off */
TH_APART void outputs_2(const column *job, const uint32_t *weights, const walk *at)
{
    struct {
        const uint32_t *x, *w, *w_end;
        int32_t per_pair, along, step; /* bytes: weights of a column pair; in x from its end to the next, to the next output */
        column c;
    } j = {job->x, weights, weights + 2 * at->pairs * at->filter_h, 8 * at->filter_h, 4 * (at->rows - at->filter_h),
           4 * at->step, *job};
    __asm__ volatile(
        "ldrd r8, r9, %[scale]\n\t"
        "ldr r10, %[shift]\n\t"
        "ldr r11, %[y]\n\t"
        "ldrd r12, lr, %[stride]\n" /* and row */
        "1:\n\t" /* two outputs */
        "ldrd r0, r1, %[x]\n\t" /* and w */
        "ldr r7, %[per_pair]\n\t"
        "ldr r2, %[bias]\n\t"
        "add r7, r7, r1\n\t"
        "mov r3, r2\n"
        "2:\n\t"
        "ldr r4, [r0], #4\n\t"
        "ldrd r5, r6, [r1], #8\n\t"
        "cmp r1, r7\n\t"
        "smlad r2, r4, r5, r2\n\t"
        "smlad r3, r4, r6, r3\n\t"
        "bne 2b\n\t"
        "ldr r4, %[w_end]\n\t"
        "cmp r1, r4\n\t"
        "beq 3f\n\t"
        "ldrd r4, r5, %[per_pair]\n\t" /* and along */
        "add r7, r7, r4\n\t"
        "add r0, r0, r5\n\t"
        "b 2b\n"
        "3:\n\t"
        "smmlar r4, r3, r8, r9\n\t"
        "add r4, r4, r3, asr #31\n\t"
        "asr r4, r4, r10\n\t"
        "ssat r4, #8, r4\n\t"
        "strb r4, [r11, r12]\n\t" /* none: stride is 0, and the first one overwrites it */
        "smmlar r4, r2, r8, r9\n\t"
        "add r4, r4, r2, asr #31\n\t"
        "asr r4, r4, r10\n\t"
        "ssat r4, #8, r4\n\t"
        "strb r4, [r11]\n\t"
        "ldr r4, %[x]\n\t"
        "ldr r5, %[step]\n\t"
        "add r11, r11, lr\n\t"
        "add r4, r4, r5\n\t"
        "str r4, %[x]\n\t"
        "ldr r6, %[y_end]\n\t"
        "cmp r11, r6\n\t"
        "bne 1b\n\t"
        : [x] "+m"(j.x)
        : [w] "m"(j.w), [w_end] "m"(j.w_end), [per_pair] "m"(j.per_pair), [along] "m"(j.along), [step] "m"(j.step),
          [bias] "m"(j.c.bias), [scale] "m"(j.c.multiplier), [half] "m"(j.c.half), [shift] "m"(j.c.shift),
          [y] "m"(j.c.y), [y_end] "m"(j.c.y_end), [stride] "m"(j.c.stride), [row] "m"(j.c.row)
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}
/* clang-format on */
#else
static void outputs_2(const column *c, const uint32_t *weights, const walk *at)
{
    const int32_t along = at->rows - at->filter_h;
    const uint32_t *x = c->x;
    for (int8_t *y = c->y; y != c->y_end; y += c->row, x += at->step) {
        const uint32_t *xx = x, *ww = weights;
        int32_t first = c->bias, second = first;
        for (int32_t j = at->pairs; j > 0; j--, xx += along)
            for (int32_t i = at->filter_h; i > 0; i--, xx++, ww += 2) {
                const uint32_t v = *xx;
                first = th_smlad(v, ww[0], first);
                second = th_smlad(v, ww[1], second);
            }
        y[c->stride] = scaled(c, second); /* none: stride is 0, and the first one overwrites it */
        *y = scaled(c, first);
    }
}
#endif

/* One output; weights: of its kind of column. */
static void outputs_1(const column *c, const uint32_t *weights, const walk *at)
{
    const int32_t down = at->dilation_h, along = at->rows - at->filter_h * down;
    const uint32_t *x = c->x;
    for (int8_t *y = c->y; y != c->y_end; y += c->row, x += at->step) {
        const uint32_t *xx = x, *ww = weights;
        int32_t sum = c->bias;
        for (int32_t j = at->pairs; j > 0; j--, xx += along)
            for (int32_t i = at->filter_h; i > 0; i--, xx += down, ww += 2) sum = th_smlad(*xx, *ww, sum);
        *y = scaled(c, sum);
    }
}

/* Two outputs at a time. */
static int32_t in_twos(const th_window *w)
{
    return w->stride_w == 1 && w->dilation_h == 1;
}

/* How a layer's outputs are gone through, the same for all channels. */
static walk walk_of(const th_window *w, plane_size p)
{
    const int32_t together = in_twos(w) ? 2 : 1;
    walk at;
    at.pairs = w->filter_w / 2 + 1;
    at.filter_h = w->filter_h;
    at.dilation_h = w->dilation_h;
    at.rows = p.rows;
    at.is_row = w->out_h == 1;
    at.every = at.is_row ? together * (together == 1 && w->stride_w & 1 ? 2 : 1) : together;
    at.step = at.is_row ? at.every * w->stride_w / 2 * p.rows : w->stride_h;
    at.row = at.is_row ? at.every * w->out_c : w->out_w * w->out_c;
    if (p.rows == at.filter_h) at.filter_h *= at.pairs, at.pairs = 1; /* all words of a window in one piece */
    return at;
}

/* What all channels have in common. */
typedef struct job {
    const th_window *win;
    walk at;
    uint32_t *plane, *loaded; /* the widened picture, and weights */
} job;

/* n outputs from number ox of a row, as the walk goes. */
TH_INLINE void run_any(const job *j, column *c, int8_t *y, int32_t ox, int32_t n)
{
    const int32_t first = ox * j->win->stride_w;
    if (n == 0) return;
    c->x = j->plane + first / 2 * j->at.rows;
    c->y = y + (ptrdiff_t)ox * j->win->out_c;
    c->y_end = c->y + (ptrdiff_t)n * c->row;
    if (in_twos(j->win))
        outputs_2(c, j->loaded, &j->at);
    else
        outputs_1(c, j->loaded + (first & 1), &j->at);
}

/* All outputs of one channel, y: the first. */
static void channel_any(const job *j, column *c, const int8_t *weights, int8_t *y)
{
    const th_window *w = j->win;
    const walk *at = &j->at;
    load_any(w, weights, j->loaded);
    c->row = at->row;
    if (!at->is_row) { /* column by column */
        for (int32_t ox = 0; ox < w->out_w; ox += at->every) {
            c->stride = ox + 1 < w->out_w ? w->out_c : 0;
            run_any(j, c, y, ox, w->out_h);
        }
        return;
    }
    /* Along the only row; a last one alone where two go together; else even and odd columns in turn, if there are. */
    c->stride = w->out_c;
    if (in_twos(w)) {
        run_any(j, c, y, 0, w->out_w / 2);
        c->stride = 0;
        if (w->out_w & 1) run_any(j, c, y, w->out_w - 1, 1);
        return;
    }
    for (int32_t ox = 0; ox < at->every; ox++) run_any(j, c, y, ox, (w->out_w - ox + at->every - 1) / at->every);
}

static void channel_3x3(const job *j, column *c, const int8_t *weights, int8_t *y)
{
    const th_window *w = j->win;
    const int32_t rows = j->at.rows;
    load_3x3(weights, j->loaded);
    c->row = w->out_w * w->out_c;
    for (int32_t ox = 0; ox < w->out_w; ox += 3 - w->stride_w) { /* by two with stride 1, by one with stride 2 */
        c->x = j->plane + ox * w->stride_w / 2 * rows;
        c->y = y + (ptrdiff_t)ox * w->out_c;
        c->y_end = c->y + (ptrdiff_t)w->out_h * c->row;
        c->stride = ox + 1 < w->out_w ? w->out_c : 0;
        if (w->stride_w == 1)
            column_3x3(c, j->loaded, rows);
        else
            column_3x3_stride_2(c, j->loaded, rows);
    }
}

/* All channels of all pictures, with `channel` for each. */
TH_INLINE void layer(const th_depthwise_dsp_par *p, const int8_t *x, int8_t *y, uint32_t *words, int four_bits,
                     void (*channel)(const job *j, column *c, const int8_t *weights, int8_t *y))
{
    th_window win;
    th_limits limits;
    const th_window *w = &win;
    th_small_window_unpack(&p->win, &win, &limits);
    const plane_size size = plane_of(w);
    const int32_t per_input = w->out_c / w->in_c, taps = w->filter_h * w->filter_w;
    const job j = {w, walk_of(w, size), words, words + size.rows * size.pairs};
    column c;
    memset(words, 0, 4 * (size_t)size.rows * (size_t)size.pairs);
    for (int32_t b = 0; b < w->batches; b++, x += (ptrdiff_t)w->in_h * w->in_w * w->in_c) {
        for (int32_t o = 0; o < w->out_c; o++) {
            const int32_t e = p->shift[o];
            if (per_input == 1 || o % per_input == 0) widen_plane(w, size, x + o / per_input, limits.in_zero, words);
            c.bias = 2 * p->bias[o];
            c.multiplier = p->multiplier[o];
            c.half = (2 * limits.out_zero + 1) * (INT32_C(1) << e);
            c.shift = e + 1;
            int8_t *unpacked = (int8_t *)(j.loaded + 2 * phase_words(w));
            if (four_bits) th_int4_unpack((const uint8_t *)p->weights, o * taps, taps, unpacked);
            channel(&j, &c, four_bits ? unpacked : p->weights + o * taps, y + o);
        }
        th_tile_clamp(y, w->out_h * w->out_w * w->out_c, limits.act_min, limits.act_max);
        y += (ptrdiff_t)w->out_h * w->out_w * w->out_c;
    }
}

void th_depthwise_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    layer((const th_depthwise_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], (uint32_t *)scratch, 0,
          channel_any);
}

void th_depthwise_3x3_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    layer((const th_depthwise_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], (uint32_t *)scratch, 0,
          channel_3x3);
}

void th_depthwise_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    layer((const th_depthwise_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], (uint32_t *)scratch, 1,
          channel_any);
}

void th_depthwise_3x3_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    layer((const th_depthwise_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], (uint32_t *)scratch, 1,
          channel_3x3);
}
