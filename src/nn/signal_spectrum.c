#include "nn/signal_spectrum.h"

#include "dsp/signal_bits.h"

void th_signal_window(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_window_par *p = (const th_signal_window_par *)par;
    const int16_t *x = (const int16_t *)in[0], *w = (const int16_t *)in[1];
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t i = 0, k = 0; i < p->n; i++) {
        const int32_t v = ((int32_t)x[i] * w[k]) >> p->shift;
        y[i] = (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
        k = k + 1 < p->size ? k + 1 : 0;
    }
}

void th_signal_auto_scale(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_auto_scale_par *p = (const th_signal_auto_scale_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    int32_t most = 0;
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        const int32_t v = x[i];
        if (v > most)
            most = v;
        else if (-v > most)
            most = v == INT16_MIN ? INT16_MIN : -v;
    }
    const int32_t room = 15 - th_signal_bits((uint32_t)most), shift = room > 0 ? room : 0;
    for (int32_t i = 0; i < p->n; i++) y[i] = (int16_t)((uint32_t)(int32_t)x[i] << shift);
    *(int32_t *)out[1] = shift;
}

static uint32_t square(int16_t v)
{
    return (uint32_t)((int32_t)v * v);
}

void th_signal_energy(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_energy_par *p = (const th_signal_energy_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    uint32_t *y = (uint32_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < p->n; k++) y[k] = k < p->start || k >= p->end ? 0 : square(x[2 * k]) + square(x[2 * k + 1]);
}
