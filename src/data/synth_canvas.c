#include "data/synth_canvas.h"

#include <math.h>
#include <stddef.h>

static float clamp01(float v)
{
    return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v;
}

/* Pixels that a shape between these may touch. */
typedef struct window {
    int32_t x0, y0, x1, y1;
} window;

static int32_t inside(const th_canvas *c, float v)
{
    return v < 0.0f ? 0 : v > (float)c->side ? c->side : (int32_t)v;
}

static window window_of(const th_canvas *c, float x0, float y0, float x1, float y1)
{
    return (window){inside(c, x0 - 1.0f), inside(c, y0 - 1.0f), inside(c, x1 + 2.0f), inside(c, y1 + 2.0f)};
}

static void blend(th_canvas *c, int32_t x, int32_t y, float distance, float shade, const th_paint *p)
{
    const float cover = clamp01(0.5f - distance) * (1.0f - p->clear);
    float *px = c->px + 3 * ((size_t)y * (size_t)c->side + (size_t)x);
    for (int k = 0; k < 3; k++) px[k] += cover * (p->rgb[k] * shade - px[k]);
}

/* Light on a surface whose normal leans by (u, v) out of the picture's plane: Lambert's cosine, and what comes from all
 * sides. */
static float lit(const th_canvas *c, float u, float v)
{
    const float front = sqrtf(clamp01(1.0f - u * u - v * v));
    const float own = sqrtf(clamp01(1.0f - c->light[0] * c->light[0] - c->light[1] * c->light[1]));
    const float cosine = u * c->light[0] + v * c->light[1] + front * own;
    return 0.45f + 0.65f * (cosine > 0.0f ? cosine : 0.0f);
}

void th_canvas_limb(th_canvas *c, float ax, float ay, float ra, float bx, float by, float rb, const th_paint *p)
{
    const float most = ra > rb ? ra : rb, dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy + 1e-6f;
    const window w = window_of(c, (ax < bx ? ax : bx) - most, (ay < by ? ay : by) - most, (ax > bx ? ax : bx) + most,
                               (ay > by ? ay : by) + most);
    for (int32_t y = w.y0; y < w.y1; y++)
        for (int32_t x = w.x0; x < w.x1; x++) {
            const float px = (float)x + 0.5f - ax, py = (float)y + 0.5f - ay;
            const float along = clamp01((px * dx + py * dy) / length2), radius = ra + (rb - ra) * along + 1e-3f;
            const float ox = px - along * dx, oy = py - along * dy, far = sqrtf(ox * ox + oy * oy);
            if (far - radius > 0.5f) continue;
            const float lean = far > radius ? 1.0f / far : 1.0f / radius;
            const float band = sinf(along * sqrtf(length2) * 1.2f) > 0.0f ? 1.0f - p->stripes : 1.0f;
            blend(c, x, y, far - radius, band * lit(c, ox * lean, oy * lean), p);
        }
}

void th_canvas_box(th_canvas *c, float x, float y, float w, float h, float angle, const th_paint *p)
{
    const float cs = cosf(angle), sn = sinf(angle), reach = sqrtf(w * w + h * h);
    const window k = window_of(c, x - reach, y - reach, x + reach, y + reach);
    for (int32_t j = k.y0; j < k.y1; j++)
        for (int32_t i = k.x0; i < k.x1; i++) {
            const float px = (float)i + 0.5f - x, py = (float)j + 0.5f - y;
            const float u = cs * px + sn * py, v = cs * py - sn * px, du = fabsf(u) - w, dv = fabsf(v) - h;
            const float band = sinf(v * 1.2f) > 0.0f ? 1.0f - p->stripes : 1.0f;
            blend(c, i, j, du > dv ? du : dv, band * (0.9f + 0.15f * (u * c->light[0] / w + v * c->light[1] / h)), p);
        }
}

void th_canvas_oval(th_canvas *c, float x, float y, float w, float h, const th_paint *p)
{
    const window k = window_of(c, x - w, y - h, x + w, y + h);
    for (int32_t j = k.y0; j < k.y1; j++)
        for (int32_t i = k.x0; i < k.x1; i++) {
            const float u = ((float)i + 0.5f - x) / w, v = ((float)j + 0.5f - y) / h, far = sqrtf(u * u + v * v);
            const float lean = far > 1.0f ? 1.0f / far : 1.0f;
            blend(c, i, j, (far - 1.0f) * (w < h ? w : h), lit(c, u * lean, v * lean), p);
        }
}

/* Numbers on a grid, smooth between (value noise): 0 to 1. */
static float blotch(uint64_t key, float x, float y)
{
    const float fx = floorf(x), fy = floorf(y), u = x - fx, v = y - fy;
    float at[4];
    for (int k = 0; k < 4; k++) {
        th_rng r = th_rng_make(key, (uint64_t)((int64_t)fx + (k & 1) + 4096) << 32 |
                                        (uint64_t)((int64_t)fy + (k >> 1) + 4096));
        at[k] = th_rng_unit(&r);
    }
    return (at[0] + u * (at[1] - at[0])) * (1.0f - v) + (at[2] + u * (at[3] - at[2])) * v;
}

void th_canvas_ground(th_canvas *c, th_rng *r, float top, float bottom, const float from[3], const float to[3],
                      float rough, float size)
{
    const uint64_t key = th_rng_u32(r);
    for (int32_t y = inside(c, top); y < inside(c, bottom); y++)
        for (int32_t x = 0; x < c->side; x++) {
            float *px = c->px + 3 * ((size_t)y * (size_t)c->side + (size_t)x);
            const float part = ((float)y - top) / (bottom - top);
            const float b = blotch(key, (float)x / size, (float)y / size) +
                            0.5f * blotch(key + 1, 3.0f * (float)x / size, 3.0f * (float)y / size) - 0.75f;
            for (int k = 0; k < 3; k++) px[k] = (from[k] + part * (to[k] - from[k])) * (1.0f + rough * b);
        }
}

/* One pass of the box along a line of n pixels that are `step` apart. */
static void blur_line(const float *from, float *to, int32_t n, size_t step, int32_t reach)
{
    for (int32_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++) {
            float sum = 0.0f;
            for (int32_t j = i - reach; j <= i + reach; j++) {
                const int32_t at = j < 0 ? 0 : j >= n ? n - 1 : j;
                sum += from[(size_t)at * step + k];
            }
            to[(size_t)i * step + k] = sum / (float)(2 * reach + 1);
        }
}

void th_canvas_expose(th_canvas *c, th_rng *r, float *scratch, int32_t blur, const float exposure[3], float gamma,
                      float noise, uint8_t *rgb)
{
    const size_t side = (size_t)c->side;
    for (int pass = 0; pass < 3 && blur > 0; pass++) {
        for (size_t y = 0; y < side; y++) blur_line(c->px + 3 * side * y, scratch + 3 * side * y, c->side, 3, blur);
        for (size_t x = 0; x < side; x++) blur_line(scratch + 3 * x, c->px + 3 * x, c->side, 3 * side, blur);
    }
    for (size_t i = 0; i < 3 * side * side; i++) {
        const float v = clamp01(exposure[i % 3] * c->px[i] + noise * th_rng_normal(r));
        rgb[i] = (uint8_t)(255.0f * powf(v, gamma) + 0.5f);
    }
}
