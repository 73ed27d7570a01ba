#include "dsp/block_priv.h"

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)cfg;
    (void)part;
    return 1;
}

static int32_t per_row(const th_block_cfg *cfg, const th_block_part *part)
{
    return th_block_count(cfg, part);
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return cfg->window * per_row(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)cfg;
    (void)part;
    return 0;
}

void th_block_raw(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step, const float *window,
                  float *scratch, float *out)
{
    (void)scratch;
    for (int32_t t = 0; t < cfg->window; t++, window += cfg->n_axes, out += step->stride)
        for (int32_t a = 0, k = 0; a < cfg->n_axes; a++)
            if (th_block_has(part, a)) out[k++] = window[a];
}

void th_block_raw_s16(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                      const int16_t *window, int32_t *scratch, int16_t *out)
{
    (void)scratch;
    for (int32_t t = 0; t < cfg->window; t++, window += cfg->n_axes, out += step->stride)
        for (int32_t a = 0, k = 0; a < cfg->n_axes; a++)
            if (th_block_has(part, a)) out[k++] = window[a];
}

const th_block_row th_block_raw_row = {"raw",      0,    check,        values,          per_row,
                                       scratch_of, NULL, th_block_raw, th_block_raw_s16};
