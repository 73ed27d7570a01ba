#include "data/augment.h"

#include "base/fmath.h"

#include <stdbool.h>
#include <string.h>

#define NEPER_PER_DB 0.11512925464970229 /* ln(10) / 20 */

/* out[k] = pcm[from + k], 0 outside the recording */
static void to_float(const int16_t *pcm, int32_t n, int64_t from, float *out, int32_t n_out)
{
    const int64_t low = from < 0 ? -from : 0, high = n - from < n_out ? n - from : n_out;
    const int32_t first = low < n_out ? (int32_t)low : n_out, end = high > first ? (int32_t)high : first;
    for (int32_t k = 0; k < first; k++) out[k] = 0.0f;
    for (int32_t k = first; k < end; k++) out[k] = (float)pcm[from + k] * 0x1p-15f;
    for (int32_t k = end; k < n_out; k++) out[k] = 0.0f;
}

/* Weights of four neighbours for a place u behind the second (Catmull and Rom): 1 at u = 0. */
static void cubic(float u, float w[4])
{
    w[0] = ((1.0f - 0.5f * u) * u - 0.5f) * u;
    w[1] = ((1.5f * u - 2.5f) * u) * u + 1.0f;
    w[2] = ((2.0f - 1.5f * u) * u + 0.5f) * u;
    w[3] = ((0.5f * u - 0.5f) * u) * u;
}

enum { PHASES = TH_SPEED_STEPS, BLOCK = 4 * PHASES };

/* One weight table serves every block, since PHASES outputs are a whole number of inputs. */
typedef struct phases {
    float weight[PHASES][4];
    int32_t at[PHASES]; /* first of the four inputs */
} phases;

static void fill_phases(phases *p, int32_t step)
{
    for (int32_t k = 0; k < PHASES; k++) {
        cubic((float)(k * step % PHASES) / (float)PHASES, p->weight[k]);
        p->at[k] = k * step / PHASES;
    }
}

static void resample_phases(const phases *p, const float *restrict x, float *restrict out)
{
    for (int32_t k = 0; k < PHASES; k++) {
        const float *w = p->weight[k], *near = x + p->at[k];
        out[k] = (w[0] * near[0] + w[2] * near[2]) + (w[1] * near[1] + w[3] * near[3]);
    }
}

void th_wave_resample(const int16_t *pcm, int32_t n, int32_t start, int32_t step, float *out, int32_t n_out)
{
    float in[4 * BLOCK + 4], last[BLOCK]; /* step <= 4 PHASES */
    phases table;
    int64_t from = (int64_t)start - 1;
    fill_phases(&table, step);
    for (int32_t t = 0; t < n_out; t += BLOCK, from += BLOCK / PHASES * step) {
        float *to = n_out - t < BLOCK ? last : out + t;
        to_float(pcm, n, from, in, BLOCK / PHASES * step + 4);
        for (int32_t k = 0; k < BLOCK / PHASES; k++) resample_phases(&table, in + k * step, to + k * PHASES);
        if (to == last) memcpy(out + t, last, (size_t)(n_out - t) * sizeof *out);
    }
}

/* How well x[b ..] continues where x[a ..] would: correlation over the loudness of b, its sign kept; every `stride`-th
 * of n samples.  Squared, so that no root is needed. */
static float likeness(const float *x, int32_t a, int32_t b, int32_t n, int32_t stride)
{
    float both = 0.0f, own = 1e-12f;
    for (int32_t i = 0; i < n; i += stride) {
        both += x[a + i] * x[b + i];
        own += x[b + i] * x[b + i];
    }
    return both * (both < 0.0f ? -both : both) / own;
}

/* Of the places lo .. hi, `step` apart, the one that continues a best. */
static int32_t best_place(const float *x, int32_t a, int32_t lo, int32_t hi, int32_t step, int32_t n)
{
    int32_t best = lo;
    float most = likeness(x, a, lo, n, step);
    for (int32_t b = lo + step; b <= hi; b += step) {
        const float like = likeness(x, a, b, n, step);
        if (like > most) {
            most = like;
            best = b;
        }
    }
    return best;
}

