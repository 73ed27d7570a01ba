/* A sound as a point: log energies of 14 mel bands in 14 places around the middle of its energy.
 *
 *   E[t,b]  energy of frame t in band b                  L = max(ln E, ln max E - FLOOR)
 *   middle  sum t (P[t] - quietest P) / sum (P[t] - quietest P),  P[t] = sum over b of E[t,b]
 *   view    L around the middle, with triangles in time, mean 0, length 1
 *
 * A gain moves all L by the same; a shift moves the middle; noise that is below the floor changes little.  What lies
 * near is then held against the waveform: the correlation at the best shift, which other clips hardly reach. */
#include "check/check_priv.h"

#include "dsp/fft.h"
#include "dsp/mel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE       14   /* bands, and places in time: SIDE * SIDE = TH_VIEW */
#define FLOOR      6.9f /* 30 dB */
#define MOST_S     30   /* seconds that are looked at */
#define RUN        32   /* samples of a hash */
#define WINNOW     992
#define COARSE     4 /* samples that are added for the first search of the shift */
#define REACH_S    0.05f
#define SLOW       0.6f
#define LOWEST_HZ  100
#define HIGHEST_HZ 3800
#define ROUNDING   8.0   /* times its power there may still be nothing */
#define EDGE       800.0 /* times as loud it is before the end: a microphone's fades out, a converter's stops */

typedef struct ear {
    int32_t n_fft, hop, n_frames, n_bins;
    float *twiddle, *buf, *window, *weight;
    int32_t start[SIDE + 1], bin[SIDE];
    float *energy; /* [n_frames][SIDE] */
    double *power; /* [n_bins] mean of all frames */
} ear;

static void ear_free(ear *e)
{
    free(e->twiddle);
    free(e->buf);
    free(e->window);
    free(e->weight);
    free(e->energy);
    free(e->power);
}

static bool ear_open(ear *e, int32_t rate_hz, int32_t n)
{
    *e = (ear){.n_fft = 64};
    while (e->n_fft * 40 < rate_hz && e->n_fft < TH_FFT_MAX) e->n_fft *= 2; /* 25 ms or more */
    e->hop = e->n_fft / 2;
    e->n_bins = e->n_fft / 2 + 1;
    e->n_frames = n <= e->n_fft ? 1 : (n - e->n_fft) / e->hop + 1;
    const th_mel_cfg mel = {rate_hz, e->n_fft, SIDE, LOWEST_HZ, fminf(HIGHEST_HZ, (float)rate_hz * 0.475f)};
    const int32_t n_weights = th_mel_fill(&mel, NULL, NULL, NULL), n_twiddle = th_fft_table_size(e->n_fft);
    e->twiddle = malloc((size_t)n_twiddle * sizeof *e->twiddle);
    e->buf = malloc(2 * (size_t)(e->n_fft + 2) * sizeof *e->buf);
    e->window = malloc((size_t)e->n_fft * sizeof *e->window);
    e->weight = malloc((size_t)n_weights * sizeof *e->weight);
    e->energy = calloc((size_t)e->n_frames * SIDE, sizeof *e->energy);
    e->power = calloc((size_t)e->n_bins, sizeof *e->power);
    if (!e->twiddle || !e->buf || !e->window || !e->weight || !e->energy || !e->power) return false;
    th_fft_table_init(e->n_fft, e->twiddle);
    (void)th_mel_fill(&mel, e->start, e->bin, e->weight);
    for (int32_t i = 0; i < e->n_fft; i++)
        e->window[i] = (float)(0.5 - 0.5 * cos(6.283185307179586 * i / e->n_fft)) / 32768;
    return true;
}

/* One frame: its power spectrum to the mean, its bands to energy. */
static void ear_frame(ear *e, const int16_t *pcm, int32_t n, float *energy)
{
    float *x = e->buf;
    for (int32_t i = 0; i < e->n_fft; i++) x[i] = i < n ? (float)pcm[i] * e->window[i] : 0;
    float *s = th_fft_real(e->n_fft, e->twiddle, x, e->buf + e->n_fft + 2);
    for (int32_t k = 0; k < e->n_bins; k++) {
        s[k] = s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1];
        e->power[k] += (double)s[k] / e->n_frames;
    }
    for (int32_t b = 0; b < SIDE; b++)
        for (int32_t w = e->start[b]; w < e->start[b + 1]; w++)
            energy[b] += e->weight[w] * s[e->bin[b] + w - e->start[b]];
}

