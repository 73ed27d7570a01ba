/* Rows are copied, taps become addresses, lines are cut into pieces that fit the sums' buffer. */
#include "nn/vec/depthwise.h"

#include "nn/requant.h"
#include "nn/vec/copy.h"

#include <string.h>

/* One pixel's channels, each as often as it has outputs. */
TH_INLINE void put(const th_window *w, const char *from, int32_t bytes, char *to)
{
    const int32_t times = w->out_c / w->in_c;
    if (times == 1) {
        th_vec_copy(to, from, w->in_c * bytes);
        return;
    }
    for (int32_t c = 0; c < w->in_c; c++, from += bytes)
        for (int32_t k = 0; k < times; k++, to += bytes) memcpy(to, from, (size_t)bytes);
}

/* Pixels first .. end of a phase come from the picture, `from` being the first of them; those around are padding. */
static void copy_phase(const th_lines *l, const char *from, int32_t first, int32_t end, int32_t bytes, int32_t zero,
                       char *to)
{
    const th_window *w = &l->win;
    const int32_t pixel = w->out_c * bytes;
    const ptrdiff_t step = (ptrdiff_t)w->stride_w * w->in_c * bytes;
    if (end < first) end = first;
    memset(to, (int)zero, (size_t)first * (size_t)pixel);
    memset(to + (ptrdiff_t)end * pixel, (int)zero, (size_t)(l->phase - end) * (size_t)pixel);
    to += (ptrdiff_t)first * pixel;
    if (w->stride_w == 1 && w->out_c == w->in_c) {
        memcpy(to, from, (size_t)(end - first) * (size_t)pixel);
        return;
    }
    for (int32_t k = first; k < end; k++, from += step, to += pixel) put(w, from, bytes, to);
}

/* Input row iy with its padding, sorted by phase.  `zero`: the bytes of padding. */
static void copy_row(const th_lines *l, const char *picture, int32_t iy, int32_t bytes, int32_t zero, char *to)
{
    const th_window *w = &l->win;
    const int32_t left = w->pad_left, stride = w->stride_w, phase = l->phase * w->out_c * bytes;
    if (iy < 0 || iy >= w->in_h) {
        memset(to, (int)zero, (size_t)l->row);
        return;
    }
    const char *from = picture + (ptrdiff_t)iy * w->in_w * w->in_c * bytes;
    for (int32_t s = 0; s < stride; s++, to += phase) {
        const int32_t first = left > s ? (left - s + stride - 1) / stride : 0; /* those in the picture */
        const int32_t end = (w->in_w + left - s + stride - 1) / stride;
        copy_phase(l, from + (ptrdiff_t)(first * stride + s - left) * w->in_c * bytes, th_least(first, l->phase),
                   th_least(end, l->phase), bytes, zero, to);
    }
    memset(to, (int)zero, (size_t)(l->row - stride * phase)); /* what the last block reads too much */
}

/* What is in scratch, and where the taps of an output row begin. */
typedef struct copies {
    const void *tap[TH_LINE_TAPS];
    int32_t next; /* input row: those before it are there, as far as they were needed */
} copies;

/* Copies what output row oy (of all batches) needs and the row before it did not have, and lists the addresses of its
 * taps.  Taps that only fill the last group have weight 0: any address does.  first: nothing is there yet. */
static void prepare_row(const th_lines *l, const char *x, int32_t oy, int32_t first, int32_t bytes, int32_t zero,
                        int32_t group, char *scratch, copies *ring)
{
    const th_window *w = &l->win;
    const char *picture = x + (ptrdiff_t)(oy / w->out_h) * w->in_h * w->in_w * w->in_c * bytes;
    const int32_t iy = oy % w->out_h * w->stride_h - w->pad_top;
    int32_t n = 0;
    if (first || oy % w->out_h == 0 || w->dilation_h != 1) ring->next = iy;
    for (int32_t i = 0; i < w->filter_h; i++) {
        const int32_t y = iy + i * w->dilation_h, slot = w->dilation_h == 1 ? (y + w->pad_top) % w->filter_h : i;
        char *row = scratch + (ptrdiff_t)slot * l->row;
        if (y >= ring->next) {
            copy_row(l, picture, y, bytes, zero, row);
            ring->next = y + 1;
        }
        for (int32_t j = 0; j < w->filter_w; j++) {
            const int32_t column = j * w->dilation_w;
            ring->tap[n++] =
                row + ((ptrdiff_t)(column % w->stride_w) * l->phase + column / w->stride_w) * w->out_c * bytes;
        }
    }
    for (; n < l->n_groups * group; n++) ring->tap[n] = ring->tap[0];
}

/* Lines of a row of output, and their length in numbers. */
typedef struct lines {
    int32_t n, length;
} lines;

static lines lines_of(const th_lines *l)
{
    return l->flow ? (lines){1, l->win.out_w * l->win.out_c} : (lines){l->win.out_w, l->win.out_c};
}