static int32_t limit(int32_t v, int32_t lo, int32_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

#define COARSE 3 /* first every third place by every third sample, then all about the best */

void th_wave_stretch(const float *x, int32_t n, float tempo, int32_t rate_hz, float *out, int32_t n_out)
{
    const int32_t hop = rate_hz / 80, reach = rate_hz / 160, last = n - hop;
    if (last < 0) {
        memset(out, 0, (size_t)n_out * sizeof *out);
        return;
    }
    int32_t at = -hop; /* where the piece before was taken from */
    for (int32_t t = 0; t < n_out; t += hop) {
        const int32_t want = (int32_t)((float)t * tempo + 0.5f), next = limit(at + hop, 0, last);
        int32_t place = limit(want, 0, last);
        if (next >= want - reach && next <= want + reach) {
            place = next; /* nothing fits as well as what follows by itself */
        } else if (t > 0) {
            place = best_place(x, next, limit(want - reach, 0, last), limit(want + reach, 0, last), COARSE, hop);
            place = best_place(x, next, limit(place - COARSE + 1, 0, last), limit(place + COARSE - 1, 0, last), 1, hop);
        }
        const int32_t count = n_out - t < hop ? n_out - t : hop;
        for (int32_t i = 0; i < count; i++) {
            const float part = (float)i / (float)hop;
            out[t + i] = want > n ? 0.0f : x[next + i] + part * (x[place + i] - x[next + i]);
        }
        at = place;
    }
}

/* Resampling by the steps of speed and pitch, and the tempo that is then still to be changed. */
static int32_t pitch_step(const th_wave_way *way, float *tempo)
{
    const int32_t step = limit((int32_t)((float)way->step * way->pitch + 0.5f), 1, 4 * TH_SPEED_STEPS);
    *tempo = way->tempo * (float)way->step / (float)step;
    return step;
}

int32_t th_wave_wide(const th_wave_way *way, int32_t n_out)
{
    float tempo;
    (void)pitch_step(way, &tempo);
    return (int32_t)((float)n_out * tempo) + 1;
}

void th_wave_play(const int16_t *pcm, int32_t n, int32_t middle, const th_wave_way *way, float *wide, float *out,
                  int32_t n_out)
{
    const bool plain = !(way->tempo < 1.0f || way->tempo > 1.0f || way->pitch < 1.0f || way->pitch > 1.0f);
    float tempo;
    const int32_t step = plain ? way->step : pitch_step(way, &tempo), m = plain ? n_out : th_wave_wide(way, n_out);
    const int32_t start = middle - (int32_t)((int64_t)(m / 2) * step / TH_SPEED_STEPS);
    th_wave_resample(pcm, n, start, step, plain ? out : wide, m);
    if (!plain) th_wave_stretch(wide, m, tempo, way->rate_hz, out, n_out);
}

double th_wave_power(const float *x, int32_t n)
{
    float part[8] = {0}; /* eight sums side by side become vector code */
    double sum = 0.0;
    int32_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int32_t k = 0; k < 8; k++) part[k] += x[i + k] * x[i + k];
    for (; i < n; i++) sum += (double)(x[i] * x[i]);
    for (int32_t k = 0; k < 8; k++) sum += (double)part[k];
    return n > 0 ? sum / (double)n : 0.0;
}

void th_wave_add(float *restrict x, const float *restrict y, int32_t n, float gain)
{
    for (int32_t i = 0; i < n; i++) x[i] += gain * y[i];
}

void th_wave_mix(float *restrict x, const float *restrict noise, int32_t n, double snr_db)
{
    const double signal = th_wave_power(x, n), other = th_wave_power(noise, n);
    if (!(signal > 0.0) || !(other > 0.0)) return;
    th_wave_add(x, noise, n, (float)th_exp(0.5 * (th_log(signal) - th_log(other)) - snr_db * NEPER_PER_DB));
}

void th_wave_room(th_rng *r, int32_t rate_hz, const float *restrict x, float *restrict out, int32_t n)
{
    const float tilt = th_rng_range(r, -0.4f, 0.4f);
    const int32_t echoes = 3 + (int32_t)th_rng_below(r, 4), longest = rate_hz * 30 / 1000;
    out[0] = x[0];
    for (int32_t i = 1; i < n; i++) out[i] = x[i] + tilt * x[i - 1];
    for (int32_t k = 0; k < echoes; k++) {
        const int32_t delay = rate_hz / 1000 + (int32_t)th_rng_below(r, (uint32_t)longest);
        const float loud = th_rng_range(r, 0.05f, 0.5f) * (1.0f - (float)delay / (float)(2 * longest));
        if (delay < n) th_wave_add(out + delay, x, n - delay, th_rng_u32(r) & 1u ? loud : -loud);
    }
}

void th_wave_to_s16(const float *x, int32_t n, float gain, int16_t *out)
{
    const float scale = gain * 32768.0f;
    for (int32_t i = 0; i < n; i++) { /* limits on integers: float ones would not become vector code */
        int32_t q = (int32_t)(x[i] * scale + 32768.5f); /* cutting a positive number rounds to nearest */
        q = q > 65535 ? 65535 : q;
        q = q < 0 ? 0 : q;
        out[i] = (int16_t)(q - 32768);
    }
}

double th_gain_of_db(double db)
{
    return th_exp(db * NEPER_PER_DB);
}

double th_db_of_power(double power)
{
    return th_log(power) * 4.3429448190325176; /* 10 / ln(10) */
}

static int32_t up_to(th_rng *r, int32_t n) /* 0 .. n */
{
    return n > 0 ? (int32_t)th_rng_below(r, (uint32_t)n + 1) : 0;
}

void th_features_mask(th_rng *r, float *x, int32_t n_frames, int32_t n_coef, int32_t max_frames, int32_t max_coefs)
{
    const int32_t frames = up_to(r, max_frames < n_frames ? max_frames : n_frames);
    const int32_t first = up_to(r, n_frames - frames);
    const int32_t coefs = up_to(r, max_coefs < n_coef ? max_coefs : n_coef);
    const int32_t low = up_to(r, n_coef - coefs);
    memset(x + (size_t)first * (size_t)n_coef, 0, (size_t)frames * (size_t)n_coef * sizeof *x);
    for (int32_t f = 0; f < n_frames; f++) memset(x + (size_t)f * (size_t)n_coef + low, 0, (size_t)coefs * sizeof *x);
}

/* Joehnk 1964: u^(1/a) / (u^(1/a) + v^(1/a)) given that the sum is at most 1. */
float th_rng_beta(th_rng *r, float alpha)
{
    for (;;) {
        const float u = th_rng_unit(r), v = th_rng_unit(r);
        if (u <= 0.0f || v <= 0.0f) continue;
        const double a = th_exp(th_log((double)u) / (double)alpha), b = th_exp(th_log((double)v) / (double)alpha);
        if (a + b <= 1.0 && a + b > 0.0) return (float)(a / (a + b));
    }
}
