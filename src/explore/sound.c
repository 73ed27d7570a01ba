/* Sounds that are made here, and their mel bands. */
#include "explore/explore.h"

#include "base/rng.h"
#include "dsp/fft.h"
#include "dsp/frontend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.283185307179586

/* ---- sounds ---- */

/* Two poles at +-hz: y[t] = x[t] + a y[t-1] + b y[t-2], scaled so that it is 1 at 0 Hz. */
typedef struct resonator {
    double a, b, gain, y1, y2;
} resonator;

static resonator resonator_of(double hz, double wide, double rate)
{
    const double r = exp(-TWO_PI / 2 * wide / rate);
    resonator s = {.a = 2 * r * cos(TWO_PI * hz / rate), .b = -r * r};
    s.gain = 1 - s.a - s.b;
    return s;
}

static double through(resonator *s, double x)
{
    const double y = s->gain * x + s->a * s->y1 + s->b * s->y2;
    s->y2 = s->y1;
    s->y1 = y;
    return y;
}

/* Where the throat and mouth of a man resonate for "ah", "ee" and "oo".
 * Source: Peterson, Barney, "Control Methods Used in a Study of the Vowels", 1952. */
static const double formants[][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}};

/* Puffs of air, `pitch` in a second, softened, through three resonances; lips let the high through better. */
static void vowel(const double *formant, double pitch, double rate, int32_t n, float *pcm)
{
    resonator soft = resonator_of(0, 100, rate), tract[3];
    double phase = 0, before = 0;
    for (int k = 0; k < 3; k++) tract[k] = resonator_of(formant[k], 60 + 40 * k, rate);
    for (int32_t i = 0; i < n; i++) {
        phase += pitch * (1 + 0.02 * sin(TWO_PI * 5 * i / rate)) / rate; /* a voice is never quite steady */
        double x = phase >= 1 ? 1 : 0;
        phase -= phase >= 1 ? 1 : 0;
        x = through(&soft, x);
        for (int k = 0; k < 3; k++) x = through(&tract[k], x);
        pcm[i] = (float)(x - 0.97 * before);
        before = x;
    }
}

static void other(int32_t kind, double rate, int32_t n, uint32_t seed, float *pcm)
{
    th_rng rng = th_rng_make(seed, 9);
    double phase = 0, last = 0;
    for (int32_t i = 0; i < n; i++) {
        const double noise = (double)th_rng_normal(&rng), part = (double)i / n;
        const double hz = kind == TH_SOUND_WHISTLE ? 1500 + 100 * sin(TWO_PI * 4 * i / rate) : 200 * pow(35, part);
        phase += hz / rate;
        pcm[i] = (float)(kind == TH_SOUND_HISS ? noise - 0.9 * last : sin(TWO_PI * phase));
        last = noise;
    }
}

void th_explore_sound(int32_t kind, double pitch, double rate, int32_t n, uint32_t seed, float *pcm)
{
    float most = 1e-9f;
    if (kind <= TH_SOUND_OO)
        vowel(formants[kind], pitch, rate, n, pcm);
    else
        other(kind, rate, n, seed, pcm);
    for (int32_t i = 0; i < n; i++) most = fmaxf(most, fabsf(pcm[i]));
    const float edge = (float)rate / 40; /* begins and ends softly */
    for (int32_t i = 0; i < n; i++) {
        const float near = fminf(1, fminf((float)i, (float)(n - 1 - i)) / edge);
        pcm[i] = roundf(12000 * near * pcm[i] / most);
    }
}

/* ---- mel bands ---- */

struct th_ear {
    th_frontend f;
    float *scratch;
    int16_t *pcm; /* [window] */
    void *memory;
};

th_ear *th_explore_ear(double rate, int32_t window, int32_t hop, int32_t bands)
{
    th_ear *e = calloc(1, sizeof *e);
    int32_t n_fft = 2;
    while (n_fft < window) n_fft *= 2;
    const th_frontend_cfg cfg = {.kind = TH_LOGMEL,
                                 .rate_hz = (int32_t)rate,
                                 .window = window,
                                 .hop = hop,
                                 .n_fft = n_fft,
                                 .n_mel = bands,
                                 .n_coef = bands,
                                 .low_hz = 20,
                                 .high_hz = (float)(rate / 2)};
    const size_t bytes = th_frontend_mem(&cfg);
    if (!e || !bytes) {
        free(e);
        return NULL;
    }
    e->memory = malloc(bytes);
    e->scratch = calloc(th_frontend_scratch(&cfg), sizeof *e->scratch);
    e->pcm = calloc((size_t)window, sizeof *e->pcm);
    th_arena arena = th_arena_over(e->memory, bytes);
    if (e->memory && e->scratch && e->pcm && !th_frontend_init(&e->f, &cfg, NULL, NULL, &arena)) return e;
    th_explore_ear_free(e);
    return NULL;
}

void th_explore_ear_free(th_ear *e)
{
    if (!e) return;
    free(e->memory);
    free(e->scratch);
    free(e->pcm);
    free(e);
}

int32_t th_explore_ear_bins(const th_ear *e)
{
    return e->f.cfg.n_fft / 2 + 1;
}

static void to_s16(const float *pcm, int32_t n, int16_t *to)
{
    for (int32_t i = 0; i < n; i++) to[i] = (int16_t)fmaxf(-32768, fminf(32767, roundf(pcm[i])));
}

int32_t th_explore_ear_clip(th_ear *e, const float *pcm, int32_t n, float *bands)
{
    const th_frontend_cfg *c = &e->f.cfg;
    const int32_t frames = th_frontend_frames(c, n);
    for (int32_t i = 0; bands && i < frames; i++) {
        to_s16(pcm + (size_t)i * (size_t)c->hop, c->window, e->pcm);
        th_frontend_frame(&e->f, e->pcm, e->scratch, bands + (size_t)i * (size_t)c->n_mel);
    }
    return frames;
}

void th_explore_ear_frame(th_ear *e, const float *pcm, float *windowed, float *power)
{
    const th_frontend_cfg *c = &e->f.cfg;
    float *x = e->scratch, *work = x + c->n_fft + 2;
    to_s16(pcm, c->window, e->pcm);
    memset(x, 0, sizeof *x * (size_t)(c->n_fft + 2));
    for (int32_t i = 0; i < c->window; i++) windowed[i] = x[i] = (float)e->pcm[i] * e->f.window[i];
    const float *s = th_fft_real(c->n_fft, e->f.twiddle, x, work);
    for (int32_t k = 0; k <= c->n_fft / 2; k++) power[k] = s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1];
}

void th_explore_ear_weights(const th_ear *e, float *weight)
{
    const int32_t bins = th_explore_ear_bins(e);
    memset(weight, 0, sizeof *weight * (size_t)bins * (size_t)e->f.cfg.n_mel);
    for (int32_t b = 0; b < e->f.cfg.n_mel; b++)
        for (int32_t i = e->f.mel_start[b]; i < e->f.mel_start[b + 1]; i++)
            weight[(size_t)b * (size_t)bins + (size_t)(e->f.mel_bin[b] + i - e->f.mel_start[b])] = e->f.mel_weight[i];
}