static void finish_wide(const th_finish_s8 *f)
{
    for (int32_t c = 0; c < f->n; c++)
        f->y[c] =
            th_requant_s8(th_add_wrap(f->sums[c], f->bias[c]), f->multiplier[c], f->shift[c], f->zero, f->lo, f->hi);
}

/* One line: `at` is its first byte in every tap. */
static void line_s8(const th_vec *v, const th_depthwise_s8_par *p, const void *const *tap, ptrdiff_t at, int32_t n,
                    int8_t *y)
{
    const th_lines *l = &p->l;
    const int32_t lanes = v->line_lanes, n_blocks = (n + lanes - 1) / lanes, most = TH_LINE_LANES / lanes;
    const int32_t w_block = l->n_groups * v->line_group * lanes * v->line_w_bytes;
    const char *weights = v->line_w_bytes == 1 ? (const char *)p->s8.w8 : (const char *)p->s8.w16;
    int32_t sums[TH_LINE_LANES];
    th_line job = {.tap = tap, .n_groups = l->n_groups};
    job.sums = sums;
    for (int32_t b = 0, first = 0; b < n_blocks; b += job.blocks) {
        job.at = at + (ptrdiff_t)b * lanes;
        job.w = weights + (ptrdiff_t)first * w_block;
        job.blocks = th_least(th_least(most, n_blocks - b), l->period - first);
        v->line_s8(&job);
        const th_finish_s8 f = {
            .sums = sums,
            .bias = p->s8.bias + first * lanes,
            .multiplier = p->s8.multiplier + first * lanes,
            .shift = p->s8.shift + first * lanes,
            .rows = 1,
            .n = th_least(job.blocks * lanes, n - b * lanes),
            .zero = p->s8.out_zero,
            .lo = p->s8.act_min,
            .hi = p->s8.act_max,
            .y = y + b * lanes,
        };
        if (p->s8.to_right)
            v->finish_s8(&f);
        else
            finish_wide(&f);
        first += job.blocks;
        if (first == l->period) first = 0;
    }
}

void th_depthwise_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of)
{
    const th_depthwise_s8_par *p = (const th_depthwise_s8_par *)par;
    const th_window *w = &p->l.win;
    const lines all = lines_of(&p->l);
    const int32_t rows = w->batches * w->out_h;
    const int32_t begin = (int32_t)((int64_t)rows * part / of), end = (int32_t)((int64_t)rows * (part + 1) / of);
    copies ring;
    for (int32_t oy = begin; oy < end; oy++) {
        int8_t *y = (int8_t *)out[0] + (ptrdiff_t)oy * w->out_w * w->out_c;
        prepare_row(&p->l, (const char *)in[0], oy, oy == begin, 1, p->s8.in_zero, v->line_group, (char *)scratch,
                    &ring);
        for (int32_t k = 0; k < all.n; k++)
            line_s8(v, p, ring.tap, (ptrdiff_t)k * all.length, all.length, y + (ptrdiff_t)k * all.length);
    }
}

/* Whole blocks go to y without a detour. */
static void line_f32(const th_vec *v, const th_depthwise_f32_par *p, const void *const *tap, ptrdiff_t at, int32_t n,
                     float *y)
{
    const th_lines *l = &p->l;
    const int32_t lanes = v->lanes, whole = n / lanes;
    float sums[TH_TILE_LANES];
    th_line job = {.tap = tap, .lo = p->act_min, .hi = p->act_max, .n_groups = l->n_groups};
    for (int32_t b = 0, first = 0; b * lanes < n; b += job.blocks) {
        job.at = (at + (ptrdiff_t)b * lanes) * 4;
        job.w = p->w + (ptrdiff_t)first * l->n_groups * lanes;
        job.bias = p->bias + first * lanes;
        job.blocks = b < whole ? th_least(whole - b, l->period - first) : 1;
        job.sums = sums;
        if (b < whole) job.sums = y + b * lanes;
        v->line_f32(&job);
        if (b == whole) memcpy(y + b * lanes, sums, (size_t)(n - b * lanes) * sizeof *y);
        first += job.blocks;
        if (first == l->period) first = 0;
    }
}

void th_depthwise_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                      int32_t part, int32_t of)
{
    const th_depthwise_f32_par *p = (const th_depthwise_f32_par *)par;
    const th_window *w = &p->l.win;
    const lines all = lines_of(&p->l);
    const int32_t rows = w->batches * w->out_h;
    const int32_t begin = (int32_t)((int64_t)rows * part / of), end = (int32_t)((int64_t)rows * (part + 1) / of);
    copies ring;
    for (int32_t oy = begin; oy < end; oy++) {
        float *y = (float *)out[0] + (ptrdiff_t)oy * w->out_w * w->out_c;
        prepare_row(&p->l, (const char *)in[0], oy, oy == begin, 4, 0, 1, (char *)scratch, &ring);
        for (int32_t k = 0; k < all.n; k++)
            line_f32(v, p, ring.tap, (ptrdiff_t)k * all.length, all.length, y + (ptrdiff_t)k * all.length);
    }
}
