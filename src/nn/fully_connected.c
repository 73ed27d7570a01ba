/* FULLY_CONNECTED: two rows of weights share each load of x.  The weights' zero point leaves the loop:
 *   sum (x - zx)(w - zw)  =  sum (x - zx) w  -  zw sum (x - zx)                                      */
#include "nn/fully_connected.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"

#include <stddef.h>

static void dot_2(const int8_t *x, const int8_t *w0, const int8_t *w1, int32_t n, int32_t zero, int32_t acc[2])
{
    int32_t a0 = 0, a1 = 0;
    for (int32_t k = 0; k < n; k++) {
        const int32_t v = x[k] - zero;
        a0 += v * w0[k];
        a1 += v * w1[k];
    }
    acc[0] = a0;
    acc[1] = a1;
}

static int8_t finish(const th_fully_connected_s8_par *p, const int32_t *bias, int32_t acc, int32_t o)
{
    const int32_t s = p->n_scales == 1 ? 0 : o;
    if (bias) acc = th_add_wrap(acc, bias[o]);
    return th_requant_s8(acc, p->multiplier[s], p->shift[s], p->out_zero, p->act_min, p->act_max);
}

void th_fully_connected_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_fully_connected_s8_par *p = (const th_fully_connected_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    const int32_t *bias = (const int32_t *)in[2];
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
            dot_2(x, w, more ? w + p->n_in : w, p->n_in, p->in_zero, acc);
            y[o] = finish(p, bias, acc[0] - correction, o);
            if (more) y[o + 1] = finish(p, bias, acc[1] - correction, o + 1);
        }
    }
}

void th_fully_connected_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_fully_connected_f32_par *p = (const th_fully_connected_f32_par *)par;
    const float *x = (const float *)in[0], *w = (const float *)in[1], *bias = (const float *)in[2];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->n_in)
        for (int32_t o = 0; o < p->n_out; o++) {
            const float v = th_dot_f32(x, w + (ptrdiff_t)o * p->n_in, p->n_in) + (bias ? bias[o] : 0.0f);
            *y++ = th_clamp_f32(v, p->act_min, p->act_max);
        }
}
