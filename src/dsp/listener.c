#include "dsp/listener.h"

#include <string.h>

static size_t rounded(size_t n)
{
    return (n + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

size_t th_listener_mem(const th_listener_cfg *cfg)
{
    const th_frontend_cfg *f = &cfg->frontend->cfg;
    const size_t n_coef = (size_t)f->n_coef, scratch = cfg->scratch ? 0 : th_frontend_scratch(f);
    return rounded((size_t)f->window * sizeof(int16_t)) + rounded((size_t)cfg->n_frames * n_coef) +
           rounded(scratch * sizeof(float)) + rounded(n_coef * sizeof(float));
}

static int cfg_ok(const th_listener_cfg *cfg)
{
    const th_detector_cfg *d = &cfg->detector;
    return cfg->n_frames >= 1 && cfg->stride_frames >= 1 && cfg->in_scale > 0.0f && d->n_classes >= 1 &&
           d->n_classes <= TH_DETECT_CLASSES && d->window_ms >= 0 && d->suppress_ms >= 0 && d->min_count >= 1 &&
           d->min_count <= TH_DETECT_HISTORY && d->threshold >= 0 && d->threshold <= 256;
}

th_err th_listener_init(th_listener *l, const th_listener_cfg *cfg, th_arena *arena)
{
    if (!cfg_ok(cfg)) return TH_ERANGE;
    const th_frontend_cfg *f = &cfg->frontend->cfg;
    memset(l, 0, sizeof *l);
    l->cfg = *cfg;
    th_detector_init(&l->detector, &cfg->detector);
    l->pcm = TH_NEW(arena, int16_t, (size_t)f->window);
    l->features = TH_NEW(arena, int8_t, (size_t)cfg->n_frames * (size_t)f->n_coef);
    l->scratch = cfg->scratch ? cfg->scratch : TH_NEW(arena, float, th_frontend_scratch(f));
    l->frame = TH_NEW(arena, float, (size_t)f->n_coef);
    return l->pcm && l->features && l->scratch && l->frame ? TH_OK : TH_ENOMEM;
}

/* The samples in l->pcm become the next row of the picture. */
static void add_frame(th_listener *l)
{
    const th_listener_cfg *c = &l->cfg;
    const int32_t n_coef = c->frontend->cfg.n_coef;
    l->n_done++;
    if (l->n_rows == c->n_frames) { /* it was classified: make room for all frames to the next time */
        l->n_rows -= c->stride_frames;
        if (l->n_rows > 0) memmove(l->features, l->features + c->stride_frames * n_coef, (size_t)(l->n_rows * n_coef));
    }
    if (l->n_rows++ < 0) return;
    th_frontend_frame(c->frontend, l->pcm, l->scratch, l->frame);
    th_features_to_s8(l->frame, n_coef, c->in_scale, c->in_zero, l->features + (l->n_rows - 1) * n_coef);
}

static void classify(th_listener *l, th_on_detect_fn *on_detect, th_on_scores_fn *on_scores, void *ctx)
{
    const th_frontend_cfg *f = &l->cfg.frontend->cfg;
    const int64_t end = (l->n_done - 1) * f->hop + f->window; /* samples */
    const int32_t time_ms = th_time_wrap((uint64_t)end * 1000u / (uint32_t)f->rate_hz);
    int8_t scores[TH_DETECT_CLASSES];
    th_detection found;
    l->cfg.classify(l->cfg.ctx, l->features, scores);
    l->n_invoked++;
    if (on_scores) on_scores(ctx, time_ms, scores);
    if (th_detector_push(&l->detector, time_ms, scores, &found)) on_detect(ctx, &found);
}

void th_listener_push(th_listener *l, const int16_t *pcm, int32_t n, th_on_detect_fn *on_detect,
                      th_on_scores_fn *on_scores, void *ctx)
{
    const th_frontend_cfg *f = &l->cfg.frontend->cfg;
    l->n_samples += n;
    while (n > 0) {
        const int32_t room = l->n_pcm < 0 ? -l->n_pcm : f->window - l->n_pcm, take = n < room ? n : room;
        if (l->n_pcm >= 0) memcpy(l->pcm + l->n_pcm, pcm, (size_t)take * sizeof *pcm);
        l->n_pcm += take;
        pcm += take;
        n -= take;
        if (l->n_pcm < f->window) continue;
        add_frame(l);
        l->n_pcm = f->window - f->hop;
        if (l->n_pcm > 0) memmove(l->pcm, l->pcm + f->hop, (size_t)l->n_pcm * sizeof *pcm);
        if (l->n_rows == l->cfg.n_frames) classify(l, on_detect, on_scores, ctx);
    }
}
