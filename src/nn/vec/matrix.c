/* The driver: tiles of pixels, and for each of them blocks of channels. */
#include "nn/vec/matrix.h"

#include "nn/sums_s16.h"
#include "nn/taps.h"
#include "nn/vec/copy.h"

#include <string.h>

/* What one part does: pixels in steps of a tile or of an output row, and in each group units [unit, unit_end). */
typedef struct share {
    int32_t pixel, pixel_end, unit, unit_end;
} share;

static int32_t fraction(int32_t n, int32_t part, int32_t of)
{
    return (int32_t)((int64_t)n * part / of);
}

static int32_t by_rows(const th_matrix *m)
{
    return m->from == TH_FROM_ROWS || m->from == TH_FROM_PADDED;
}

/* By pixels if there are enough, else by channels. */
static share share_of(const th_vec *v, const th_matrix *m, int32_t part, int32_t of)
{
    const int32_t n_pixels = m->win.batches * m->win.out_h * m->win.out_w, n_units = m->stride_n / v->lanes;
    const int32_t step = by_rows(m) ? m->win.out_w : v->rows, n_steps = (n_pixels + step - 1) / step;
    if (n_steps < of) return (share){0, n_pixels, fraction(n_units, part, of), fraction(n_units, part + 1, of)};
    const int32_t end = fraction(n_steps, part + 1, of) * step;
    return (share){fraction(n_steps, part, of) * step, end < n_pixels ? end : n_pixels, 0, n_units};
}

/* Where numbers of `bytes` bytes are, and what stands for those outside the picture: zero bytes. */
typedef struct source {
    const char *x; /* at the group's first channel */
    int32_t bytes, zero;
} source;

/* Rows of taps that lie side by side, `n` bytes each. */
TH_INLINE void copy_rows(char *to, ptrdiff_t to_row, const char *from, ptrdiff_t from_row, int32_t rows, int32_t n)
{
    for (; rows > 0; rows--, to += to_row, from += from_row) th_vec_copy(to, from, n);
}

