#include "nn/vec/lstm.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/lstm_cell.h"
#include "nn/state.h"

#include <string.h>

static float sigmoid(float x)
{
    return 1.0f / (1.0f + th_expf(-x));
}

/* sums[n] = x times packed weights: one row of `groups` groups, w_bytes of weights to each in a unit. */
static void product(const th_vec *v, void (*tile)(const th_tile *t), const void *x, int32_t groups, const void *w,
                    int32_t w_bytes, int32_t n, void *sums)
{
    th_tile t = {.x = x, .w_unit = (ptrdiff_t)groups * w_bytes, .n_segments = 1, .n_groups = groups, .rows = 1};
    for (int32_t u = 0; u < n / v->lanes; u += t.units) {
        const int32_t left = n / v->lanes - u;
        t.units = left < TH_TILE_UNITS ? left : TH_TILE_UNITS;
        t.w = (const char *)w + u * t.w_unit;
        t.sums = (char *)sums + (ptrdiff_t)u * v->lanes * 4; /* its only row */
        tile(&t);
    }
}

/* All cells on by one step; from_x and from_h: what the gates get from either. */
static void update(const th_vec_lstm_f32_par *p, const float *from_x, const float *from_h, float *cell, float *y)
{
    for (int32_t c = 0; c < p->n_cell; c++) {
        float gate[4];
        for (int32_t g = 0; g < 4; g++) {
            const int32_t k = g * p->stride + c;
            gate[g] = (from_x[k] + p->bias[k]) + from_h[k];
        }
        const float kept = sigmoid(gate[TH_LSTM_F]) * cell[c];
        float s = kept + sigmoid(gate[TH_LSTM_I]) * th_tanhf(gate[TH_LSTM_G]);
        if (p->cell_clip > 0.0f) s = th_clamp_f32(s, -p->cell_clip, p->cell_clip);
        cell[c] = s;
        y[c] = th_tanhf(s) * sigmoid(gate[TH_LSTM_O]);
    }
}

void th_vec_lstm_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of)
{
    const th_vec_lstm_f32_par *p = (const th_vec_lstm_f32_par *)par;
    float *from_x = (float *)scratch, *from_h = from_x + p->n_bias;
    (void)part, (void)of;
    for (int32_t b = 0; b < p->batches; b++) {
        float *h = (float *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell,
              *cell = (float *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = p->time_major ? (ptrdiff_t)t * p->batches + b : (ptrdiff_t)b * p->steps + t;
            float *y = (float *)out[0] + row * p->n_cell;
            product(v, v->tile_f32, (const float *)in[0] + row * p->n_in, p->n_in, p->wx, v->lanes * 4, p->n_bias,
                    from_x);
            product(v, v->tile_f32, h, p->n_cell, p->wh, v->lanes * 4, p->n_bias, from_h);
            update(p, from_x, from_h, cell, y);
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}

/* --- int8 --- */

/* x as it is multiplied. */
static void put_row(const th_vec *v, const int8_t *x, int32_t n, void *row)
{
    if (v->s8_bytes == 2)
        v->widen(x, n, (int16_t *)row);
    else
        memcpy(row, x, (size_t)n);
}

/* n numbers from `at` of the scales on. */
static void scale(const th_vec *v, const th_vec_lstm_s8_par *p, int32_t at, int32_t n, int32_t *sums)
{
    const th_scale_s32 j = {sums, p->bias + at, p->multiplier + at, p->shift + at, n, sums};
    v->scale_s32(&j);
}

/* All cells on by one step; sums: of x, then of h. */
static void update_s8(const th_vec *v, const th_vec_lstm_s8_par *par, int32_t *sums, int16_t *cell, int8_t *y)
{
    const th_lstm_s16_par *p = &par->own;
    const int32_t stride = par->stride, n = 4 * stride;
    int32_t *kept = sums + n, *fresh = kept + stride;
    scale(v, par, 0, 2 * n, sums);
    for (int32_t i = 0; i < n; i++) sums[i] = 3 * th_lstm_limit(th_lstm_limit(sums[i]) + th_lstm_limit(sums[n + i]));
    for (int32_t c = 0; c < p->n_cell; c++) {
        kept[c] = th_logistic_s16_of(sums[TH_LSTM_F * stride + c]) * cell[c];
        fresh[c] = th_logistic_s16_of(sums[TH_LSTM_I * stride + c]) * th_tanh_s16_of(sums[TH_LSTM_G * stride + c]);
    }
    scale(v, par, 2 * n, 2 * stride, kept);
    for (int32_t c = 0; c < p->n_cell; c++) {
        cell[c] = th_lstm_next(p, kept[c], fresh[c]);
        kept[c] = th_lstm_tanh(p, cell[c]) * th_logistic_s16_of(sums[TH_LSTM_O * stride + c]);
    }
    scale(v, par, 2 * n + 2 * stride, stride, kept);
    for (int32_t c = 0; c < p->n_cell; c++)
        y[c] = (int8_t)th_clamp(th_add_wrap(kept[c], p->hidden_zero), INT8_MIN, INT8_MAX);
}

void th_vec_lstm_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                    int32_t part, int32_t of)
{
    const th_vec_lstm_s8_par *own = (const th_vec_lstm_s8_par *)par;
    const th_lstm_s16_par *p = &own->own;
    const int32_t n = 4 * own->stride, group = v->s8_group, w_bytes = group * v->lanes * v->s8_bytes;
    const int32_t x_groups = (p->n_in + group - 1) / group, h_groups = (p->n_cell + group - 1) / group;
    const char *wx = v->s8_bytes == 1 ? (const char *)own->w8 : (const char *)own->w16;
    const char *wh = wx + (ptrdiff_t)(n / v->lanes) * x_groups * w_bytes;
    int32_t *sums = (int32_t *)scratch;
    char *x_row = (char *)(sums + 2 * n), *h_row = x_row + (ptrdiff_t)TH_VEC_LSTM_ROW(p->n_in) * v->s8_bytes;
    (void)part, (void)of;
    for (int32_t b = 0; b < p->batches; b++) {
        int8_t *h = (int8_t *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell;
        int16_t *cell = (int16_t *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            int8_t *y = (int8_t *)out[0] + row * p->n_cell;
            put_row(v, (const int8_t *)in[0] + row * p->n_in, p->n_in, x_row);
            put_row(v, h, p->n_cell, h_row);
            product(v, v->tile_s8, x_row, x_groups, wx, w_bytes, n, sums);
            product(v, v->tile_s8, h_row, h_groups, wh, w_bytes, n, sums + n);
            update_s8(v, own, sums, cell, y);
            memcpy(h, y, (size_t)p->n_cell);
        }
    }
}