/* ---- the view ---- */

static double frame_power(const ear *e, int32_t t)
{
    double sum = 0;
    for (int b = 0; b < SIDE; b++) sum += (double)e->energy[(size_t)t * SIDE + (size_t)b];
    return sum;
}

/* The middle of what is above the noise, in frames. */
static double middle_of(const ear *e)
{
    double least = HUGE_VAL, sum = 0, at = 0;
    for (int32_t t = 0; t < e->n_frames; t++) least = fmin(least, frame_power(e, t));
    for (int32_t t = 0; t < e->n_frames; t++) {
        const double p = frame_power(e, t) - least;
        sum += p;
        at += p * t;
    }
    return sum > 0 ? at / sum : (e->n_frames - 1) / 2.0;
}

static bool make_view(const ear *e, double middle, int32_t rate_hz, float *view)
{
    float most = 0;
    const size_t n = (size_t)e->n_frames * SIDE;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, e->energy[i]);
    if (!(most > 0)) return false;
    const float top = logf(most);
    const double width = fmax(0.07 * rate_hz / e->hop, (double)e->n_frames / SIDE); /* frames from place to place */
    for (int k = 0; k < SIDE; k++) {
        const double at = middle + (k - (SIDE - 1) / 2.0) * width;
        double sum[SIDE] = {0}, all = 1e-9;
        for (int32_t t = (int32_t)ceil(at - width); t <= (int32_t)floor(at + width); t++) {
            const double w = 1 - fabs(t - at) / width;
            all += w;
            if (t < 0 || t >= e->n_frames) continue;
            for (int b = 0; b < SIDE; b++) {
                const float l = logf(e->energy[(size_t)t * SIDE + (size_t)b] + 1e-30f) - top;
                sum[b] += w * (double)fmaxf(0, l + FLOOR);
            }
        }
        for (int b = 0; b < SIDE; b++) view[k * SIDE + b] = (float)(sum[b] / all);
    }
    return true;
}

/* ---- where the sound ends: a converter from a lower rate leaves an edge behind which there is only rounding ---- */

/* Mean power of bins from .. to - 1. */
static double mean_power(const double *p, int32_t from, int32_t to)
{
    double sum = 0;
    for (int32_t k = from; k < to; k++) sum += p[k];
    return to > from ? sum / (to - from) : 0;
}

/* Rounding to 16 bits is noise with variance 1/12; a bin of a Hann window gets 3/8 n_fft of it. */
static float top_of(const ear *e, int32_t rate_hz)
{
    const double rounding = 0.375 * e->n_fft / 12 / (32768.0 * 32768.0);
    const int32_t n = e->n_bins, wide = n / 16 > 3 ? n / 16 : 3;
    int32_t top = n - 2;
    while (top > wide && mean_power(e->power, top - 1, top + 2) < ROUNDING * rounding) top--;
    if (top <= wide || top >= n - wide) return 0;
    return mean_power(e->power, top - wide, top) > EDGE * rounding ? (float)((double)top * rate_hz / e->n_fft) : 0;
}

/* ---- bits: how the bands change against each other (Haitsma, Kalker, "A highly robust audio fingerprinting system",
 * ISMIR 2002), with energies of STEP frames so that a shift within a frame changes few ---- */

#define STEP  4
#define ONES  0x1fffu
#define LOUD  0x8000u
#define QUIET 0.01f /* of the loudest frame's energy: what lies below is not compared */
#define WRONG 0.3f  /* part of the bits that may differ; of two other clips a half do */

static float tilt(const ear *e, int32_t t, int b)
{
    float lower = 1e-12f, upper = 1e-12f;
    for (int32_t k = t; k < t + STEP; k++) {
        lower += e->energy[(size_t)k * SIDE + (size_t)b];
        upper += e->energy[(size_t)k * SIDE + (size_t)b + 1];
    }
    return logf(lower / upper);
}

