#include "data/front.h"

#include "base/text.h"

th_err th_front_preset(const th_project *p, const char *name, char text[TH_PRESET_BYTES], th_preset *preset,
                       th_why *why)
{
    TH_TRY(th_preset_make(name ? name : p->preset, text, preset, why));
    if (!name && p->model[0]) {
        preset->text = p->model;
        th_text_fmt(preset->name, sizeof preset->name, "own");
    }
    if (p->feature_kind >= 0) preset->feature_kind = p->feature_kind;
    preset->n_mel = p->n_mel;
    if (p->n_coef > 0) preset->n_coef = p->n_coef;
    if (preset->feature_kind == TH_LOGMEL) preset->n_coef = preset->n_mel;
    if (p->batch > 0) preset->batch = p->batch;
    if (p->learning_rate > 0) preset->learning_rate = p->learning_rate;
    return TH_OK;
}

th_err th_front_make(const th_project *p, const th_preset *preset, th_frontend_cfg *f, int32_t *clip_samples,
                     th_why *why)
{
    *f = (th_frontend_cfg){.kind = preset->feature_kind == TH_MFCC ? TH_MFCC : TH_LOGMEL,
                           .rate_hz = p->rate_hz,
                           .window = (int32_t)((int64_t)p->rate_hz * p->window_ms / 1000),
                           .hop = (int32_t)((int64_t)p->rate_hz * p->hop_ms / 1000),
                           .n_fft = 64,
                           .n_mel = preset->n_mel,
                           .n_coef = preset->n_coef,
                           .low_hz = p->low_hz,
                           .high_hz = p->high_hz};
    while (f->n_fft < f->window) f->n_fft *= 2;
    *clip_samples = (int32_t)((int64_t)p->rate_hz * p->clip_ms / 1000);
    if (th_frontend_mem(f) > 0) return TH_OK;
    return th_why_set(why, TH_ERANGE,
                      "the feature settings in thimble.ini do not go together (rate %d Hz, window %d samples, "
                      "FFT %d, %d mel bands, %d coefficients)",
                      (int)p->rate_hz, (int)f->window, (int)f->n_fft, (int)f->n_mel, (int)f->n_coef);
}
