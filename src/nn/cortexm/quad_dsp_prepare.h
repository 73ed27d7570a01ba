/* nn/cortexm/quad_dsp_prepare.h -- packing weights for nn/cortexm/quad_dsp.h, and scales of int16. */
#ifndef TH_NN_CORTEXM_QUAD_DSP_PREPARE_H
#define TH_NN_CORTEXM_QUAD_DSP_PREPARE_H

#include "nn/cortexm/tile_dsp_prepare.h"

/* The order of a row: int16 as they come, or int8 that were widened (th_quad_widen). */
typedef enum th_quad_order { TH_QUAD_S16, TH_QUAD_S8 } th_quad_order;

/* Nothing that quad_dsp.h lets wrap is too large. */
bool th_quad_fits(const th_filters *f, th_quad_order order);

/* Bytes of f->outs filters of f->n weights, both rounded up to multiples of 4. */
int32_t th_quad_bytes(const th_filters *f);

/* Packs filters 4 set .. 4 set + 3 to `to`; missing ones are 0.  Returns what lies behind them. */
int8_t *th_quad_pack(const th_filters *f, int32_t set, th_quad_order order, int8_t *to);

/* Scales in the form of nn/cortexm/scale_s16_dsp.h; *scale: NULL when one of them has no such form.
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_scale_s16_make(const th_prepare *p, const int32_t *multiplier, const int32_t *shift, int32_t n,
                                      const int32_t **scale);

#endif
