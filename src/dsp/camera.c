#include "dsp/camera.h"

#include "dsp/frontend.h"

#include <string.h>

static size_t rounded(size_t n)
{
    return (n + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

static int cfg_ok(const th_camera_cfg *c)
{
    const th_crop *b = &c->crop;
    if (!th_pixel_bytes(&c->pixels) || (c->c != 1 && c->c != 3)) return 0;
    if (c->to_h < 1 || c->to_w < 1 || c->to_h > TH_IMAGE_SIDE || c->to_w > TH_IMAGE_SIDE) return 0;
    if (b->top < 0 || b->left < 0 || b->h < 1 || b->w < 1) return 0;
    return b->h <= c->pixels.h && b->top <= c->pixels.h - b->h && b->w <= c->pixels.w &&
           b->left <= c->pixels.w - b->w && b->h <= TH_IMAGE_PIXELS / b->w && c->to_h <= TH_IMAGE_PIXELS / c->to_w;
}

size_t th_camera_mem(const th_camera_cfg *c)
{
    if (!cfg_ok(c)) return 0;
    const size_t bayer = th_pixel_is_bayer(c->pixels.kind) ? 2 * rounded((size_t)c->pixels.w) : 0;
    return rounded(th_area_words(c->to_w, c->c) * sizeof(uint32_t)) + rounded((size_t)c->crop.w * (size_t)c->c) + bayer;
}

th_err th_camera_init(th_camera *k, const th_camera_cfg *c, th_arena *arena)
{
    if (!cfg_ok(c)) return TH_ERANGE;
    memset(k, 0, sizeof *k);
    k->cfg = *c;
    k->sums = TH_NEW(arena, uint32_t, th_area_words(c->to_w, c->c));
    k->pixels = TH_NEW(arena, uint8_t, (size_t)c->crop.w * (size_t)c->c);
    if (!k->sums || !k->pixels) return TH_ENOMEM;
    TH_TRY(th_area_start(&k->area, c->crop.h, c->crop.w, c->c, c->to_h, c->to_w, k->sums));
    for (int i = 0; i < 2 && th_pixel_is_bayer(c->pixels.kind); i++) {
        k->held[i] = TH_NEW(arena, uint8_t, (size_t)c->pixels.w);
        if (!k->held[i]) return TH_ENOMEM;
    }
    return TH_OK;
}

void th_camera_map(float lo, float hi, float scale, int32_t zero, int8_t map[256])
{
    for (int32_t b = 0; b < 256; b++) {
        const float x = lo + (hi - lo) * (float)b / 255.0f;
        th_features_to_s8(&x, 1, scale, zero, map + b);
    }
}

void th_camera_start(th_camera *k, int8_t *tensor)
{
    k->tensor = tensor;
    k->y = k->made = 0;
    th_area_again(&k->area);
}

/* Row y of the frame, when it is in the crop -> rows of the tensor. */
static void take(th_camera *k, const th_pixel_lines *lines, int32_t y)
{
    const th_camera_cfg *c = &k->cfg;
    if (y < c->crop.top || y >= c->crop.top + c->crop.h) return;
    th_pixel_row(&c->pixels, lines, y, c->crop.left, c->crop.w, c->c, k->pixels);
    const ptrdiff_t row = (ptrdiff_t)c->to_w * c->c;
    int8_t *to = k->tensor + k->made * row;
    const int32_t n = th_area_row(&k->area, k->pixels, (uint8_t *)to);
    for (ptrdiff_t i = 0; i < n * row; i++) {
        const uint8_t b = ((uint8_t *)to)[i];
        to[i] = c->map ? c->map[b] : (int8_t)(b - 128);
    }
    k->made += n;
}

/* Bayer: a row can be read when the one below it is here. */
static void take_bayer(th_camera *k, const uint8_t *line)
{
    const int32_t y = k->y, last = k->cfg.pixels.h - 1;
    uint8_t *above = k->held[y & 1]; /* two rows up; this row takes its place */
    const uint8_t *mid = k->held[(y & 1) ^ 1];
    if (y > 0) {
        th_pixel_lines l = {{y > 1 ? above : line, mid, line}}; /* above row 0 is row 1 again */
        take(k, &l, y - 1);
    }
    if (y == last) {
        th_pixel_lines l = {{mid, line, mid}};
        take(k, &l, y);
    }
    memcpy(above, line, (size_t)k->cfg.pixels.w);
}

int32_t th_camera_row(th_camera *k, const uint8_t *line, const uint8_t *u, const uint8_t *v)
{
    if (k->made < k->cfg.to_h && k->y < k->cfg.pixels.h) {
        if (th_pixel_is_bayer(k->cfg.pixels.kind)) {
            take_bayer(k, line);
        } else {
            const th_pixel_lines l = {{line, u, v}};
            take(k, &l, k->y);
        }
        k->y++;
    }
    return k->made == k->cfg.to_h;
}

void th_camera_frame(th_camera *k, const uint8_t *frame, int8_t *tensor)
{
    th_camera_start(k, tensor);
    for (int32_t y = 0; y < k->cfg.pixels.h; y++) {
        const th_pixel_lines l = th_pixel_find(&k->cfg.pixels, frame, y);
        take(k, &l, y);
    }
}

int32_t th_camera_gain(float scale)
{
    const float gain = scale * 16777216.0f + 0.5f;
    return gain < 8388607.0f ? (int32_t)gain : INT32_C(8388607);
}

int32_t th_camera_best(const int8_t *scores, int32_t n, int32_t zero, int32_t gain, int32_t *score)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        if (scores[i] >= scores[best]) best = i;
    *score = scores[best] > zero ? ((scores[best] - zero) * gain) >> 16 : 0;
    return best;
}
