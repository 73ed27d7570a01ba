#include "dsp/raster.h"

#include <stddef.h>
#include <string.h>

#define ONE INT32_C(65536) /* a pixel */

/* place = at + (value - from) factor / span, rounded down, in 1/65536 pixels */
typedef struct axis {
    int32_t from, at, span;
    int64_t factor;
} axis;

typedef struct place {
    int32_t x, y;
} place;

static int side_ok(int32_t first, int32_t n)
{
    return first >= INT32_C(-32768) && first <= INT32_C(32768) && n >= TH_RASTER_BOX && n <= INT32_C(65535);
}

static int cfg_ok(const th_raster_cfg *c)
{
    if (c->h < 1 || c->w < 1 || c->h > TH_RASTER_SIDE || c->w > TH_RASTER_SIDE) return 0;
    if (c->part < 1 || c->part > 256) return 0;
    return c->box.w == 0 || (side_ok(c->box.left, c->box.w) && side_ok(c->box.low, c->box.h));
}

/* The points' own box in the middle of the picture. */
static void fit(const th_raster_cfg *c, const th_point *p, int32_t n, axis *x, axis *y)
{
    int32_t left = INT16_MAX, right = INT16_MIN, low = INT16_MAX, high = INT16_MIN;
    for (int32_t i = 0; i < n; i++) {
        left = p[i].x < left ? p[i].x : left;
        right = p[i].x > right ? p[i].x : right;
        low = p[i].y < low ? p[i].y : low;
        high = p[i].y > high ? p[i].y : high;
    }
    const int32_t w = right - left, h = high - low;
    const int by_width = h == 0 || w * (c->h - 1) > h * (c->w - 1);
    const int64_t side = (int64_t)((by_width ? c->w : c->h) - 1) * c->part * (ONE / 256);
    x->span = y->span = by_width ? w : h;
    if (x->span == 0) x->span = y->span = 1; /* all points are one */
    x->from = left;
    x->factor = side;
    x->at = (int32_t)(c->w * ONE - side * w / x->span) / 2;
    y->from = high;
    y->factor = -side;
    y->at = (int32_t)(c->h * ONE - side * h / y->span) / 2;
}

/* The box that the caller wants to see. */
static void look_at(const th_raster_cfg *c, axis *x, axis *y)
{
    x->from = c->box.left;
    x->span = c->box.w;
    x->factor = (int64_t)c->w * ONE;
    y->from = c->box.low + c->box.h;
    y->span = c->box.h;
    y->factor = -(int64_t)c->h * ONE;
    x->at = y->at = 0;
}

static int32_t place_on(const axis *a, int32_t value)
{
    const int64_t way = (value - a->from) * a->factor;
    return a->at + (int32_t)(way / a->span) - (way % a->span < 0); /* down, not towards 0 */
}

static place place_of(const axis *x, const axis *y, const th_point *p)
{
    place at;
    at.x = place_on(x, p->x);
    at.y = place_on(y, p->y);
    return at;
}

/* ---- drawing ---- */

typedef struct pen {
    const th_raster_cfg *cfg;
    uint8_t *to;
    uint8_t colour[3];
} pen;

static void dip(pen *p, int32_t i, int32_t n)
{
    const int32_t steps = n > 1 ? n - 1 : 1, first = 2 * i < steps;
    const uint8_t k = (uint8_t)((255 * (2 * i - (first ? 0 : steps)) + steps / 2) / steps);
    p->colour[0] = (uint8_t)(first ? 255 - k : 0);
    p->colour[1] = (uint8_t)(first ? k : 255 - k);
    p->colour[2] = first ? 0 : k;
}

static void dot(const pen *p, int32_t x, int32_t y)
{
    if (x < 0 || y < 0 || x >= p->cfg->w * ONE || y >= p->cfg->h * ONE) return;
    memcpy(p->to + ((ptrdiff_t)(y / ONE) * p->cfg->w + x / ONE) * 3, p->colour, 3);
}

static int32_t size_of(int32_t v)
{
    return v < 0 ? -v : v;
}

static void line(const pen *p, place a, place b)
{
    const int32_t dx = b.x - a.x, dy = b.y - a.y, wide = size_of(dx) >= size_of(dy), along = size_of(wide ? dx : dy);
    const int32_t steps = along / ONE;
    const int32_t step = (wide ? dx : dy) < 0 ? -ONE : ONE,
                  slope = along ? (int32_t)((int64_t)(wide ? dy : dx) * ONE / along) : 0;
    for (int32_t i = 0; i <= steps; i++) {
        dot(p, a.x, a.y);
        a.x += wide ? step : slope;
        a.y += wide ? slope : step;
    }
    dot(p, b.x, b.y);
}

th_err th_raster_stroke(const th_raster_cfg *cfg, const th_point *points, int32_t n, uint8_t *to)
{
    axis x, y;
    pen p;
    if (!cfg_ok(cfg) || n < 1 || n > TH_RASTER_POINTS) return TH_ERANGE;
    if (cfg->box.w > 0)
        look_at(cfg, &x, &y);
    else
        fit(cfg, points, n, &x, &y);
    memset(to, 0, (size_t)cfg->h * (size_t)cfg->w * 3);
    p.cfg = cfg;
    p.to = to;
    place here = place_of(&x, &y, points);
    dip(&p, 0, n);
    dot(&p, here.x, here.y);
    for (int32_t i = 1; i < n; i++) {
        const place next = place_of(&x, &y, points + i);
        dip(&p, i - 1, n);
        line(&p, here, next);
        here = next;
    }
    return TH_OK;
}
