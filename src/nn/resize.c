#include "nn/resize.h"

#include <stddef.h>
#include <string.h>

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The two pixels around a place, and how far behind the first it lies. */
typedef struct around_f32 {
    int32_t lower, upper;
    float fraction;
} around_f32;

static around_f32 find_f32(int32_t i, float scale, int32_t half, int32_t size)
{
    const float at = half ? ((float)i + 0.5f) * scale - 0.5f : (float)i * scale; /* > -1 */
    const int32_t whole = (int32_t)at; /* rounds towards 0: floor, but for -1 < at < 0, where 0 is wanted */
    around_f32 a;
    a.lower = least(whole, size - 1);
    a.upper = least(whole + (at > (float)whole), size - 1);
    a.fraction = at - (float)a.lower;
    return a;
}

void th_resize_bilinear_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_resize_f32_par *p = (const th_resize_f32_par *)par;
    const th_resize_size *s = &p->size;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < s->batches; b++, x += s->in_h * s->in_w * s->depth)
        for (int32_t i = 0; i < s->out_h; i++) {
            const around_f32 v = find_f32(i, p->scale_h, s->half_pixel_centers, s->in_h);
            const float *top = x + v.lower * s->in_w * s->depth, *bottom = x + v.upper * s->in_w * s->depth;
            for (int32_t j = 0; j < s->out_w; j++) {
                const around_f32 h = find_f32(j, p->scale_w, s->half_pixel_centers, s->in_w);
                const int32_t left = h.lower * s->depth, right = h.upper * s->depth;
                for (int32_t c = 0; c < s->depth; c++)
                    *y++ = top[left + c] * (1.0f - v.fraction) * (1.0f - h.fraction) +
                           bottom[left + c] * v.fraction * (1.0f - h.fraction) +
                           top[right + c] * (1.0f - v.fraction) * h.fraction +
                           bottom[right + c] * v.fraction * h.fraction;
            }
        }
}

typedef struct around_s32 {
    int32_t lower, upper, fraction; /* in 1/1024 */
} around_s32;

static around_s32 find_s32(int32_t i, int32_t scale, int32_t half, int32_t size)
{
    const int32_t at = half ? i * scale + scale / 2 - 512 : i * scale;
    around_s32 a;
    /* The scale is rounded, so the last places may lie behind the last pixel: they get the last pixel. */
    a.lower = least(at > 0 ? at / 1024 : 0, size - 1);
    a.upper = least((at + 1023) / 1024, size - 1);
    a.fraction = at - 1024 * a.lower;
    return a;
}

void th_resize_bilinear_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_resize_s8_par *p = (const th_resize_s8_par *)par;
    const th_resize_size *s = &p->size;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < s->batches; b++, x += s->in_h * s->in_w * s->depth)
        for (int32_t i = 0; i < s->out_h; i++) {
            const around_s32 v = find_s32(i, p->scale_h, s->half_pixel_centers, s->in_h);
            const int8_t *top = x + v.lower * s->in_w * s->depth, *bottom = x + v.upper * s->in_w * s->depth;
            for (int32_t j = 0; j < s->out_w; j++) {
                const around_s32 h = find_s32(j, p->scale_w, s->half_pixel_centers, s->in_w);
                const int32_t left = h.lower * s->depth, right = h.upper * s->depth;
                for (int32_t c = 0; c < s->depth; c++) {
                    const int64_t sum = (int64_t)top[left + c] * (1024 - v.fraction) * (1024 - h.fraction) +
                                        (int64_t)bottom[left + c] * v.fraction * (1024 - h.fraction) +
                                        (int64_t)top[right + c] * (1024 - v.fraction) * h.fraction +
                                        (int64_t)bottom[right + c] * v.fraction * h.fraction;
                    const int32_t half = INT32_C(1) << 19;
                    *y++ = (int8_t)((sum + (sum > 0 ? half : -half)) / (INT32_C(1) << 20));
                }
            }
        }
}

static int32_t find_nearest(int32_t i, float scale, const th_resize_size *s, int32_t size)
{
    const float at = (s->half_pixel_centers ? (float)i + 0.5f : (float)i) * scale; /* >= 0 */
    const int32_t whole = (int32_t)at;
    return least(whole + (s->align_corners && at - (float)whole >= 0.5f), size - 1);
}

void th_resize_nearest(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_resize_f32_par *p = (const th_resize_f32_par *)par;
    const th_resize_size *s = &p->size;
    const uint8_t *x = (const uint8_t *)in[0];
    uint8_t *y = (uint8_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < s->batches; b++, x += s->in_h * s->in_w * s->depth)
        for (int32_t i = 0; i < s->out_h; i++) {
            const uint8_t *row = x + find_nearest(i, p->scale_h, s, s->in_h) * s->in_w * s->depth;
            for (int32_t j = 0; j < s->out_w; j++, y += s->depth)
                memcpy(y, row + find_nearest(j, p->scale_w, s, s->in_w) * s->depth, (size_t)s->depth);
        }
}