/* All taps of one output pixel, in the order of the filter. */
static void collect(const th_matrix *m, const source *s, int32_t pixel, char *to)
{
    const th_window *w = &m->win;
    const int32_t ox = pixel % w->out_w, row = pixel / w->out_w, b = row / w->out_h;
    const int32_t iy0 = row % w->out_h * w->stride_h - w->pad_top, ix0 = ox * w->stride_w - w->pad_left;
    const int32_t n = w->in_c / m->groups * s->bytes, step = w->in_c * s->bytes;
    const ptrdiff_t to_row = (ptrdiff_t)w->filter_w * n, from_row = (ptrdiff_t)w->dilation_h * w->in_w * step;
    int32_t lo, hi, top, bottom;
    th_window_taps(ix0, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    th_window_taps(iy0, w->dilation_h, w->filter_h, w->in_h, &top, &bottom);
    if (hi - lo < w->filter_w || bottom - top < w->filter_h) memset(to, (int)s->zero, (size_t)(w->filter_h * to_row));
    if (lo >= hi || top >= bottom) return;
    const char *from = s->x + (((ptrdiff_t)b * w->in_h + iy0) * w->in_w + ix0) * step + top * from_row;
    to += top * to_row;
    if (w->dilation_w == 1 && m->groups == 1) {
        const int32_t side = (hi - lo) * n;
        if (side == 8) /* known lengths are one load and one store */
            copy_rows(to + lo * n, to_row, from + lo * n, from_row, bottom - top, 8);
        else if (side == 9)
            copy_rows(to + lo * n, to_row, from + lo * n, from_row, bottom - top, 9);
        else if (side == 48)
            copy_rows(to + lo * n, to_row, from + lo * n, from_row, bottom - top, 48);
        else if (side == 96)
            copy_rows(to + lo * n, to_row, from + lo * n, from_row, bottom - top, 96);
        else
            copy_rows(to + lo * n, to_row, from + lo * n, from_row, bottom - top, side);
        return;
    }
    for (int32_t j = lo; j < hi; j++)
        copy_rows(to + j * n, to_row, from + (ptrdiff_t)j * w->dilation_w * step, from_row, bottom - top, n);
}

typedef void (*widener)(const int8_t *x, int32_t n, int16_t *y); /* NULL: numbers stay as they are */

static void fill(const source *s, widener widen, char *to, int32_t n)
{
    if (!widen) {
        memset(to, (int)s->zero, (size_t)n * (size_t)s->bytes);
        return;
    }
    for (int32_t i = 0; i < n; i++) ((int16_t *)(void *)to)[i] = (int16_t)s->zero;
}

/* The rows that an output row looks at, with their padding. */
static void pad_rows(const th_matrix *m, const source *s, widener widen, int32_t row, char *to)
{
    const th_window *w = &m->win;
    const int32_t bytes = widen ? 2 : s->bytes, n = ((w->out_w - 1) * w->stride_w + w->filter_w) * w->in_c;
    const int32_t left = th_least(w->pad_left * w->in_c, n), here = th_least(w->in_w * w->in_c, n - left);
    int32_t iy = row % w->out_h * w->stride_h - w->pad_top;
    for (int32_t i = 0; i < w->filter_h; i++, iy += w->dilation_h, to += (ptrdiff_t)m->pitch * bytes) {
        if (iy < 0 || iy >= w->in_h) {
            fill(s, widen, to, n);
            continue;
        }
        const char *from = s->x + ((ptrdiff_t)(row / w->out_h) * w->in_h + iy) * w->in_w * w->in_c * s->bytes;
        fill(s, widen, to, left);
        if (widen)
            widen((const int8_t *)from, here, (int16_t *)(void *)to + left);
        else
            memcpy(to + (ptrdiff_t)left * bytes, from, (size_t)here * (size_t)bytes);
        fill(s, widen, to + (ptrdiff_t)(left + here) * bytes, n - left - here);
    }
}

/* The next pixels of an output row, in tiles of about the same size; the first tile makes copies of the rows. */
static void take_rows(const th_vec *v, const th_matrix *m, const source *s, widener widen, int32_t pixel, char *scratch,
                      th_tile *t)
{
    const th_window *w = &m->win;
    const int32_t row = pixel / w->out_w, ox = pixel % w->out_w, left = w->out_w - ox;
    const int32_t n_tiles = (left + v->rows - 1) / v->rows, bytes = widen ? 2 : s->bytes;
    const char *x = scratch;
    if (m->from == TH_FROM_ROWS)
        x = s->x + ((ptrdiff_t)(row / w->out_h) * w->in_h + row % w->out_h * w->stride_h) * w->in_w * w->in_c * bytes;
    else if (ox == 0)
        pad_rows(m, s, widen, row, scratch);
    t->rows = (left + n_tiles - 1) / n_tiles;
    t->x_row = (ptrdiff_t)w->stride_w * w->in_c * bytes;
    t->x_segment = (ptrdiff_t)m->pitch * bytes;
    t->x = x + ox * t->x_row;
}

/* Points the tile to the taps of the pixels before `end` that it has room for: the picture itself, or a copy in
 * scratch. */
static void take(const th_vec *v, const th_matrix *m, const source *s, int32_t pixel, int32_t end, char *scratch,
                 th_tile *t)
{
    if (by_rows(m)) {
        take_rows(v, m, s, NULL, pixel, scratch, t);
        return;
    }
    t->rows = th_least(v->rows, end - pixel);
    if (m->from == TH_FROM_PICTURE) {
        t->x_row = (ptrdiff_t)m->win.in_c * s->bytes;
        t->x = s->x + pixel * t->x_row;
        return;
    }
    t->x_row = (ptrdiff_t)TH_MATRIX_ROW(m->n_k) * s->bytes;
    t->x = scratch;
    for (int32_t r = 0; r < t->rows; r++) collect(m, s, pixel + r, scratch + r * t->x_row);
}

/* The same for int8 that have to be widened.  Scratch: the wide rows, then one row of bytes. */
static void take_wide(const th_vec *v, const th_matrix *m, const source *s, int32_t pixel, int32_t end, char *scratch,
                      th_tile *t)
{
    if (by_rows(m)) {
        take_rows(v, m, s, v->widen, pixel, scratch, t);
        return;
    }
    t->rows = th_least(v->rows, end - pixel);
    const int32_t row = TH_MATRIX_ROW(m->n_k);
    char *narrow = scratch + (ptrdiff_t)v->rows * row * 2;
    t->x_row = (ptrdiff_t)row * 2;
    t->x = scratch;
    for (int32_t r = 0; r < t->rows; r++) {
        const char *from = narrow;
        if (m->from == TH_FROM_PICTURE)
            from = s->x + (ptrdiff_t)(pixel + r) * m->win.in_c;
        else
            collect(m, s, pixel + r, narrow);
        v->widen((const int8_t *)from, m->n_k, (int16_t *)(void *)(scratch + r * t->x_row));
    }
}

/* bytes: of the weights that one group meets in a unit. */
static th_tile tile_of(const th_matrix *m, int32_t bytes)
{
    return (th_tile){
        .n_segments = m->n_segments, .n_groups = m->n_groups, .w_unit = (ptrdiff_t)m->n_segments * m->n_groups * bytes};
}

/* Any shift. */
static void finish_wide_s8(const th_finish_s8 *f)
{
    for (int32_t r = 0; r < f->rows; r++)
        for (int32_t c = 0; c < f->n; c++)
            f->y[r * f->y_row + c] = th_requant_s8(th_add_wrap(f->sums[r * f->sums_row + c], f->bias[c]),
                                                   f->multiplier[c], f->shift[c], f->zero, f->lo, f->hi);
}

void th_matrix_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                  int32_t part, int32_t of)
{
    const th_matrix_s8_par *p = (const th_matrix_s8_par *)par;
    const th_matrix *m = &p->m;
    const int32_t per_group = m->win.out_c / m->groups, bytes = v->s8_bytes;
    const share mine = share_of(v, m, part, of);
    const char *weights = bytes == 1 ? (const char *)p->s8.w8 : (const char *)p->s8.w16;
    int32_t sums[TH_TILE_ROWS * TH_TILE_UNITS / 2 * TH_TILE_LANES];
    th_tile t = tile_of(m, v->s8_group * v->lanes * bytes);
    t.sums = sums;
    for (int32_t g = 0; g < m->groups; g++) {
        const source s = {(const char *)in[0] + g * (m->win.in_c / m->groups), 1, p->s8.in_zero};
        for (int32_t pixel = mine.pixel; pixel < mine.pixel_end; pixel += t.rows) {
            if (bytes == 1)
                take(v, m, &s, pixel, mine.pixel_end, (char *)scratch, &t);
            else
                take_wide(v, m, &s, pixel, mine.pixel_end, (char *)scratch, &t);
            for (int32_t u = mine.unit; u < mine.unit_end; u += t.units) {
                const int32_t first = g * m->stride_n + u * v->lanes;
                t.units = th_least(TH_TILE_MOST(t.rows), mine.unit_end - u);
                t.w = weights + (ptrdiff_t)(first / v->lanes) * t.w_unit;
                t.sums_row = (ptrdiff_t)t.units * v->lanes * 4;
                v->tile_s8(&t);
                const th_finish_s8 f = {
                    .sums = sums,
                    .sums_row = t.units * v->lanes,
                    .bias = p->s8.bias + first,
                    .multiplier = p->s8.multiplier + first,
                    .shift = p->s8.shift + first,
                    .rows = t.rows,
                    .n = th_least(t.units * v->lanes, per_group - u * v->lanes),
                    .zero = p->s8.out_zero,
                    .lo = p->s8.act_min,
                    .hi = p->s8.act_max,
                    .y = (int8_t *)out[0] + (ptrdiff_t)pixel * m->win.out_c + g * per_group + u * v->lanes,
                    .y_row = m->win.out_c,
                };
                if (p->s8.to_right)
                    v->finish_s8(&f);
                else
                    finish_wide_s8(&f);
            }
        }
    }
}

