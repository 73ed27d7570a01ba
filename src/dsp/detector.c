#include "dsp/detector.h"

#include <string.h>

/* a - b for times that wrap around at 2^31: from -2^30 to 2^30 - 1 */
static int32_t time_from(int32_t a, int32_t b)
{
    const uint32_t ahead = ((uint32_t)a - (uint32_t)b) & 0x7fffffffu;
    return (int32_t)(ahead ^ 0x40000000u) - 0x40000000;
}

void th_detector_init(th_detector *d, const th_detector_cfg *cfg)
{
    memset(d, 0, sizeof *d);
    d->cfg = *cfg;
}

static int32_t row(const th_detector *d, int32_t age) /* age 0: the newest */
{
    return (d->head + TH_DETECT_HISTORY - age) % TH_DETECT_HISTORY;
}

static void remember(th_detector *d, int32_t time_ms, const int8_t *score)
{
    d->head = (d->head + 1) % TH_DETECT_HISTORY;
    memcpy(d->score[d->head], score, (size_t)d->cfg.n_classes);
    d->time_ms[d->head] = time_ms;
    if (d->count < TH_DETECT_HISTORY) d->count++;
    while (time_from(time_ms, d->time_ms[row(d, d->count - 1)]) > d->cfg.window_ms) d->count--;
}

int32_t th_detector_push(th_detector *d, int32_t time_ms, const int8_t *score, th_detection *out)
{
    int32_t best = 0, best_sum = -1;
    remember(d, time_ms, score);
    for (int32_t c = 0; c < d->cfg.n_classes; c++) {
        int32_t sum = 0;
        for (int32_t age = 0; age < d->count; age++) sum += d->score[row(d, age)][c] + 128;
        if (sum > best_sum) best = c, best_sum = sum;
    }
    if (d->quiet && time_from(time_ms, d->quiet_until_ms) >= 0) d->quiet = 0;
    if (d->quiet || d->count < d->cfg.min_count || !(d->cfg.keyword_mask >> best & 1u)) return 0;
    if (best_sum < d->cfg.threshold * d->count) return 0;
    d->quiet = 1;
    d->quiet_until_ms = th_time_add(time_ms, d->cfg.suppress_ms);
    out->time_ms = time_ms;
    out->label = best;
    out->score = best_sum / d->count;
    return 1;
}
