#include "dsp/block_priv.h"

/* The window as `aligned` sees it, in the beginning of scratch. */
static const float *turned(const th_block *b, const float *window, float *scratch)
{
    const th_block_part all = {.kind = TH_BLOCK_ALIGNED};
    const th_block_step step = {.stride = b->cfg.n_axes};
    b->turn(&b->cfg, &all, &step, window, scratch + b->cfg.window * b->cfg.n_axes, scratch);
    return scratch;
}

void th_block_run(const th_block *b, const float *window, float *scratch, float *out)
{
    const float *upright = b->turn ? turned(b, window, scratch) : NULL;
    float *at = out;
    if (upright) scratch += b->cfg.window * b->cfg.n_axes;
    for (int32_t k = 0; k < b->cfg.n_parts; at += b->step[k++].advance)
        b->step[k].run(&b->cfg, &b->cfg.part[k], &b->step[k], b->cfg.part[k].upright ? upright : window, scratch, at);
    if (!b->mean || !b->inv_std) return;
    for (int32_t i = 0; i < b->n_out;)
        for (int32_t k = 0; k < b->n_norm; k++, i++) out[i] = (out[i] - b->mean[k]) * b->inv_std[k];
}

void th_block_run_s16(const th_block *b, const int16_t *window, int32_t *scratch, int16_t *out)
{
    for (int32_t k = 0; k < b->cfg.n_parts; out += b->step[k++].advance)
        b->step[k].run_s16(&b->cfg, &b->cfg.part[k], &b->step[k], window, scratch, out);
}
