#include "nn/pool_2d.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"

#include <math.h>
#include <stddef.h>

/* The part of the picture that output pixel `index` (of all batches) looks at. */
typedef struct part {
    ptrdiff_t first; /* element of its first tap, channel 0 */
    int32_t h, w;    /* taps; never 0, padding is always smaller than the filter */
} part;

static part part_of(const th_window *w, int32_t index)
{
    const int32_t ox = index % w->out_w, row = index / w->out_w, b = row / w->out_h;
    const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
    int32_t y0, y1, x0, x1;
    th_window_taps(iy, 1, w->filter_h, w->in_h, &y0, &y1);
    th_window_taps(ix, 1, w->filter_w, w->in_w, &x0, &x1);
    return (part){(((ptrdiff_t)b * w->in_h + iy + y0) * w->in_w + ix + x0) * w->in_c, y1 - y0, x1 - x0};
}

void th_average_pool_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        const int32_t n = area.h * area.w;
        for (int32_t c = 0; c < w->in_c; c++) {
            const int8_t *row = (const int8_t *)in[0] + area.first + c;
            int32_t sum = 0;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++) sum += row[j * w->in_c];
            const int32_t mean = sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
            *y++ = (int8_t)th_clamp(mean, p->act_min, p->act_max);
        }
    }
}

void th_average_pool_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;
    const th_window *w = &p->win;
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        const int32_t n = area.h * area.w;
        for (int32_t c = 0; c < w->in_c; c++) {
            const int16_t *row = (const int16_t *)in[0] + area.first + c;
            int32_t sum = 0;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++) sum += row[j * w->in_c];
            const int32_t mean = sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
            *y++ = (int16_t)th_clamp(mean, p->act_min, p->act_max);
        }
    }
}

void th_max_pool_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        for (int32_t c = 0; c < w->in_c; c++) {
            const int8_t *row = (const int8_t *)in[0] + area.first + c;
            int32_t most = INT8_MIN;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++)
                    if (row[j * w->in_c] > most) most = row[j * w->in_c];
            *y++ = (int8_t)th_clamp(most, p->act_min, p->act_max);
        }
    }
}

void th_max_pool_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;
    const th_window *w = &p->win;
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        for (int32_t c = 0; c < w->in_c; c++) {
            const int16_t *row = (const int16_t *)in[0] + area.first + c;
            int32_t most = INT16_MIN;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++)
                    if (row[j * w->in_c] > most) most = row[j * w->in_c];
            *y++ = (int16_t)th_clamp(most, p->act_min, p->act_max);
        }
    }
}

void th_average_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_f32_par *p = (const th_pool_2d_f32_par *)par;
    const th_window *w = &p->win;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        for (int32_t c = 0; c < w->in_c; c++) {
            const float *row = (const float *)in[0] + area.first + c;
            float sum = 0.0f;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++) sum += row[j * w->in_c];
            *y++ = th_clamp_f32(sum / (float)(area.h * area.w), p->act_min, p->act_max);
        }
    }
}

void th_max_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_f32_par *p = (const th_pool_2d_f32_par *)par;
    const th_window *w = &p->win;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        for (int32_t c = 0; c < w->in_c; c++) {
            const float *row = (const float *)in[0] + area.first + c;
            float most = *row;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++)
                    if (row[j * w->in_c] > most) most = row[j * w->in_c];
            *y++ = th_clamp_f32(most, p->act_min, p->act_max);
        }
    }
}

void th_l2_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_f32_par *p = (const th_pool_2d_f32_par *)par;
    const th_window *w = &p->win;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const part area = part_of(w, k);
        for (int32_t c = 0; c < w->in_c; c++) {
            const float *row = (const float *)in[0] + area.first + c;
            float sum = 0.0f;
            for (int32_t i = 0; i < area.h; i++, row += w->in_w * w->in_c)
                for (int32_t j = 0; j < area.w; j++) sum += row[j * w->in_c] * row[j * w->in_c];
            *y++ = th_clamp_f32(sqrtf(sum / (float)(area.h * area.w)), p->act_min, p->act_max);
        }
    }
}
