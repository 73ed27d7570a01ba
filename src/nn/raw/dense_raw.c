#include "nn/raw/dense_raw.h"

#include "nn/raw/inner.h"

void th_dense_raw(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_dense_raw_par *raw = (const th_dense_raw_par *)par;
    const th_fully_connected_s8_par *p = &raw->own;
    const int8_t *x = (const int8_t *)in[0];
    const int32_t each = p->n_scales == 1 ? 0 : 1; /* outputs to scales */
    const th_scaler scale = {
        (const int32_t *)in[2], p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max, raw->narrow};
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->n_in, y += p->n_out) {
        const int8_t *w = (const int8_t *)in[1];
        int32_t correction = 0;
        if (p->w_zero != 0) {
            for (int32_t k = 0; k < p->n_in; k++) correction += x[k] - p->in_zero;
            correction *= p->w_zero;
        }
        for (int32_t o = 0; o < p->n_out; o += 2, w += 2 * p->n_in) {
            const int32_t more = o + 1 < p->n_out;
            int32_t acc[2];
            th_rows_dot(x, w, more ? w + p->n_in : w, p->n_in, p->in_zero, acc);
            y[o] = th_scale(&scale, acc[0] - correction, o, o * each);
            if (more) y[o + 1] = th_scale(&scale, acc[1] - correction, o + 1, (o + 1) * each);
        }
    }
}
