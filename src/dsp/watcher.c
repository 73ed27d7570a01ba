#include "dsp/watcher.h"

#include "dsp/detector.h"
#include "dsp/frontend.h"

#include <string.h>

#define SCORE_MOST 0x40000000 /* 2^30 / 256 = 4 million limits */

static size_t rounded(size_t n)
{
    return (n + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

static size_t bytes_of(const th_numbers *t)
{
    return (size_t)t->n * (t->scale > 0.0f ? 1 : sizeof(float));
}

static size_t window_values(const th_watcher_cfg *cfg)
{
    return (size_t)cfg->block->cfg.window * (size_t)cfg->block->cfg.n_axes;
}

static th_baseline_cfg baseline_of(const th_watcher_cfg *cfg)
{
    const th_baseline_cfg b = {cfg->in.n, cfg->learn, 0};
    return b;
}

size_t th_watcher_mem(const th_watcher_cfg *cfg)
{
    const th_block *b = cfg->block;
    const th_baseline_cfg learnt = baseline_of(cfg);
    return (cfg->baseline ? cfg->baseline->mem(&learnt) : 0) + 2 * rounded(window_values(cfg) * sizeof(float)) +
           rounded(cfg->scratch * sizeof(float)) + rounded((size_t)b->n_out * sizeof(float)) +
           rounded(bytes_of(&cfg->in)) + rounded(bytes_of(&cfg->out));
}

static int cfg_ok(const th_watcher_cfg *cfg)
{
    if (cfg->hop < 1 || cfg->in.n != cfg->block->n_out || cfg->out.n < 1) return 0;
    if (cfg->answer == TH_ANSWER_ERROR && cfg->out.n != cfg->in.n) return 0;
    return cfg->answer == TH_ANSWER_LABELS || cfg->limit > 0.0f;
}

th_err th_watcher_init(th_watcher *w, const th_watcher_cfg *cfg, th_arena *arena)
{
    const th_block_cfg *b = &cfg->block->cfg;
    const th_baseline_cfg learnt = baseline_of(cfg);
    if (!cfg_ok(cfg)) return TH_ERANGE;
    memset(w, 0, sizeof *w);
    w->cfg = *cfg;
    w->state = -1;
    w->learning = cfg->baseline != NULL;
    if (cfg->baseline) TH_TRY(cfg->baseline->init(&w->baseline, &learnt, arena));
    TH_TRY(th_window_init(&w->window, b->window, cfg->hop, (int32_t)(sizeof(float) * (size_t)b->n_axes), arena));
    w->rows = TH_NEW(arena, float, window_values(cfg));
    w->scratch = TH_NEW(arena, float, cfg->scratch);
    w->features = TH_NEW(arena, float, (size_t)cfg->block->n_out);
    w->in = TH_NEW(arena, uint8_t, bytes_of(&cfg->in));
    w->out = TH_NEW(arena, uint8_t, bytes_of(&cfg->out));
    return w->rows && w->scratch && w->features && w->in && w->out ? TH_OK : TH_ENOMEM;
}

static float number(const th_numbers *t, const void *data, int32_t i)
{
    if (t->scale > 0.0f) return t->scale * (float)((int32_t)((const int8_t *)data)[i] - t->zero);
    return ((const float *)data)[i];
}

/* As th_card_score on the host: one sum, in the order of the values. */
static float mean_error(const th_watcher *w)
{
    float sum = 0.0f;
    for (int32_t i = 0; i < w->cfg.in.n; i++) {
        const float d = number(&w->cfg.out, w->out, i) - w->features[i];
        sum += d * d;
    }
    return sum / (float)w->cfg.in.n;
}

static int32_t score_of(float share)
{
    if (!(share > 0.0f)) return 0;
    return share < (float)(SCORE_MOST >> 8) ? (int32_t)(share * 256.0f) : SCORE_MOST;
}

static void judge_labels(const th_watcher *w, th_sighting *seen)
{
    int32_t best = 0;
    float most = number(&w->cfg.out, w->out, 0);
    for (int32_t i = 1; i < w->cfg.out.n; i++) {
        const float v = number(&w->cfg.out, w->out, i);
        if (v > most) best = i, most = v;
    }
    seen->state = most >= w->cfg.least ? best : w->state;
    seen->score = score_of(most);
}

static void judge_strangeness(th_watcher *w, th_sighting *seen)
{
    w->strangeness = w->cfg.answer == TH_ANSWER_ERROR ? mean_error(w) : number(&w->cfg.out, w->out, 0);
    seen->state = w->strangeness > w->cfg.limit;
    seen->score = score_of(w->strangeness / w->cfg.limit);
}

/* Rows 1000 / rate, in whole numbers: where double has 32 bits (AVR) milliseconds would be lost after 4 hours.  Both
 * are doubled until nothing of the rate stands behind the point. */
static int32_t time_of(const th_watcher *w)
{
    float rate = w->cfg.block->cfg.rate_hz;
    uint64_t times = 1000;
    for (; rate < 8388608.0f && times < UINT64_C(1) << 44; rate *= 2.0f) times *= 2;
    return th_time_wrap((uint64_t)w->n_rows * times / (uint64_t)rate);
}

/* Features beside the baseline -> 1; 0: it goes on learning. */
static int hold(th_watcher *w)
{
    if (!w->cfg.baseline) return 1;
    if (w->learning) {
        w->learning = !w->cfg.baseline->learn(&w->baseline, w->features);
        return 0;
    }
    w->cfg.baseline->hold(&w->baseline, w->features);
    for (int32_t i = 0; i < w->cfg.in.n; i++) w->features[i] *= w->cfg.gain;
    return 1;
}

int th_watcher_push(th_watcher *w, const float *row, th_sighting *seen, int *changed)
{
    *changed = 0;
    w->n_rows++;
    if (!th_window_push(&w->window, row)) return 0;
    th_window_copy(&w->window, w->rows);
    th_block_run(w->cfg.block, w->rows, w->scratch, w->features);
    if (!hold(w)) return 0;
    if (w->cfg.in.scale > 0.0f)
        th_features_to_s8(w->features, w->cfg.in.n, w->cfg.in.scale, w->cfg.in.zero, w->in);
    else
        memcpy(w->in, w->features, bytes_of(&w->cfg.in));
    w->cfg.network(w->cfg.ctx, w->in, w->out);
    w->n_windows++;
    seen->time_ms = time_of(w);
    if (w->cfg.answer == TH_ANSWER_LABELS)
        judge_labels(w, seen);
    else
        judge_strangeness(w, seen);
    *changed = seen->state != w->state;
    w->state = seen->state;
    return 1;
}
