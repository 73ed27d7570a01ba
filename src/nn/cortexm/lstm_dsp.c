#include "nn/cortexm/lstm_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/cortexm/quad_dsp.h"
#include "nn/lstm_cell.h"
#include "nn/state.h"

#include <string.h>

/* What a batch goes through. */
typedef struct run {
    const th_lstm_s16_par *p;
    const int8_t *weights;
    int16_t *x, *h; /* rows */
    int16_t *cell;
    int32_t n_x, n_h;
} run;

static run run_of(const th_lstm_dsp_par *p, const void *const *in, void *scratch, int32_t batch)
{
    run r;
    r.p = &p->own;
    r.weights = p->weights;
    r.n_x = TH_QUAD_N(r.p->n_in);
    r.n_h = TH_QUAD_N(r.p->n_cell);
    r.x = (int16_t *)scratch;
    r.h = r.x + r.n_x;
    r.cell = (int16_t *)th_state(in[TH_LSTM_CELL]) + (ptrdiff_t)batch * r.p->n_cell;
    return r;
}

/* round(sum m / 2^(31 + e)), limited to int16. */
TH_INLINE int32_t scaled(int32_t sum, int32_t m, int32_t shift)
{
    const int32_t e = -shift;
    return th_ssat_16((th_smmlar(2 * sum, m, INT32_C(1) << (e - 1)) + (sum >> 31)) >> e);
}

/* The same for any sum and shift. */
TH_APART int32_t scaled_any(int32_t sum, int32_t m, int32_t shift)
{
    return th_ssat_16(th_requant(sum, m, shift));
}

/* One step of all cells: rows x and h are made, with sums of `total`. */
TH_INLINE void step_s8(const run *r, const void *const *bias, const int32_t total[2], int any, int8_t *y)
{
    const th_lstm_s16_par *p = r->p;
    const int8_t *w = r->weights;
    for (int32_t c = 0; c < p->n_cell; c++) {
        int32_t x[4], h[4], gate[4];
        w = th_quad_s8(r->x, w, r->n_x, total[0], x);
        w = th_quad_s8(r->h, w, r->n_h, total[1], h);
        for (int32_t g = 0; g < 4; g++) {
            const int32_t b = ((const int32_t *)bias[g])[c];
            gate[g] = any ? th_ssat_16(scaled_any(th_add_wrap(x[g], b), p->in_multiplier[g], p->in_shift[g]) +
                                       scaled_any(h[g], p->hidden_multiplier[g], p->hidden_shift[g]))
                          : th_ssat_16(scaled(x[g] + b, p->in_multiplier[g], p->in_shift[g]) +
                                       scaled(h[g], p->hidden_multiplier[g], p->hidden_shift[g]));
        }
        y[c] = th_ssat_8(th_lstm_update(p, gate, r->cell + c));
    }
}

TH_INLINE void lstm_s8(const void *par, const void *const *in, void *const *out, void *scratch, int any)
{
    const th_lstm_s16_par *p = &((const th_lstm_dsp_par *)par)->own;
    for (int32_t b = 0; b < p->batches; b++) {
        const run r = run_of((const th_lstm_dsp_par *)par, in, scratch, b);
        int8_t *h = (int8_t *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell;
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            int8_t *y = (int8_t *)out[0] + row * p->n_cell;
            int32_t total[2];
            total[0] = th_quad_widen(r.x, (const int8_t *)in[0] + row * p->n_in, p->n_in, p->in_zero);
            total[1] = th_quad_widen(r.h, h, p->n_cell, p->hidden_zero);
            step_s8(&r, in + TH_LSTM_BIAS, total, any, y);
            memcpy(h, y, (size_t)p->n_cell);
        }
    }
}

void th_lstm_s8_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    lstm_s8(par, in, out, scratch, 0);
}

void th_lstm_s8_any_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    lstm_s8(par, in, out, scratch, 1);
}

static void step_s16(const run *r, const void *const *bias, const int32_t total[2], int16_t *y)
{
    const th_lstm_s16_par *p = r->p;
    const int8_t *w = r->weights;
    for (int32_t c = 0; c < p->n_cell; c++) {
        int64_t x[4], h[4];
        int32_t gate[4];
        w = th_quad_s16(r->x, w, r->n_x, total[0], x);
        w = th_quad_s16(r->h, w, r->n_h, total[1], h);
        for (int32_t g = 0; g < 4; g++) {
            const int64_t sum = (int64_t)((uint64_t)x[g] + (uint64_t)((const int64_t *)bias[g])[c]);
            gate[g] = th_ssat_16(th_ssat_16(th_requant_64(sum, p->in_multiplier[g], p->in_shift[g])) +
                                 th_ssat_16(th_requant_64(h[g], p->hidden_multiplier[g], p->hidden_shift[g])));
        }
        y[c] = (int16_t)th_ssat_16(th_lstm_update(p, gate, r->cell + c));
    }
}

void th_lstm_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_lstm_s16_par *p = &((const th_lstm_dsp_par *)par)->own;
    for (int32_t b = 0; b < p->batches; b++) {
        const run r = run_of((const th_lstm_dsp_par *)par, in, scratch, b);
        int16_t *h = (int16_t *)th_state(in[TH_LSTM_HIDDEN]) + (ptrdiff_t)b * p->n_cell;
        memset(scratch, 0, TH_QUAD_BYTES(p->n_in) + TH_QUAD_BYTES(p->n_cell)); /* what fills up the rows */
        for (int32_t t = 0; t < p->steps; t++) {
            const ptrdiff_t row = th_lstm_row(p->time_major, p->batches, p->steps, b, t);
            int16_t *y = (int16_t *)out[0] + row * p->n_cell;
            int32_t total[2];
            total[0] = th_quad_copy(r.x, (const int16_t *)in[0] + row * p->n_in, p->n_in);
            total[1] = th_quad_copy(r.h, h, p->n_cell);
            step_s16(&r, in + TH_LSTM_BIAS, total, y);
            memcpy(h, y, (size_t)p->n_cell * sizeof *h);
        }
    }
}
