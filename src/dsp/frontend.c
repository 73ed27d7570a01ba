#include "dsp/frontend.h"

#include "base/fmath.h"
#include "dsp/fft.h"
#include "dsp/mel.h"

#include <string.h>

static th_mel_cfg mel_of(const th_frontend_cfg *c)
{
    const th_mel_cfg m = {c->rate_hz, c->n_fft, c->n_mel, c->low_hz, c->high_hz};
    return m;
}

static int cfg_ok(const th_frontend_cfg *c)
{
    if (c->kind != TH_LOGMEL && c->kind != TH_MFCC) return 0;
    if (c->rate_hz < 100 || c->rate_hz > INT32_C(192000) || !th_fft_table_size(c->n_fft)) return 0;
    if (c->window < 2 || c->window > c->n_fft || c->hop < 1 || c->hop > c->window * 4) return 0;
    if (c->n_mel < 1 || c->n_mel > TH_MAX_COEFS || c->n_coef < 1 || c->n_coef > c->n_mel) return 0;
    if (c->kind == TH_LOGMEL && c->n_coef != c->n_mel) return 0;
    return c->low_hz >= 0.0f && c->low_hz < c->high_hz && c->high_hz <= (float)c->rate_hz * 0.5f;
}

static size_t rounded(size_t n, size_t size)
{
    return (n * size + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

size_t th_frontend_mem(const th_frontend_cfg *c)
{
    if (!cfg_ok(c)) return 0;
    const th_mel_cfg m = mel_of(c);
    const size_t n_mel = (size_t)c->n_mel, n_coef = (size_t)c->n_coef;
    return rounded((size_t)c->window, sizeof(float)) + rounded((size_t)th_fft_table_size(c->n_fft), sizeof(float)) +
           rounded(n_mel + 1, sizeof(int32_t)) + rounded(n_mel, sizeof(int32_t)) +
           rounded((size_t)th_mel_fill(&m, NULL, NULL, NULL), sizeof(float)) +
           (c->kind == TH_MFCC ? rounded(n_coef * n_mel, sizeof(float)) : 0) + 2 * rounded(n_coef, sizeof(float));
}

static void fill_window(float *w, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        w[i] = (float)((0.5 - 0.5 * th_cos(6.283185307179586477 * (double)i / (double)n)) / 32768.0);
}

/* dct[k][m] = sqrt((k ? 2 : 1) / n_mel) cos(pi k (m + 1/2) / n_mel) */
static void fill_dct(float *dct, int32_t n_coef, int32_t n_mel)
{
    const double half_log = 0.5 * th_log((double)n_mel), first = th_exp(-half_log);
    const double other = th_exp(0.5 * th_log(2.0) - half_log);
    for (int32_t k = 0; k < n_coef; k++)
        for (int32_t m = 0; m < n_mel; m++) {
            const double turn = 3.141592653589793239 * (double)(k * (2 * m + 1)) / (double)(2 * n_mel);
            *dct++ = (float)((k ? other : first) * th_cos(turn));
        }
}

th_err th_frontend_init(th_frontend *f, const th_frontend_cfg *cfg, const float *mean, const float *inv_std,
                        th_arena *arena)
{
    if (!cfg_ok(cfg)) return TH_ERANGE;
    const th_mel_cfg mel = mel_of(cfg);
    const size_t n_mel = (size_t)cfg->n_mel, n_coef = (size_t)cfg->n_coef;
    const int32_t n_twiddle = th_fft_table_size(cfg->n_fft);
    float *window = TH_NEW(arena, float, (size_t)cfg->window);
    float *twiddle = TH_NEW(arena, float, (size_t)n_twiddle);
    int32_t *mel_start = TH_NEW(arena, int32_t, n_mel + 1);
    int32_t *mel_bin = TH_NEW(arena, int32_t, n_mel);
    float *weight = TH_NEW(arena, float, (size_t)th_mel_fill(&mel, NULL, NULL, NULL));
    float *dct = cfg->kind == TH_MFCC ? TH_NEW(arena, float, n_coef *n_mel) : NULL;
    float *own_mean = TH_NEW(arena, float, n_coef), *own_inv = TH_NEW(arena, float, n_coef);
    if (!window || !twiddle || !mel_start || !mel_bin || !weight || !own_mean || !own_inv) return TH_ENOMEM;
    if (cfg->kind == TH_MFCC && !dct) return TH_ENOMEM;
    fill_window(window, cfg->window);
    th_fft_table_init(cfg->n_fft, twiddle);
    (void)th_mel_fill(&mel, mel_start, mel_bin, weight);
    if (dct) fill_dct(dct, cfg->n_coef, cfg->n_mel);
    for (size_t i = 0; i < n_coef; i++) {
        own_mean[i] = mean ? mean[i] : 0.0f;
        own_inv[i] = inv_std ? inv_std[i] : 1.0f;
    }
    f->cfg = *cfg;
    f->window = window;
    f->twiddle = twiddle;
    f->n_twiddle = n_twiddle;
    f->mel_start = mel_start;
    f->mel_bin = mel_bin;
    f->mel_weight = weight;
    f->dct = dct;
    f->mean = own_mean;
    f->inv_std = own_inv;
    return TH_OK;
}

static th_frontend_table table_of(const char *name, const void *data, int32_t count, int32_t is_float)
{
    const th_frontend_table t = {name, data, data ? count : 0, is_float};
    return t;
}

void th_frontend_tables(const th_frontend *f, th_frontend_table t[TH_FRONTEND_TABLES])
{
    const th_frontend_cfg *c = &f->cfg;
    t[0] = table_of("window", f->window, c->window, 1);
    t[1] = table_of("twiddle", f->twiddle, f->n_twiddle, 1);
    t[2] = table_of("mel_start", f->mel_start, c->n_mel + 1, 0);
    t[3] = table_of("mel_bin", f->mel_bin, c->n_mel, 0);
    t[4] = table_of("mel_weight", f->mel_weight, f->mel_start[c->n_mel], 1);
    t[5] = table_of("dct", f->dct, c->n_coef * c->n_mel, 1);
    t[6] = table_of("mean", f->mean, c->n_coef, 1);
    t[7] = table_of("inv_std", f->inv_std, c->n_coef, 1);
}

size_t th_frontend_scratch(const th_frontend_cfg *cfg)
{
    return 2 * ((size_t)cfg->n_fft + 2);
}

/* energy [n_mel] = logarithms of the bands of power [n_fft/2 + 1] */
static void log_bands(const th_frontend *f, const float *restrict power, float *restrict energy)
{
    const float *w = f->mel_weight;
    for (int32_t b = 0; b < f->cfg.n_mel; b++) {
        const float *p = power + f->mel_bin[b], *const end = f->mel_weight + f->mel_start[b + 1];
        float sum = TH_MEL_FLOOR;
        while (w < end) sum += *w++ * *p++;
        energy[b] = sum;
    }
    for (int32_t b = 0; b < f->cfg.n_mel; b++) energy[b] = th_logf_normal(energy[b]);
}

void th_frontend_frame(const th_frontend *f, const int16_t *pcm, float *scratch, float *out)
{
    const th_frontend_cfg *c = &f->cfg;
    float *restrict x = scratch, *restrict work = scratch + c->n_fft + 2;
    for (int32_t i = 0; i < c->window; i++) x[i] = (float)pcm[i] * f->window[i];
    for (int32_t i = c->window; i < c->n_fft; i++) x[i] = 0.0f;
    const float *restrict spectrum = th_fft_real(c->n_fft, f->twiddle, x, work);
    float *restrict power = spectrum == x ? work : x;
    for (int32_t k = 0; k <= c->n_fft / 2; k++)
        power[k] = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
    float *energy = power == x ? work : x; /* the spectrum is not needed any more */
    log_bands(f, power, energy);
    const float *d = f->dct;
    for (int32_t k = 0; k < c->n_coef; k++) {
        float v = energy[k];
        if (d) {
            v = 0.0f;
            for (int32_t m = 0; m < c->n_mel; m++) v += *d++ * energy[m];
        }
        out[k] = (v - f->mean[k]) * f->inv_std[k];
    }
}

int32_t th_frontend_frames(const th_frontend_cfg *cfg, int32_t n_samples)
{
    return n_samples < cfg->window ? 0 : (n_samples - cfg->window) / cfg->hop + 1;
}

void th_frontend_clip(const th_frontend *f, const int16_t *pcm, int32_t n_samples, float *scratch, float *out)
{
    const int32_t n = th_frontend_frames(&f->cfg, n_samples);
    for (int32_t i = 0; i < n; i++, pcm += f->cfg.hop, out += f->cfg.n_coef) th_frontend_frame(f, pcm, scratch, out);
}

void th_features_to_s8(const float *x, int32_t n, float scale, int32_t zero, int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        float v = x[i] / scale + 0.5f;
        v = v > -300.0f ? v : -300.0f; /* NaN too */
        v = v < 300.0f ? v : 300.0f;
        int32_t q = (int32_t)v;
        if ((float)q > v) q--; /* down, not towards 0 */
        q += zero;
        out[i] = (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
    }
}