/* --- int16: sums of 64 bits are made of pieces that fit into 32 --- */

#define PIECE 128 /* groups of two products of at most 2^22 */

static void finish_s16(const th_matrix_s16_par *p, const th_tile *t, const int64_t *sums, int32_t lanes, int32_t first,
                       int32_t n, int16_t *y)
{
    const void *bias = p->wide ? (const void *)(p->bias_wide + first) : (const void *)(p->bias_narrow + first);
    const th_scaler_s16 scale = {bias,       p->wide,   p->multiplier + first, p->shift + first, p->out_zero,
                                 p->act_min, p->act_max};
    for (int32_t r = 0; r < t->rows; r++)
        for (int32_t c = 0; c < n; c++)
            y[(ptrdiff_t)r * p->m.win.out_c + c] = th_scale_s16(&scale, sums[r * t->units * lanes + c], c, c);
}

/* All k of one tile and block of units into sums of 64 bits. */
static void sum_s16(const th_vec *v, const th_tile *whole, int32_t wide, int64_t *sums)
{
    int32_t some[TH_TILE_ROWS * TH_TILE_UNITS / 2 * TH_TILE_LANES];
    const int32_t n = whole->rows * whole->units * v->lanes;
    th_tile t = *whole;
    t.sums = some;
    t.sums_row = (ptrdiff_t)t.units * v->lanes * 4;
    if (!wide) {
        v->tile_s16(&t);
        for (int32_t i = 0; i < n; i++) sums[i] = some[i];
        return;
    }
    t.n_segments = 1;
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int32_t s = 0; s < whole->n_segments; s++) {
        t.x = (const char *)whole->x + s * whole->x_segment;
        for (int32_t left = whole->n_groups; left > 0; left -= PIECE) {
            t.n_groups = th_least(PIECE, left);
            v->tile_s16(&t);
            for (int32_t i = 0; i < n; i++) sums[i] += some[i];
            t.x = (const char *)t.x + t.n_groups * 4;
            t.w = (const char *)t.w + (ptrdiff_t)t.n_groups * v->lanes * 4;
        }
    }
}

