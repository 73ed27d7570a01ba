#include "dsp/block_priv.h"

void th_block_run(const th_block *b, const float *window, float *scratch, float *out)
{
    float *at = out;
    for (int32_t k = 0; k < b->cfg.n_parts; at += b->step[k++].advance)
        b->step[k].run(&b->cfg, &b->cfg.part[k], &b->step[k], window, scratch, at);
    if (!b->mean || !b->inv_std) return;
    for (int32_t i = 0; i < b->n_out;)
        for (int32_t k = 0; k < b->n_norm; k++, i++) out[i] = (out[i] - b->mean[k]) * b->inv_std[k];
}

void th_block_run_s16(const th_block *b, const int16_t *window, int32_t *scratch, int16_t *out)
{
    for (int32_t k = 0; k < b->cfg.n_parts; out += b->step[k++].advance)
        b->step[k].run_s16(&b->cfg, &b->cfg.part[k], &b->step[k], window, scratch, out);
}
