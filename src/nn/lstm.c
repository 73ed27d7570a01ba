#include "nn/lstm.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/lstm_cell.h"
#include "nn/state.h"
#include "nn/sums_s16.h"

#include <stddef.h>
#include <string.h>

/* --- int16 cell --- */

/* sum[g] = sum over k < n of (x[k] - zero) w[g][first + k], for the four gates. */
static void dots_s8(const int8_t *x, int32_t zero, const void *const w[4], int32_t first, int32_t n, int32_t sum[4])
{
    const int8_t *i = (const int8_t *)w[TH_LSTM_I] + first, *f = (const int8_t *)w[TH_LSTM_F] + first,
                 *g = (const int8_t *)w[TH_LSTM_G] + first, *o = (const int8_t *)w[TH_LSTM_O] + first;
    int32_t si = 0, sf = 0, sg = 0, so = 0;
    for (int32_t k = 0; k < n; k++) {
        const int32_t v = x[k] - zero;
        si += v * i[k], sf += v * f[k], sg += v * g[k], so += v * o[k];
    }
    sum[TH_LSTM_I] = si, sum[TH_LSTM_F] = sf, sum[TH_LSTM_G] = sg, sum[TH_LSTM_O] = so;
}

/* What goes into the sigmoids and the tanh of cell c, at 2^-12; int8 x and h. */
static void gates_s8(const th_lstm_s16_par *p, const void *const *in, const int8_t *x, const int8_t *h, int32_t c,
                     int32_t gate[4])
{
    int32_t from_x[4], from_h[4];
    dots_s8(x, p->in_zero, in + TH_LSTM_WEIGHTS, c * p->n_in, p->n_in, from_x);
    dots_s8(h, p->hidden_zero, in + TH_LSTM_RECURRENT, c * p->n_cell, p->n_cell, from_h);
    for (int32_t g = 0; g < 4; g++) {
        const int32_t sum = th_add_wrap(from_x[g], ((const int32_t *)in[TH_LSTM_BIAS + g])[c]);
        gate[g] = th_lstm_limit(th_lstm_limit(th_requant(sum, p->in_multiplier[g], p->in_shift[g])) +
                                th_lstm_limit(th_requant(from_h[g], p->hidden_multiplier[g], p->hidden_shift[g])));
    }
}

/* sum of (x - zero) w */
static int64_t dot_s16(const int16_t *x, const int8_t *w, int32_t n, int32_t zero)
{
    int64_t sum = 0;
    for (int32_t k = 0; zero != 0 && k < n; k++) sum -= w[k];
    return sum * zero + th_dot_s16(x, w, n);
}

static void gates_s16(const th_lstm_s16_par *p, const void *const *in, const int16_t *x, const int16_t *h, int32_t c,
                      int32_t gate[4])
{
    for (int32_t g = 0; g < 4; g++) {
        const uint64_t from_x =
            (uint64_t)dot_s16(x, (const int8_t *)in[TH_LSTM_WEIGHTS + g] + (ptrdiff_t)c * p->n_in, p->n_in, p->in_zero);
        const int64_t sum = (int64_t)(from_x + (uint64_t)((const int64_t *)in[TH_LSTM_BIAS + g])[c]);
        const int64_t from_h =
            dot_s16(h, (const int8_t *)in[TH_LSTM_RECURRENT + g] + (ptrdiff_t)c * p->n_cell, p->n_cell, p->hidden_zero);
        gate[g] = th_lstm_limit(th_lstm_limit(th_requant_64(sum, p->in_multiplier[g], p->in_shift[g])) +
                                th_lstm_limit(th_requant_64(from_h, p->hidden_multiplier[g], p->hidden_shift[g])));
    }
}

void th_lstm_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_lstm_s16_par *p = (const th_lstm_s16_par *)par;
    (void)scratch;
    for (int32_t b = 0; b < p->batches; b++) {
        int8_t *h = (int8_t *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell;
        int16_t *cell = (int16_t *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            const int8_t *x = (const int8_t *)in[0] + row * p->n_in;
            int8_t *y = (int8_t *)out[0] + row * p->n_cell;
            for (int32_t c = 0; c < p->n_cell; c++) {
                int32_t gate[4];
                gates_s8(p, in, x, h, c, gate);
                y[c] = (int8_t)th_clamp(th_lstm_update(p, gate, cell + c), INT8_MIN, INT8_MAX);
            }
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}

void th_lstm_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_lstm_s16_par *p = (const th_lstm_s16_par *)par;
    (void)scratch;
    for (int32_t b = 0; b < p->batches; b++) {
        int16_t *h = (int16_t *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell;
        int16_t *cell = (int16_t *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            const int16_t *x = (const int16_t *)in[0] + row * p->n_in;
            int16_t *y = (int16_t *)out[0] + row * p->n_cell;
            for (int32_t c = 0; c < p->n_cell; c++) {
                int32_t gate[4];
                gates_s16(p, in, x, h, c, gate);
                y[c] = (int16_t)th_lstm_limit(th_lstm_update(p, gate, cell + c));
            }
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}

/* --- float --- */

static float sigmoid(float x)
{
    return 1.0f / (1.0f + th_expf(-x));
}

static float gate_f32(const th_lstm_f32_par *p, const void *const *in, const float *x, const float *h, int32_t c,
                      int32_t g)
{
    const float *w = (const float *)in[TH_LSTM_WEIGHTS + g] + (ptrdiff_t)c * p->n_in,
                *r = (const float *)in[TH_LSTM_RECURRENT + g] + (ptrdiff_t)c * p->n_cell;
    return (th_dot_f32(0.0f, x, w, p->n_in) + ((const float *)in[TH_LSTM_BIAS + g])[c]) +
           th_dot_f32(0.0f, h, r, p->n_cell);
}

void th_lstm_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_lstm_f32_par *p = (const th_lstm_f32_par *)par;
    (void)scratch;
    for (int32_t b = 0; b < p->batches; b++) {
        float *h = (float *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell,
              *cell = (float *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            const float *x = (const float *)in[0] + row * p->n_in;
            float *y = (float *)out[0] + row * p->n_cell;
            for (int32_t c = 0; c < p->n_cell; c++) {
                const float kept = sigmoid(gate_f32(p, in, x, h, c, TH_LSTM_F)) * cell[c];
                float v =
                    kept + sigmoid(gate_f32(p, in, x, h, c, TH_LSTM_I)) * th_tanhf(gate_f32(p, in, x, h, c, TH_LSTM_G));
                if (p->cell_clip > 0.0f) v = th_clamp_f32(v, -p->cell_clip, p->cell_clip);
                cell[c] = v;
                y[c] = th_tanhf(v) * sigmoid(gate_f32(p, in, x, h, c, TH_LSTM_O));
            }
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}
