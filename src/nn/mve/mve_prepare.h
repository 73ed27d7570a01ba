/* nn/mve/mve_prepare.h -- packing for nn/mve/mve.h. */
#ifndef TH_NN_MVE_MVE_PREPARE_H
#define TH_NN_MVE_MVE_PREPARE_H

#include "nn/cortexm/tile_dsp_prepare.h"

/* Scales of an operator's plain parameters: n of them, 1 or one for each filter. */
typedef struct th_own_scales {
    const int32_t *multiplier, *shift;
    int32_t n;
} th_own_scales;

/* Weights [outs][n] as the model has them, `more` bytes of 0 behind; and scales.
 *
 *   in_zero   goes into the bias
 *   groups    of filters: the last four scales of each are those of its last four filters
 *   each      1: four filters have TH_MVE_SCALE words; 0: bias, multiplier and minus the shift of each filter
 * *weights: NULL when a sum or a shift is too large.  Errors: TH_ENOMEM. */
typedef struct th_mve_packed {
    const int8_t *weights;
    int32_t n_weights;
    const int32_t *scales;
    int32_t n_scales;
} th_mve_packed;
TH_NODISCARD th_err th_mve_pack(const th_prepare *p, th_filters *f, const th_own_scales *own, int32_t in_zero,
                                int32_t groups, int32_t fours, int32_t more, th_mve_packed *packed);

#endif
