/* Logarithms of power, frame by frame: a picture [frames][n][axes] of what frequencies come when. */
#include "dsp/power.h"

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    const th_power p = th_power_of(part, part->frame);
    return part->frame >= 2 && part->frame <= cfg->window && part->hop >= 1 && part->hop <= cfg->window &&
           th_power_ok(&p, cfg->rate_hz);
}

static int32_t frames_of(const th_block_cfg *cfg, const th_block_part *part)
{
    return (cfg->window - part->frame) / part->hop + 1;
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return frames_of(cfg, part) * part->n * th_block_count(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    return (size_t)cfg->window + 2 * ((size_t)th_power_of(part, part->frame).n_fft + 2);
}

static void fill(const th_block_cfg *cfg, const th_block_part *part, th_block_data *d)
{
    const th_power p = th_power_of(part, part->frame);
    th_power_fill(&p, cfg, d);
}

void th_block_spectrogram(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                          const float *window, float *scratch, float *out)
{
    const th_power p = th_power_of(part, part->frame);
    const int32_t n_axes = th_block_count(cfg, part);
    float *x = scratch + cfg->window, *work = x + p.n_fft + 2;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        float *to = out;
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        th_filter_run(&part->filter, th_power_filter(&p, step->f32), scratch, cfg->window);
        for (int32_t at = 0; at + p.n <= cfg->window; at += part->hop, to += part->n * n_axes) {
            for (int32_t t = 0; t < p.n; t++) x[t] = scratch[at + t];
            th_power_logs(&p, th_power_spectrum(&p, step->f32, x, work), to, n_axes);
        }
        out++;
    }
}

const th_block_row th_block_spectrogram_row = {"spectrogram",        1,   check, values, NULL, scratch_of, fill,
                                               th_block_spectrogram, NULL};