void th_matrix_s16(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of)
{
    const th_matrix_s16_par *p = (const th_matrix_s16_par *)par;
    const th_matrix *m = &p->m;
    const int32_t per_group = m->win.out_c / m->groups;
    const share mine = share_of(v, m, part, of);
    int64_t sums[TH_TILE_ROWS * TH_TILE_UNITS / 2 * TH_TILE_LANES];
    th_tile t = tile_of(m, 2 * v->lanes * 2);
    for (int32_t g = 0; g < m->groups; g++) {
        const source s = {(const char *)in[0] + (ptrdiff_t)g * (m->win.in_c / m->groups) * 2, 2, 0};
        for (int32_t pixel = mine.pixel; pixel < mine.pixel_end; pixel += t.rows) {
            take(v, m, &s, pixel, mine.pixel_end, (char *)scratch, &t);
            for (int32_t u = mine.unit; u < mine.unit_end; u += t.units) {
                const int32_t first = g * m->stride_n + u * v->lanes;
                t.units = th_least(TH_TILE_MOST(t.rows), mine.unit_end - u);
                t.w = (const char *)p->w + (ptrdiff_t)(first / v->lanes) * t.w_unit;
                sum_s16(v, &t, p->wide, sums);
                finish_s16(p, &t, sums, v->lanes, first, th_least(t.units * v->lanes, per_group - u * v->lanes),
                           (int16_t *)out[0] + (ptrdiff_t)pixel * m->win.out_c + g * per_group + u * v->lanes);
            }
        }
    }
}

/* --- float32 --- */

/* One tile and block of units, n of their channels; whole vectors go to y without a detour. */
static void tile_f32(const th_vec *v, th_tile *t, const th_end_f32 *end, int32_t n, float *y, ptrdiff_t y_row)
{
    float sums[TH_TILE_ROWS * TH_TILE_UNITS / 2 * TH_TILE_LANES];
    const int32_t row = t->units * v->lanes;
    if (n == row) {
        t->sums = y;
        t->sums_row = y_row * 4;
        t->end = end;
        v->tile_f32(t);
        return;
    }
    t->sums = sums;
    t->sums_row = (ptrdiff_t)row * 4;
    t->end = NULL;
    v->tile_f32(t);
    const th_finish_f32 f = {sums, end->bias, row, t->rows, n, end->lo, end->hi, y, y_row};
    v->finish_f32(&f);
}

void th_matrix_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of)
{
    const th_matrix_f32_par *p = (const th_matrix_f32_par *)par;
    const th_matrix *m = &p->m;
    const int32_t per_group = m->win.out_c / m->groups, out_c = m->win.out_c;
    const share mine = share_of(v, m, part, of);
    th_tile t = tile_of(m, v->lanes * 4);
    for (int32_t g = 0; g < m->groups; g++) {
        const source s = {(const char *)in[0] + (ptrdiff_t)g * (m->win.in_c / m->groups) * 4, 4, 0};
        for (int32_t pixel = mine.pixel; pixel < mine.pixel_end; pixel += t.rows) {
            take(v, m, &s, pixel, mine.pixel_end, (char *)scratch, &t);
            for (int32_t u = mine.unit; u < mine.unit_end; u += t.units) {
                const int32_t first = g * m->stride_n + u * v->lanes;
                const th_end_f32 end = {p->bias + first, p->act_min, p->act_max};
                t.units = th_least(TH_TILE_MOST(t.rows), mine.unit_end - u);
                t.w = (const char *)p->w + (ptrdiff_t)(first / v->lanes) * t.w_unit;
                tile_f32(v, &t, &end, th_least(t.units * v->lanes, per_group - u * v->lanes),
                         (float *)out[0] + (ptrdiff_t)pixel * out_c + g * per_group + u * v->lanes, out_c);
            }
        }
    }
}