static th_err make_ways(const ear *e, th_fact *f, th_why *why)
{
    double most = 0;
    f->hop = e->hop;
    f->n_ways = e->n_frames > 2 * STEP ? e->n_frames - 2 * STEP : 0;
    f->ways = calloc((size_t)f->n_ways + 1, sizeof *f->ways);
    if (!f->ways) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t t = 0; t < e->n_frames; t++) most = fmax(most, frame_power(e, t));
    for (int32_t t = 0; t < f->n_ways; t++) {
        if (frame_power(e, t + STEP) > (double)QUIET * most) f->ways[t] = LOUD;
        for (int b = 0; b + 1 < SIDE; b++)
            if (tilt(e, t, b) < tilt(e, t + STEP, b)) f->ways[t] |= (uint16_t)(1u << b);
    }
    return TH_OK;
}

bool th_sound_maybe(const th_fact *a, const th_fact *b)
{
    const int32_t at = (int32_t)lroundf((a->is.sound.middle - b->is.sound.middle) / (float)a->hop);
    for (int32_t lag = at - 2; lag <= at + 2; lag++) {
        int32_t wrong = 0, n = 0;
        for (int32_t t = lag < 0 ? -lag : 0; t < b->n_ways && t + lag < a->n_ways; t++) {
            const unsigned x = a->ways[t + lag], y = b->ways[t];
            if (!(x & y & LOUD)) continue;
            n++;
            wrong += __builtin_popcount((x ^ y) & ONES);
        }
        if (n >= 5 && (float)wrong < WRONG * 13 * (float)n) return true;
    }
    return false;
}

/* ---- all of it ---- */

static void look_at_samples(th_fact *f, const int16_t *pcm, int32_t n)
{
    if (n > 0) f->is.sound.level = th_level_of(pcm, n);
}

