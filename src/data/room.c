#include "data/room.h"

#include <math.h>
#include <string.h>

#define ECHOES 40
#define TWO_PI 6.2831853f

float th_gain(float db)
{
    return powf(10.0f, db / 20.0f);
}

float th_rms(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return n ? (float)sqrt(sum / (double)n) : 0.0f;
}

static void scale(float *x, size_t n, float gain)
{
    for (size_t i = 0; i < n; i++) x[i] *= gain;
}

void th_noise_fill(th_rng *rng, float a, float hum_hz, float hum, float rate_hz, float *out, size_t n)
{
    float y = 0.0f;
    for (int i = 0; i < 400; i++) y += (1.0f - a) * (th_rng_range(rng, -1.0f, 1.0f) - y); /* until it has settled */
    for (size_t i = 0; i < n; i++) out[i] = y += (1.0f - a) * (th_rng_range(rng, -1.0f, 1.0f) - y);
    const float level = th_rms(out, n);
    if (level > 0) scale(out, n, sqrtf(1.0f - hum) / level);
    if (hum <= 0) return;
    const float phase = th_rng_unit(rng), step = hum_hz / rate_hz;
    for (size_t i = 0; i < n; i++) {
        const float t = fmodf(phase + step * (float)i, 1.0f) * TWO_PI;
        out[i] += sqrtf(hum) * (sinf(t) + 0.6f * sinf(2 * t) + 0.4f * sinf(3 * t)) * 1.147f; /* sqrt(2 / 1.52) */
    }
}

void th_noise_any(th_rng *rng, float rate_hz, float *out, size_t n)
{
    const float dull = th_rng_unit(rng), a = 1.0f - powf(10.0f, -2.0f * dull); /* 0 to 0.99 */
    const float hum_hz = th_rng_below(rng, 2) ? 50.0f : 120.0f, hums = th_rng_unit(rng);
    th_noise_fill(rng, a, hum_hz, hums > 0.75f ? hums - 0.5f : 0.0f, rate_hz, out, n);
}

void th_room_apply(th_rng *rng, float rt60_s, float wet, float rate_hz, const float *in, float *out, size_t n)
{
    float gain[ECHOES], energy = 0.0f;
    size_t delay[ECHOES];
    for (int k = 0; k < ECHOES; k++) {
        const float u = th_rng_unit(rng), t = 0.002f + u * u * rt60_s; /* denser at first */
        delay[k] = (size_t)(t * rate_hz);
        gain[k] = powf(10.0f, -3.0f * t / rt60_s) * (th_rng_below(rng, 2) ? 1.0f : -1.0f);
        energy += gain[k] * gain[k];
    }
    const float norm = sqrtf(wet / energy);
    memcpy(out, in, n * sizeof *out);
    for (int k = 0; k < ECHOES; k++) {
        const float g = gain[k] * norm;
        for (size_t i = delay[k]; i < n; i++) out[i] += g * in[i - delay[k]];
    }
}
