/* Sound as numbers: the FFT, the mel bands and the frames are those of the front end (dsp). */
#include "base/fmath.h"
#include "course/calc_priv.h"
#include "dsp/fft.h"
#include "dsp/frontend.h"
#include "dsp/mel.h"

#include <math.h>
#include <stdlib.h>

#define RATES 100, 192000

/* A tone looks the same, sampled, as one a whole number of sampling rates away, and as its mirror image. */
void th_calc_alias(th_calc *c)
{
    const double tone = th_calc_number(c, "tone", 0, 1e9), rate = th_calc_number(c, "rate", 1, 1e9);
    if (c->err) return;
    const double heard = fabs(tone - rate * round(tone / rate));
    th_calc_set(c, "heard", heard);
    th_calc_set(c, "half", rate / 2);
    th_calc_set_yes(c, "folds", tone > rate / 2);
}

/* x [n + 2] samples of the tone; the bin with the largest square. */
static int32_t loudest_bin(int32_t n, const float *twiddle, double turns, float *x, float *work)
{
    int32_t best = 0;
    float most = -1;
    for (int32_t t = 0; t < n; t++) x[t] = (float)sin(6.283185307179586 * fmod(turns * t, 1.0));
    const float *spectrum = th_fft_real(n, twiddle, x, work);
    for (int32_t k = 0; k <= n / 2; k++) {
        const float power = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
        if (power > most) most = power, best = k;
    }
    return best;
}

void th_calc_bin(th_calc *c)
{
    const double tone = th_calc_number(c, "tone", 0, 96000), rate = th_calc_whole(c, "rate", RATES);
    const int32_t n = th_calc_whole(c, "n", 2, TH_FFT_MAX), size = th_fft_table_size(n);
    th_calc_need(c, size > 0, "n is an even number");
    if (c->err) return;
    float *room = calloc((size_t)size + 2 * ((size_t)n + 2), sizeof *room);
    if (!room) {
        c->err = TH_ENOMEM;
        return;
    }
    th_fft_table_init(n, room);
    const int32_t bin = loudest_bin(n, room, tone / rate, room + size, room + size + n + 2);
    free(room);
    th_calc_set_whole(c, "bin", bin);
    th_calc_set(c, "hz", bin * rate / n);
    th_calc_set(c, "width", rate / n);
    th_calc_set(c, "exact", tone * n / rate);
}

void th_calc_frames(th_calc *c)
{
    const double ms = th_calc_number(c, "ms", 0, 3600000), rate = th_calc_whole(c, "rate", RATES),
                 window_ms = th_calc_number(c, "window", 0.01, 10000), hop_ms = th_calc_number(c, "hop", 0.01, 10000);
    if (c->err) return;
    const int32_t samples = (int32_t)floor(ms * rate / 1000 + 1e-6);
    const th_frontend_cfg cfg = {.window = (int32_t)lround(window_ms * rate / 1000),
                                 .hop = (int32_t)lround(hop_ms * rate / 1000)};
    th_calc_need(c, cfg.window > 0 && cfg.hop > 0, "window and hop have at least one sample");
    if (c->err) return;
    th_calc_set_whole(c, "samples", samples);
    th_calc_set_whole(c, "window", cfg.window);
    th_calc_set_whole(c, "hop", cfg.hop);
    th_calc_set_whole(c, "frames", th_frontend_frames(&cfg, samples));
}

/* dsp/mel.h has the formula. */
static double mel_of(double hz)
{
    return 1127 * th_log(1 + hz / 700);
}

static double hz_of(double mel)
{
    return 700 * (th_exp(mel / 1127) - 1);
}

void th_calc_mel(th_calc *c)
{
    const double hz = th_calc_number(c, "hz", 0, 1e6);
    if (!c->err) th_calc_set(c, "mel", mel_of(hz));
}

void th_calc_band(th_calc *c)
{
    int32_t start[TH_MAX_COEFS + 1], bin[TH_MAX_COEFS];
    const int32_t bands = th_calc_whole(c, "bands", 1, TH_MAX_COEFS);
    const double rate = th_calc_whole(c, "rate", RATES), low = th_calc_number(c, "low", 0, 96000),
                 high = th_calc_number(c, "high", 0, 96000);
    const int32_t n = th_calc_whole(c, "n", 2, TH_FFT_MAX);
    th_calc_need(c, low < high && high <= rate / 2, "low is below high, and high at most half the rate");
    if (c->err) return;
    const int32_t band = th_calc_whole(c, "band", 0, bands - 1);
    if (c->err) return;
    const th_mel_cfg cfg = {(int32_t)rate, n, bands, (float)low, (float)high};
    th_mel_fill(&cfg, start, bin, NULL);
    const double step = (mel_of(high) - mel_of(low)) / (bands + 1), from = hz_of(mel_of(low) + step * band),
                 to = hz_of(mel_of(low) + step * (band + 2));
    th_calc_set(c, "low", from);
    th_calc_set(c, "centre", hz_of(mel_of(low) + step * (band + 1)));
    th_calc_set(c, "high", to);
    th_calc_set(c, "width", to - from);
    th_calc_set_whole(c, "bins", start[band + 1] - start[band]);
    th_calc_set_whole(c, "first_bin", bin[band]);
}

void th_calc_decibel(th_calc *c)
{
    const double signal = th_calc_number(c, "signal", 1e-12, 1e12), noise = th_calc_number(c, "noise", 1e-12, 1e12);
    if (c->err) return;
    th_calc_set(c, "db", 20 * log10(signal / noise));
    th_calc_set(c, "times", signal / noise);
}

void th_calc_bits(th_calc *c)
{
    const int32_t bits = th_calc_whole(c, "bits", 1, 32);
    if (c->err) return;
    th_calc_set_whole(c, "steps", INT64_C(1) << bits);
    th_calc_set(c, "db", 20 * log10((double)(INT64_C(1) << bits)));
}
