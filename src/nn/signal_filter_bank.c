#include "nn/signal_filter_bank.h"

#include "dsp/signal_levels.h"
#include "nn/state.h"

void th_signal_filter_bank(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_filter_bank_par *p = (const th_signal_filter_bank_par *)par;
    th_signal_bands b;
    b.n = p->n;
    b.w = (const int16_t *)in[1];
    b.u = (const int16_t *)in[2];
    b.start = (const int16_t *)in[3];
    b.first = (const int16_t *)in[4];
    b.width = (const int16_t *)in[5];
    (void)scratch;
    th_signal_band_sums(&b, (const uint32_t *)in[0], (uint64_t *)out[0]);
}

void th_signal_square_root(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_square_root_par *p = (const th_signal_square_root_par *)par;
    const uint64_t *x = (const uint64_t *)in[0];
    const int32_t shift = *(const int32_t *)in[1];
    uint32_t *y = (uint32_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) y[i] = shift < 0 || shift > 31 ? 0 : th_signal_root(x[i]) >> shift;
}

void th_signal_subtraction(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_subtraction_par *p = (const th_signal_subtraction_par *)par;
    const uint32_t *x = (const uint32_t *)in[0];
    uint32_t *noise = (uint32_t *)th_state(in[1]), *y = (uint32_t *)out[0], *noise_out = (uint32_t *)out[1];
    th_signal_smooth s;
    s.min_signal = (uint32_t)p->min_signal_remaining;
    s.smoothing_bits = p->smoothing_bits;
    s.bits = p->spectral_subtraction_bits;
    s.clamping = p->clamping;
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        s.smoothing = (uint32_t)(i & 1 ? p->alternate_smoothing : p->smoothing);
        s.one_minus = (uint32_t)(i & 1 ? p->alternate_one_minus_smoothing : p->one_minus_smoothing);
        y[i] = th_signal_subtract(&s, x[i], noise + i);
        noise_out[i] = noise[i];
    }
}

void th_signal_pcan(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_pcan_par *p = (const th_signal_pcan_par *)par;
    const uint32_t *x = (const uint32_t *)in[0], *noise = (const uint32_t *)in[1];
    const int16_t *table = (const int16_t *)in[2];
    uint32_t *y = (uint32_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) y[i] = th_signal_gain(table, x[i], noise[i], p->snr_shift);
}

void th_signal_log(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_log_par *p = (const th_signal_log_par *)par;
    const uint32_t *x = (const uint32_t *)in[0], half = UINT32_C(1) << 15;
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        const uint32_t v = x[i] << p->correction_bits;
        const uint32_t log = v > 1 ? ((uint32_t)p->output_scale * th_signal_ln(v) + half) >> 16 : 0;
        y[i] = (int16_t)(log < INT16_MAX ? log : INT16_MAX);
    }
}
