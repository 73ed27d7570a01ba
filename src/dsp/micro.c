#include "dsp/micro.h"

#include "dsp/signal_bits.h"

#include <string.h>

static size_t rounded(size_t bytes)
{
    return (bytes + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

size_t th_micro_stream_mem(const th_micro *m)
{
    const size_t bands = (size_t)m->bands.n, n = (size_t)m->n_fft;
    return 2 * rounded((size_t)m->size * sizeof(int16_t)) + rounded(bands * sizeof(uint32_t)) +
           rounded((n / 2 + 1) * sizeof(uint32_t)) + rounded(bands * sizeof(uint64_t));
}

th_err th_micro_stream_init(th_micro_stream *s, const th_micro *m, th_arena *arena)
{
    s->m = m;
    s->pcm = TH_NEW(arena, int16_t, (size_t)m->size);
    s->noise = TH_NEW(arena, uint32_t, (size_t)m->bands.n);
    s->scaled = TH_NEW(arena, int16_t, (size_t)m->size);
    s->energy = TH_NEW(arena, uint32_t, (size_t)m->n_fft / 2 + 1);
    s->level = TH_NEW(arena, uint64_t, (size_t)m->bands.n);
    if (!s->pcm || !s->noise || !s->scaled || !s->energy || !s->level) return TH_ENOMEM;
    th_micro_reset(s);
    return TH_OK;
}

void th_micro_reset(th_micro_stream *s)
{
    s->n_pcm = 0;
    memset(s->noise, 0, (size_t)s->m->bands.n * sizeof *s->noise);
}

/* The frame, faded in and out, made as large as 16 bits hold -> scaled; returns the bits it was shifted by. */
static int32_t fade(th_micro_stream *s)
{
    const th_micro *m = s->m;
    int32_t most = 0;
    for (int32_t i = 0; i < m->size; i++) {
        const int32_t v = ((int32_t)s->pcm[i] * m->window[i]) >> 12, size = v < 0 ? -v : v;
        if (size > most && size <= INT16_MAX) most = size; /* -32768 does not count: as in the reference */
        s->scaled[i] = (int16_t)v;
    }
    const int32_t shift = most ? 15 - th_signal_bits((uint32_t)most) : 15;
    for (int32_t i = 0; i < m->size; i++) s->scaled[i] = (int16_t)(uint16_t)((uint32_t)(uint16_t)s->scaled[i] << shift);
    return shift;
}

static void spectrum(th_micro_stream *s)
{
    const void *const in[1] = {s->scaled};
    void *const out[1] = {s->energy};
    th_rfft_s16(&s->m->fft, in, out, NULL);
    for (int32_t k = s->m->first; k < s->m->end; k++) {
        int16_t x[2]; /* memcpy: one buffer, two types */
        memcpy(x, s->energy + k, sizeof x);
        s->energy[k] = (uint32_t)((int32_t)x[0] * x[0]) + (uint32_t)((int32_t)x[1] * x[1]);
    }
}

static uint32_t log_of(const th_micro *m, uint32_t level)
{
    const uint32_t v = m->correction < 0 ? level >> -m->correction : level << m->correction;
    if (v <= 1) return 0;
    return ((th_signal_ln(v) << m->cfg.scale_shift) + (UINT32_C(1) << 15)) >> 16;
}

static void frame(th_micro_stream *s, uint16_t *out)
{
    const th_micro *m = s->m;
    const int32_t shift = fade(s), snr_shift = m->cfg.gain_bits - m->correction - 12;
    th_signal_smooth smooth[2];
    memset(smooth, 0, sizeof smooth);
    for (int32_t i = 0; i < 2; i++) {
        smooth[i].smoothing = (uint32_t)(i ? m->odd : m->even);
        smooth[i].one_minus = (UINT32_C(1) << 14) - smooth[i].smoothing;
        smooth[i].min_signal = (uint32_t)m->least;
        smooth[i].smoothing_bits = m->cfg.smoothing_bits;
        smooth[i].bits = 14;
    }
    spectrum(s);
    th_signal_band_sums(&m->bands, s->energy, s->level);
    for (int32_t i = 0; i < m->bands.n; i++) {
        uint32_t v = th_signal_subtract(&smooth[i & 1], th_signal_root(s->level[i]) >> shift, s->noise + i);
        if (m->gain) v = th_signal_gain(m->gain, v, s->noise[i], snr_shift);
        if (m->cfg.log) v = log_of(m, v);
        out[i] = (uint16_t)(v < UINT16_MAX ? v : UINT16_MAX);
    }
}

int32_t th_micro_push(th_micro_stream *s, const int16_t *pcm, int32_t n, int32_t *used, uint16_t *out)
{
    const th_micro *m = s->m;
    const int32_t wanted = m->size - s->n_pcm, taken = n < wanted ? n : wanted, kept = m->size - m->step;
    memcpy(s->pcm + s->n_pcm, pcm, (size_t)taken * sizeof *pcm);
    s->n_pcm += taken;
    *used = taken;
    if (taken < wanted) return 0;
    frame(s, out);
    memmove(s->pcm, s->pcm + m->step, (size_t)kept * sizeof *s->pcm);
    s->n_pcm = kept;
    return 1;
}

int32_t th_micro_frames(const th_micro *m, int32_t n_samples)
{
    return n_samples < m->size ? 0 : (n_samples - m->size) / m->step + 1;
}

void th_micro_clip(th_micro_stream *s, const int16_t *pcm, int32_t n_samples, uint16_t *out)
{
    th_micro_reset(s);
    for (int32_t used; n_samples > 0; pcm += used, n_samples -= used)
        if (th_micro_push(s, pcm, n_samples, &used, out)) out += s->m->bands.n;
}

void th_micro_to_s8(const uint16_t *v, int32_t n, int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t q = ((int32_t)v[i] * 256 + 333) / 666 - 128;
        out[i] = (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
    }
}
