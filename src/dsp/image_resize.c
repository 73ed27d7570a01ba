#include "dsp/image.h"

#include <string.h>

th_image th_image_of(const uint8_t *px, int32_t h, int32_t w, int32_t c)
{
    const th_image i = {px, h, w, c, w * c};
    return i;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

th_crop th_crop_middle(int32_t from_h, int32_t from_w, int32_t h, int32_t w)
{
    th_crop b;
    b.h = least(h, from_h);
    b.w = least(w, from_w);
    b.top = (from_h - b.h) / 2;
    b.left = (from_w - b.w) / 2;
    return b;
}

/* 1 .. most */
static int32_t within(int64_t n, int32_t most)
{
    return n < 1 ? 1 : n > most ? most : (int32_t)n;
}

th_crop th_crop_like(int32_t from_h, int32_t from_w, int32_t to_h, int32_t to_w)
{
    const int32_t h = within((int64_t)from_w * to_h / to_w, from_h), w = within((int64_t)from_h * to_w / to_h, from_w);
    return th_crop_middle(from_h, from_w, h, w);
}

th_err th_image_crop(const th_image *from, const th_crop *b, th_image *part)
{
    if (b->top < 0 || b->left < 0 || b->h < 1 || b->w < 1) return TH_ERANGE;
    if (b->top > from->h - b->h || b->left > from->w - b->w) return TH_ERANGE;
    *part = *from;
    part->px += (ptrdiff_t)b->top * from->stride + (ptrdiff_t)b->left * from->c;
    part->h = b->h;
    part->w = b->w;
    return TH_OK;
}

static int side_ok(int32_t n)
{
    return n >= 1 && n <= TH_IMAGE_SIDE;
}

static int size_ok(int32_t h, int32_t w, int32_t c)
{
    return side_ok(h) && side_ok(w) && h <= TH_IMAGE_PIXELS / w && (c == 1 || c == 3);
}

/* ---- nearest ---- */

/* floor((i + 1/2) from / to) for i = 0, 1, ..: a step adds `from`, and what is over counts in 1/(2 to) pixels. */
typedef struct walk {
    int32_t at, over, step, all; /* all = 2 to */
} walk;

/* shift: in the same parts; the first place is from - shift. */
static walk walk_from(int32_t from, int32_t to, int32_t shift)
{
    walk k;
    k.all = 2 * to;
    k.step = 2 * from;
    k.over = from - shift;
    k.at = 0;
    if (k.over > 0) {
        k.at = k.over / k.all;
        k.over %= k.all;
    }
    return k;
}

static void walk_on(walk *k)
{
    k->over += k->step;
    if (k->over >= k->all) {
        k->at += k->over / k->all;
        k->over %= k->all;
    }
}

static void nearest(const th_image *from, uint8_t *to, int32_t to_h, int32_t to_w)
{
    const int32_t c = from->c;
    walk v = walk_from(from->h, to_h, 0);
    for (int32_t y = 0; y < to_h; y++, walk_on(&v)) {
        const uint8_t *row = from->px + (ptrdiff_t)v.at * from->stride;
        walk h = walk_from(from->w, to_w, 0);
        for (int32_t x = 0; x < to_w; x++, walk_on(&h))
            for (int32_t k = 0; k < c; k++) *to++ = row[(ptrdiff_t)h.at * c + k];
    }
}

/* ---- bilinear ---- */

#define PARTS     INT32_C(2048)
#define PARTS_BIT 11

/* The second of the two pixels around a place, and its weight in 1/PARTS. */
static int32_t weight_of(const walk *k, int32_t size, int32_t *next)
{
    *next = k->at + 1 < size ? k->at + 1 : k->at;
    return k->over > 0 ? (k->over * PARTS + k->all / 2) / k->all : 0; /* below 0: before the first pixel's middle */
}

static void bilinear(const th_image *from, uint8_t *to, int32_t to_h, int32_t to_w)
{
    const int32_t c = from->c, half = INT32_C(1) << (2 * PARTS_BIT - 1);
    walk v = walk_from(from->h, to_h, to_h);
    for (int32_t y = 0; y < to_h; y++, walk_on(&v)) {
        int32_t below;
        const int32_t fy = weight_of(&v, from->h, &below);
        const uint8_t *top = from->px + (ptrdiff_t)v.at * from->stride,
                      *bottom = from->px + (ptrdiff_t)below * from->stride;
        walk h = walk_from(from->w, to_w, to_w);
        for (int32_t x = 0; x < to_w; x++, walk_on(&h)) {
            int32_t right;
            const int32_t fx = weight_of(&h, from->w, &right);
            for (int32_t k = 0; k < c; k++) {
                const ptrdiff_t a = (ptrdiff_t)h.at * c + k, b = (ptrdiff_t)right * c + k;
                const int32_t upper = top[a] * (PARTS - fx) + top[b] * fx,
                              lower = bottom[a] * (PARTS - fx) + bottom[b] * fx;
                *to++ = (uint8_t)((upper * (PARTS - fy) + lower * fy + half) >> (2 * PARTS_BIT));
            }
        }
    }
}

/* ---- area ---- */

size_t th_area_words(int32_t to_w, int32_t c)
{
    return 2 * (size_t)to_w * (size_t)c;
}

void th_area_again(th_area *a)
{
    a->left = a->h;
    memset(a->sum, 0, (size_t)a->to_w * (size_t)a->c * sizeof *a->sum);
}

th_err th_area_start(th_area *a, int32_t h, int32_t w, int32_t c, int32_t to_h, int32_t to_w, uint32_t *scratch)
{
    if (!size_ok(h, w, c) || !size_ok(to_h, to_w, c)) return TH_ERANGE;
    a->h = h;
    a->w = w;
    a->c = c;
    a->to_h = to_h;
    a->to_w = to_w;
    a->line = scratch;
    a->sum = scratch + (size_t)to_w * (size_t)c;
    th_area_again(a);
    return TH_OK;
}

/* line[x] = sum of the row over what output pixel x covers of it.  A pixel of the row has to_w parts, an output pixel
 * needs w of them, so both sides are walked together without a division. */
static void sum_grey(const th_area *a, const uint8_t *row)
{
    int32_t here = a->to_w; /* parts left of *row */
    for (int32_t x = 0; x < a->to_w; x++) {
        int32_t need = a->w;
        uint32_t sum = 0;
        while (need >= here) { /* the rest of this pixel */
            sum += (uint32_t)here * *row++;
            need -= here;
            here = a->to_w;
        }
        if (need > 0) {
            sum += (uint32_t)need * *row;
            here -= need;
        }
        a->line[x] = sum;
    }
}

static void sum_rgb(const th_area *a, const uint8_t *row)
{
    int32_t here = a->to_w;
    uint32_t *line = a->line;
    for (int32_t x = 0; x < a->to_w; x++, line += 3) {
        int32_t need = a->w;
        uint32_t r = 0, g = 0, b = 0;
        while (need > 0) {
            const int32_t part = least(need, here);
            r += (uint32_t)part * row[0];
            g += (uint32_t)part * row[1];
            b += (uint32_t)part * row[2];
            need -= part;
            here -= part;
            if (here == 0) {
                row += 3;
                here = a->to_w;
            }
        }
        line[0] = r;
        line[1] = g;
        line[2] = b;
    }
}

int32_t th_area_row(th_area *a, const uint8_t *row, uint8_t *to)
{
    const int32_t n = a->to_w * a->c;
    const uint32_t all = (uint32_t)a->h * (uint32_t)a->w;
    int32_t made = 0, here = a->to_h; /* parts left of this row */
    if (a->c == 1)
        sum_grey(a, row);
    else
        sum_rgb(a, row);
    while (here > 0) {
        const int32_t part = least(a->left, here);
        for (int32_t i = 0; i < n; i++) a->sum[i] += (uint32_t)part * a->line[i];
        here -= part;
        a->left -= part;
        if (a->left > 0) continue;
        for (int32_t i = 0; i < n; i++) *to++ = (uint8_t)((a->sum[i] + all / 2) / all);
        th_area_again(a);
        made++;
    }
    return made;
}

static th_err area(const th_image *from, uint8_t *to, int32_t to_h, int32_t to_w, uint32_t *scratch)
{
    th_area a;
    const th_err err = th_area_start(&a, from->h, from->w, from->c, to_h, to_w, scratch);
    if (err) return err;
    for (int32_t y = 0; y < from->h; y++)
        to += (ptrdiff_t)th_area_row(&a, from->px + (ptrdiff_t)y * from->stride, to) * to_w * from->c;
    return TH_OK;
}

th_err th_image_resize(th_image_fit fit, const th_image *from, uint8_t *to, int32_t to_h, int32_t to_w,
                       uint32_t *scratch)
{
    if (!size_ok(from->h, from->w, from->c) || !size_ok(to_h, to_w, from->c)) return TH_ERANGE;
    if (fit == TH_FIT_AREA) return area(from, to, to_h, to_w, scratch);
    if (fit == TH_FIT_NEAREST)
        nearest(from, to, to_h, to_w);
    else
        bilinear(from, to, to_h, to_w);
    return TH_OK;
}
