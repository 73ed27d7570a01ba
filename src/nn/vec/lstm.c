#include "nn/vec/lstm.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/state.h"

#include <string.h>

enum { GATE_I, GATE_F, GATE_G, GATE_O, HIDDEN = 18, CELL = 19 };

static float sigmoid(float x)
{
    return 1.0f / (1.0f + th_expf(-x));
}

/* sums[n] = x[n_k] times packed weights. */
static void product(const th_vec *v, const float *x, int32_t n_k, const float *w, int32_t n, float *sums)
{
    th_tile t = {.x = x, .w_unit = (ptrdiff_t)n_k * v->lanes * 4, .n_segments = 1, .n_groups = n_k, .rows = 1};
    for (int32_t u = 0; u < n / v->lanes; u += t.units) {
        const int32_t left = n / v->lanes - u;
        t.units = left < TH_TILE_UNITS ? left : TH_TILE_UNITS;
        t.w = (const char *)w + u * t.w_unit;
        t.sums = sums + u * v->lanes; /* its only row */
        v->tile_f32(&t);
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
        const float kept = sigmoid(gate[GATE_F]) * cell[c];
        float s = kept + sigmoid(gate[GATE_I]) * th_tanhf(gate[GATE_G]);
        if (p->cell_clip > 0.0f) s = th_clamp_f32(s, -p->cell_clip, p->cell_clip);
        cell[c] = s;
        y[c] = th_tanhf(s) * sigmoid(gate[GATE_O]);
    }
}

void th_vec_lstm_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of)
{
    const th_vec_lstm_f32_par *p = (const th_vec_lstm_f32_par *)par;
    float *from_x = (float *)scratch, *from_h = from_x + p->n_bias;
    (void)part, (void)of;
    for (int32_t b = 0; b < p->batches; b++) {
        float *h = (float *)th_state(in[HIDDEN]) + (ptrdiff_t)b * p->n_cell,
              *cell = (float *)th_state(in[CELL]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = p->time_major ? (ptrdiff_t)t * p->batches + b : (ptrdiff_t)b * p->steps + t;
            float *y = (float *)out[0] + row * p->n_cell;
            product(v, (const float *)in[0] + row * p->n_in, p->n_in, p->wx, p->n_bias, from_x);
            product(v, h, p->n_cell, p->wh, p->n_bias, from_h);
            update(p, from_x, from_h, cell, y);
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}
