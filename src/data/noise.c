#include "data/noise.h"

#include "base/fmath.h"
#include "data/augment.h"

static void white(th_rng *r, float *out, int32_t n)
{
    for (int32_t i = 0; i < n; i++) { /* four uniforms: bell-shaped enough, and cheap */
        const uint32_t a = th_rng_u32(r), b = th_rng_u32(r);
        const int32_t sum = (int32_t)((a & 0xffffu) + (a >> 16) + (b & 0xffffu) + (b >> 16)) - 131070;
        out[i] = (float)sum * 0x1p-16f;
    }
}

/* White noise through five one-pole low-passes two octaves apart, each by 1 / sqrt(its edge):
 * their sum falls by about 3 dB per octave from 0.0005 to 0.5 of the rate. */
static void pink(th_rng *r, float *out, int32_t n)
{
    float pole[5], loud[5], y[5] = {0};
    double edge = 0.0005;
    for (int32_t k = 0; k < 5; k++) {
        pole[k] = (float)th_exp(-6.283185307179586 * edge);
        loud[k] = (1.0f - pole[k]) * (float)th_exp(-0.5 * th_log(edge));
        edge *= 4.0;
    }
    white(r, out, n);
    for (int32_t i = 0; i < n; i++) {
        float sum = 0.0f;
        for (int32_t k = 0; k < 5; k++) sum += y[k] = pole[k] * y[k] + loud[k] * out[i];
        out[i] = sum;
    }
}

static void brown(th_rng *r, float *out, int32_t n)
{
    float sum = 0.0f;
    white(r, out, n);
    for (int32_t i = 0; i < n; i++) out[i] = sum = 0.998f * sum + 0.05f * out[i];
}

/* x[i] += loud * sin(step * i + phase), by turning a vector; 0 <= loud */
static void add_tone(float *x, int32_t n, double step, double phase, double loud)
{
    const double c = th_cos(step), s = th_sin(step);
    double re = loud * th_cos(phase), im = loud * th_sin(phase);
    for (int32_t i = 0; i < n; i++) {
        const double next = re * c - im * s;
        im = re * s + im * c;
        re = next;
        x[i] += (float)im;
    }
}

static void hum(th_rng *r, int32_t rate_hz, float *out, int32_t n)
{
    const int32_t second = rate_hz;
    pink(r, out, n);
    th_noise_level(out, n);
    for (int32_t at = 0; at < n; at += second) { /* another machine every second */
        const int32_t len = n - at < second ? n - at : second;
        const double base = th_rng_u32(r) & 1u ? 50.0 : 60.0, fall = (double)th_rng_range(r, 0.3f, 1.5f);
        const float faint = th_rng_range(r, 0.02f, 0.5f);
        for (int32_t i = 0; i < len; i++) out[at + i] *= faint;
        for (int32_t k = 1; k <= 12; k++) {
            const double loud = (double)th_rng_unit(r) * th_exp(-fall * th_log((double)k));
            const double hz = base * (double)k;
            if (hz < 0.45 * (double)rate_hz)
                add_tone(out + at, len, 6.283185307179586 * hz / (double)rate_hz, 6.28 * (double)th_rng_unit(r), loud);
        }
    }
}

/* Two resonances in a row, y = x + 2 p cos(w) y1 - p^2 y2. */
static void resonate(th_rng *r, int32_t rate_hz, float *x, int32_t n)
{
    for (int32_t pass = 0; pass < 2; pass++) {
        const double octave = (double)th_rng_unit(r) * th_log(0.4 * (double)rate_hz / 60.0); /* 60 Hz .. 0.4 rate */
        const double turn = 6.283185307179586 * 60.0 * th_exp(octave) / (double)rate_hz;
        const float p = th_rng_range(r, 0.3f, 0.98f), a1 = 2.0f * p * (float)th_cos(turn), a2 = p * p;
        float y1 = 0.0f, y2 = 0.0f;
        for (int32_t i = 0; i < n; i++) {
            const float y = x[i] + a1 * y1 - a2 * y2;
            y2 = y1;
            x[i] = y1 = y;
        }
    }
}

static void shaped(th_rng *r, int32_t rate_hz, float *out, int32_t n)
{
    const int32_t piece = rate_hz / 2;
    float loud = 1.0f;
    white(r, out, n);
    for (int32_t at = 0; at < n; at += piece) {
        const int32_t len = n - at < piece ? n - at : piece;
        resonate(r, rate_hz, out + at, len);
        th_noise_level(out + at, len);
        const float next = (float)th_gain_of_db((double)th_rng_range(r, -15.0f, 6.0f));
        for (int32_t i = 0; i < len; i++) out[at + i] *= loud + (next - loud) * (float)i / (float)len;
        loud = next;
    }
}

static void knocks(th_rng *r, int32_t rate_hz, float *out, int32_t n)
{
    pink(r, out, n);
    th_noise_level(out, n);
    const float faint = 0.05f;
    for (int32_t i = 0; i < n; i++) out[i] *= faint;
    for (int32_t at = 0; at < n; at += (int32_t)th_rng_below(r, (uint32_t)rate_hz / 2) + rate_hz / 50) {
        const float decay = 1.0f - 1.0f / (th_rng_range(r, 0.002f, 0.08f) * (float)rate_hz);
        float loud = (float)th_gain_of_db((double)th_rng_range(r, -10.0f, 14.0f)), last = 0.0f;
        const float dull = th_rng_unit(r) * 0.95f;
        for (int32_t i = at; i < n; i++) {
            last = dull * last + (1.0f - dull) * th_rng_range(r, -1.0f, 1.0f);
            out[i] += loud * last;
            loud *= decay;
            if (loud < 0.01f) break;
        }
    }
}

void th_noise_level(float *x, int32_t n)
{
    const double power = th_wave_power(x, n);
    if (!(power > 1e-20)) return;
    const float gain = (float)th_exp(-0.5 * th_log(power));
    for (int32_t i = 0; i < n; i++) x[i] *= gain;
}

void th_noise_make(th_noise_kind kind, th_rng *r, int32_t rate_hz, float *out, int32_t n)
{
    switch (kind) {
    case TH_NOISE_PINK: pink(r, out, n); break;
    case TH_NOISE_BROWN: brown(r, out, n); break;
    case TH_NOISE_HUM: hum(r, rate_hz, out, n); break;
    case TH_NOISE_SHAPED: shaped(r, rate_hz, out, n); break;
    case TH_NOISE_KNOCKS: knocks(r, rate_hz, out, n); break;
    case TH_NOISE_WHITE:
    case TH_NOISE_KINDS: white(r, out, n); break;
    }
    th_noise_level(out, n);
}
