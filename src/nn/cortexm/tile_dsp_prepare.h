/* nn/cortexm/tile_dsp_prepare.h -- packing weights and scales for nn/cortexm/tile_dsp.h and its relatives. */
#ifndef TH_NN_CORTEXM_TILE_DSP_PREPARE_H
#define TH_NN_CORTEXM_TILE_DSP_PREPARE_H

#include "nn/op.h"

/* Weights as they stand in the model: weight k of filter o is w[o * per_filter + k * per_tap]; behind the n real ones
 * are zeros. */
typedef struct th_filters {
    const int8_t *w;
    int32_t outs, n;
    int32_t per_filter, per_tap;
    const int32_t *bias;  /* [outs] or NULL */
    const uint8_t *still; /* [outs] 1: the output is the same for all inputs, so the weights count as 0; or NULL */
} th_filters;

int8_t th_filter_weight(const th_filters *f, int32_t o, int32_t k);

/* True when input 1 of the node is constant int8, and input 2 constant or absent; fills w and bias of *f. */
bool th_filters_constant(const th_prepare *p, th_filters *f);

/* The same for int8 or int4; *constant says it.  w of int4 is a copy of them as int8.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_filters_any(const th_prepare *p, th_filters *f, bool *constant);

/* The members of a th_small_window named `win`. */
#define TH_FIELD_SMALL_WINDOW(type)                                                                                    \
    TH_FIELD_INT(type, win.batches), TH_FIELD_INT(type, win.in), TH_FIELD_INT(type, win.out),                          \
        TH_FIELD_INT(type, win.channels), TH_FIELD_INT(type, win.filter), TH_FIELD_INT(type, win.pad),                 \
        TH_FIELD_INT(type, win.steps), TH_FIELD_INT(type, win.limits)

typedef struct th_dsp_scales {
    const int32_t *bias, *multiplier; /* [outs] */
    const int8_t *shift;              /* e: one less than what is shifted to the right, 0..TH_TILE_SHIFT_MAX - 1 */
} th_dsp_scales;

/* Scales [outs] in the form of tile_dsp.h from an operator's own, of which there are n_scales, 1 or outs.  A filter
 * whose output is the same for all inputs (f->still) gets a scale and a bias that give just this: filters that training
 * left without use have scales beyond all bounds.
 * *fits: false when they can't be had, because a sum or a shift is too large; then nothing else is set.
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_dsp_scales_make(const th_prepare *p, th_filters *f, const int32_t *multiplier,
                                       const int32_t *shift, int32_t n_scales, th_dsp_scales *scales, bool *fits);

/* Weights [groups][(outs + per - 1) / per][n4 / 4][per][4] for `per` filters side by side, n4 = n rounded up to a
 * multiple of 4; outs = f->outs / groups.  The last filters of an incomplete set are packed together with those before
 * them when `again`, else with zeros.
 * Returns the bytes, or NULL without memory; *bytes their number. */
const int8_t *th_filters_pack(const th_prepare *p, const th_filters *f, int32_t groups, int32_t per, bool again,
                              int32_t *bytes);

/* Packed int4 of filters that stand as th_filters_pack puts them, two filters' four weights to a word (tile_dsp.h). */
const int8_t *th_filters_pack_w4(const th_prepare *p, const th_filters *f, int32_t groups, int32_t per, bool again,
                                 int32_t *bytes);

/* One filter after the other: [outs][n]. */
const int8_t *th_filters_pack_each(const th_prepare *p, const th_filters *f, int32_t *bytes);

/* *bytes int8 of -8..7 as int4, two to a byte (nn/int4.h); *bytes becomes their number. */
const int8_t *th_int4_pack(const th_prepare *p, const int8_t *from, int32_t *bytes);

#endif
