/* A tone, and the samples that are taken of it. */
#include "explore/explore.h"

#include "dsp/biquad.h"
#include "dsp/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FINE   16 /* points of the wave to a sample */
#define LEAD   64 /* samples before the first one that is shown: until then the filter has settled */
#define TWO_PI 6.283185307179586
#define EDGE   0.4f /* of the sampling rate */
#define MOST   (TH_WAVE_SAMPLES + LEAD)

double th_explore_heard(double tone, double rate)
{
    return fabs(tone - rate * round(tone / rate));
}

void th_explore_wave(double tone, double rate, int32_t filter, float *wave, float *samples)
{
    const th_filter f = {.kind = TH_FILTER_LOW, .order = TH_BIQUAD_ORDER, .high_hz = EDGE * (float)rate};
    float coef[5 * TH_BIQUAD_ORDER], *x = calloc((size_t)FINE * MOST, sizeof *x);
    if (!x) return;
    for (int32_t i = 0; i < FINE * MOST; i++) x[i] = (float)sin(TWO_PI * tone * (i - FINE * LEAD) / (FINE * rate));
    if (filter) {
        th_filter_design(&f, (float)(FINE * rate), coef);
        th_filter_run(&f, coef, x, FINE * MOST);
    }
    memcpy(wave, x + (size_t)FINE * LEAD, sizeof *wave * FINE * TH_WAVE_SAMPLES);
    for (int32_t i = 0; i < TH_WAVE_SAMPLES; i++) samples[i] = wave[(size_t)FINE * (size_t)i];
    free(x);
}

void th_explore_spectrum(const float *samples, float *loudness)
{
    enum { N = TH_WAVE_SAMPLES };
    float *room = calloc((size_t)2 * (N + 2) + (size_t)th_fft_table_size(N), sizeof *room);
    if (!room) return;
    float *x = room, *work = x + N + 2, *twiddle = work + N + 2;
    th_fft_table_init(N, twiddle);
    for (int32_t i = 0; i < N; i++) /* Hann's window; a sine of amplitude 1 gives 1 */
        x[i] = samples[i] * (float)((0.5 - 0.5 * cos(TWO_PI * i / N)) * 4 / N);
    const float *spectrum = th_fft_real(N, twiddle, x, work);
    for (int32_t k = 0; k <= N / 2; k++) loudness[k] = hypotf(spectrum[2 * k], spectrum[2 * k + 1]);
    free(room);
}
