/* compress/scales.h -- from the ranges of a float graph's tensors to scales that every operator can live with.
 *
 * Each tensor has two possible scales, one as int8 and one as int16; which of them is used depends on the operators
 * that make and read it.  Tensors that an operator demands to be alike (rules.h) form a group, which gets one scale:
 * the fixed one of its maker (soft-max), the given one, or that of the range which covers all of its members.  Members
 * whose values only moved there from another member (FOLLOW) add nothing to the range.  Operators with the same weights
 * are one layer that is used many times: it has one scale for its inputs and one for its outputs, and so has what is
 * done to those outputs each time. */
#ifndef TH_COMPRESS_SCALES_H
#define TH_COMPRESS_SCALES_H

#include "compress/rules.h"

/* real = scale * (q - zero); scale 0: none. */
typedef struct th_scale {
    float scale;
    int32_t zero;
} th_scale;

typedef struct th_scale_job {
    const th_graph *g;             /* float */
    const th_precision *precision; /* [n_nodes] */
    const float *lo, *hi;          /* [n_tensors] range of activations, lo <= 0 <= hi; NULL: all are given */
    const float *lo16, *hi16;      /* [n_tensors] the same for int16, which wants everything seen; NULL: lo and hi */
    const th_scale *given;         /* [n_tensors] int8 scales to be taken as they are, or NULL */
} th_scale_job;

/* Fills s8 and s16 [n_tensors]; weights, biases and state get none.
 * Errors: TH_ENOMEM; TH_ERANGE: two tensors that must be alike were given different scales, or one has neither range
 * nor given scale; the text names them. */
TH_NODISCARD th_err th_scales_assign(const th_scale_job *job, th_scale *s8, th_scale *s16, th_why *why);

#endif
