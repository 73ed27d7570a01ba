/* FULLY_CONNECTED: for each output one row of weights, as the formula says. */
#include "nn/fully_connected.h"

#include "nn/dot_f32.h"
#include "nn/dot_s8.h"
#include "nn/sums_s16.h"

#include <stddef.h>

TH_INLINE void fully_connected_s8(const th_fully_connected_s8_par *p, const void *const *in, int8_t *y, int four_bits)
{
    const int8_t *x = (const int8_t *)in[0];
    const int32_t *bias = (const int32_t *)in[2];
    const int32_t each = p->n_scales == 1 ? 0 : 1; /* outputs to scales */
    for (int32_t r = 0; r < p->rows; r++, x += p->n_in)
        for (int32_t o = 0; o < p->n_out; o++) {
            int32_t acc = th_dot_s8(x, p->in_zero, in[1], o * p->n_in, p->w_zero, p->n_in, four_bits);
            if (bias) acc = th_add_wrap(acc, bias[o]);
            *y++ = th_requant_s8(acc, p->multiplier[o * each], p->shift[o * each], p->out_zero, p->act_min, p->act_max);
        }
}

void th_fully_connected_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    fully_connected_s8((const th_fully_connected_s8_par *)par, in, (int8_t *)out[0], 0);
}

void th_fully_connected_s8w4(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    fully_connected_s8((const th_fully_connected_s8_par *)par, in, (int8_t *)out[0], 1);
}

/* zero * sum of w: what the input's zero point adds to a sum. */
static int64_t offset_s16(const int8_t *w, int32_t n, int32_t zero)
{
    int64_t sum = 0;
    for (int32_t k = 0; zero != 0 && k < n; k++) sum += w[k];
    return sum * zero;
}

void th_fully_connected_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_fully_connected_s16_par *p = (const th_fully_connected_s16_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    const int32_t each = p->n_scales == 1 ? 0 : 1; /* outputs to scales */
    const th_scaler_s16 scale = {in[2], p->wide, p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max};
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->n_in) {
        const int8_t *w = (const int8_t *)in[1];
        for (int32_t o = 0; o < p->n_out; o++, w += p->n_in)
            *y++ = th_scale_s16(&scale, th_dot_s16(x, w, p->n_in) - offset_s16(w, p->n_in, p->in_zero), o, o * each);
    }
}

void th_fully_connected_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_fully_connected_f32_par *p = (const th_fully_connected_f32_par *)par;
    const float *x = (const float *)in[0], *w = (const float *)in[1], *bias = (const float *)in[2];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->n_in)
        for (int32_t o = 0; o < p->n_out;) {
            const int32_t more = p->n_out - o < TH_DOTS ? 1 : TH_DOTS;
            float sum[TH_DOTS] = {0};
            if (more == TH_DOTS)
                th_dots_f32(sum, x, w + (ptrdiff_t)o * p->n_in, p->n_in, p->n_in);
            else
                sum[0] = th_dot_f32(0.0f, x, w + (ptrdiff_t)o * p->n_in, p->n_in);
            for (int32_t j = 0; j < more; j++, o++)
                *y++ = th_clamp_f32(sum[j] + (bias ? bias[o] : 0.0f), p->act_min, p->act_max);
        }
}