/* Hashes of RUN samples each, 0 where less than a quarter of them differ from the one before. */
static th_err make_prints(th_fact *f, const int16_t *pcm, int32_t n, th_why *why)
{
    const int32_t n_runs = n - RUN + 1;
    uint64_t h = 0, out = 1;
    int32_t changes = 0;
    if (n_runs < 1) return TH_OK;
    uint64_t *hash = malloc((size_t)n_runs * sizeof *hash);
    if (!hash) return th_why_set(why, TH_ENOMEM, "no memory for %d samples", (int)n);
    const uint64_t step = 0x9e3779b97f4a7c15ull;
    for (int i = 0; i < RUN; i++) out *= step;
    for (int32_t i = 0; i < n; i++) {
        h = h * step + (uint16_t)pcm[i] + 1;
        changes += i > 0 && pcm[i] != pcm[i - 1];
        if (i >= RUN) {
            h -= out * ((uint64_t)(uint16_t)pcm[i - RUN] + 1);
            changes -= pcm[i - RUN + 1] != pcm[i - RUN];
        }
        if (i >= RUN - 1) hash[i - RUN + 1] = changes < RUN / 4 ? 0 : (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull | 1;
    }
    const th_err err = th_winnow(f, hash, n_runs, WINNOW, why);
    free(hash);
    return err;
}

th_err th_sound_look(th_check *c, size_t i, const int16_t *pcm, int32_t n, th_why *why)
{
    th_fact *f = &c->fact[i];
    float *view = c->view + i * TH_VIEW, *features = c->features + i * TH_FEATURES;
    const int32_t rate_hz = c->p->rate_hz, seen = n < rate_hz * MOST_S ? n : rate_hz * MOST_S;
    ear e;
    look_at_samples(f, pcm, n);
    if (!ear_open(&e, rate_hz, seen)) {
        ear_free(&e);
        return th_why_set(why, TH_ENOMEM, "no memory to look at a sound");
    }
    for (int32_t t = 0; t < e.n_frames; t++)
        ear_frame(&e, pcm + (size_t)t * (size_t)e.hop, seen - t * e.hop, e.energy + (size_t)t * SIDE);
    const double middle = middle_of(&e);
    f->is.sound.middle = (float)((middle + 0.5) * e.hop);
    f->is.sound.top_hz = top_of(&e, rate_hz);
    if (make_view(&e, middle, rate_hz, view)) {
        memcpy(features, view, TH_VIEW * sizeof *view);
        f->has_features = true;
        f->has_view = th_view_unit(view, TH_VIEW);
    }
    const th_err err = make_ways(&e, f, why);
    ear_free(&e);
    return err ? err : make_prints(f, pcm, seen, why);
}

/* ---- two of them ---- */

typedef struct wave {
    int16_t *pcm;
    int32_t n, n_coarse;
    float *fine, *coarse;
} wave;

static void wave_free(wave *w)
{
    free(w->pcm);
    free(w->fine);
    free(w->coarse);
}

/* The samples without what is slow (a first difference that forgets a tenth), and sums of COARSE of them. */
static th_err wave_open(const th_check *c, size_t i, wave *w, th_why *why)
{
    *w = (wave){0};
    TH_TRY(th_dataset_samples(c->set, &c->set->samples[i], &w->pcm, &w->n, why));
    const int32_t most = c->p->rate_hz * MOST_S;
    if (w->n > most) w->n = most;
    w->n_coarse = w->n / COARSE;
    w->fine = malloc(((size_t)w->n + 1) * sizeof *w->fine);
    w->coarse = calloc((size_t)w->n_coarse + 1, sizeof *w->coarse);
    if (!w->fine || !w->coarse) return th_why_set(why, TH_ENOMEM, "no memory for %d samples", (int)w->n);
    for (int32_t t = 0; t < w->n; t++) w->fine[t] = (float)w->pcm[t] - (t ? SLOW * (float)w->pcm[t - 1] : 0);
    for (int32_t t = 0; t < w->n_coarse * COARSE; t++) w->coarse[t / COARSE] += w->fine[t];
    return TH_OK;
}

/* Correlation of x[t + lag] and y[t] over all of both: what lies outside counts as 0. */
static float correlation(const float *x, int32_t n_x, const float *y, int32_t n_y, int32_t lag)
{
    const int32_t from = lag < 0 ? -lag : 0, to = n_x - lag < n_y ? n_x - lag : n_y;
    float part[8] = {0}, sum = 0;
    int32_t t = from;
    for (; t + 8 <= to; t += 8)
        for (int k = 0; k < 8; k++) part[k] += x[t + lag + k] * y[t + k];
    for (; t < to; t++) sum += x[t + lag] * y[t];
    for (int k = 0; k < 8; k++) sum += part[k];
    return sum;
}

/* The lag from `lo` to `hi` with the largest absolute correlation. */
static int32_t best_lag(const float *x, int32_t n_x, const float *y, int32_t n_y, int32_t lo, int32_t hi, float *most)
{
    int32_t best = lo;
    *most = 0;
    for (int32_t lag = lo; lag <= hi; lag++) {
        const float v = fabsf(correlation(x, n_x, y, n_y, lag));
        if (v > *most) *most = v, best = lag;
    }
    return best;
}

static float likeness(const th_check *c, const th_fact *a, const th_fact *b, const wave *x, const wave *y)
{
    const float energy =
        sqrtf(correlation(x->fine, x->n, x->fine, x->n, 0)) * sqrtf(correlation(y->fine, y->n, y->fine, y->n, 0));
    const int32_t reach = (int32_t)(REACH_S * (float)c->p->rate_hz) / COARSE,
                  at = (int32_t)lroundf((a->is.sound.middle - b->is.sound.middle) / COARSE);
    float most;
    const int32_t lag =
        best_lag(x->coarse, x->n_coarse, y->coarse, y->n_coarse, at - reach, at + reach, &most) * COARSE;
    (void)best_lag(x->fine, x->n, y->fine, y->n, lag - 2 * COARSE, lag + 2 * COARSE, &most);
    return energy > 0 ? most / energy : 0;
}

th_err th_sound_alike(const th_check *c, size_t a, size_t b, float *score, th_why *why)
{
    wave x, y = {0};
    *score = 0;
    th_err err = wave_open(c, a, &x, why);
    if (!err) err = wave_open(c, b, &y, why);
    if (!err) *score = likeness(c, &c->fact[a], &c->fact[b], &x, &y);
    wave_free(&x);
    wave_free(&y);
    return err;
}
