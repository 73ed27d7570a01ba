/* How often the signal crosses its mean: a step from above it to below it or back.  A value on the mean belongs to the
 * side that the signal comes from. */
#include "dsp/block_priv.h"

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)cfg;
    (void)part;
    return 1;
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return cfg->fixed ? 0 : (size_t)cfg->window;
}

void th_block_crossings(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                        const float *window, float *scratch, float *out)
{
    (void)step;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        int32_t side = 0, count = 0;
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        (void)th_block_center(scratch, cfg->window);
        for (int32_t t = 0; t < cfg->window; t++) {
            const int32_t now = scratch[t] > 0.0f ? 1 : scratch[t] < 0.0f ? -1 : side;
            count += side * now < 0;
            side = now;
        }
        *out++ = (float)count / (float)(cfg->window - 1);
    }
}

static int32_t sum_s16(const th_block_cfg *cfg, const int16_t *x)
{
    int32_t sum = 0; /* 4096 rows of 16 bits */
    for (int32_t t = 0; t < cfg->window; t++) sum += x[t * cfg->n_axes];
    return sum;
}

void th_block_crossings_s16(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                            const int16_t *window, int32_t *scratch, int16_t *out)
{
    const int32_t steps = cfg->window - 1;
    (void)step;
    (void)scratch;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        int32_t side = 0, count = 0;
        if (!th_block_has(part, a)) continue;
        const int32_t sum = sum_s16(cfg, window + a);
        for (int32_t t = 0; t < cfg->window; t++) {
            const int32_t d = window[t * cfg->n_axes + a] * cfg->window - sum;
            const int32_t now = d > 0 ? 1 : d < 0 ? -1 : side;
            count += side * now < 0;
            side = now;
        }
        const int32_t share = (count * INT32_C(32768) + steps / 2) / steps;
        *out++ = (int16_t)(share > 32767 ? 32767 : share);
    }
}

const th_block_row th_block_crossings_row = {
    "crossings", 1, check, th_block_count, NULL, scratch_of, NULL, th_block_crossings, th_block_crossings_s16};
