/* How alike the signal is to itself some rows later: with d = x - mean
 *
 *   r[j] = sum of d[t] d[t + j hop] / sum of d[t]^2,   j = 1 .. n;   0 for a constant */
#include "dsp/block_priv.h"

static int32_t hop_of(const th_block_part *part)
{
    return part->hop ? part->hop : 1;
}

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    return part->hop >= 0 && part->n >= 1 && part->n < TH_BLOCK_ROWS && hop_of(part) < TH_BLOCK_ROWS &&
           part->n * hop_of(part) < cfg->window;
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return part->n * th_block_count(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return (size_t)cfg->window;
}

void th_block_autocorrelation(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                              const float *window, float *scratch, float *out)
{
    const int32_t n = cfg->window;
    (void)step;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        (void)th_block_center(scratch, n);
        const float all = th_block_dot(scratch, scratch, n);
        for (int32_t j = 1; j <= part->n; j++) {
            const int32_t lag = j * hop_of(part);
            *out++ = all > TH_BLOCK_TINY ? th_block_dot(scratch, scratch + lag, n - lag) / all : 0.0f;
        }
    }
}

const th_block_row th_block_autocorrelation_row = {"autocorrelation",        1,   check, values, NULL, scratch_of, NULL,
                                                   th_block_autocorrelation, NULL};
