/* nn/lookup_prepare.h -- tables for nn/lookup.h, worked out when the model is loaded. */
#ifndef TH_NN_LOOKUP_PREPARE_H
#define TH_NN_LOOKUP_PREPARE_H

#include "nn/prepare.h"

/* ABS ELU HARD_SWISH LEAKY_RELU LOGISTIC RSQRT TANH from int8 to int8: checks the scales, makes the table and the step.
 *
 *   ABS         zero_out + R(|x - zero|, s_in / s_out)
 *   ELU         zero_out + round( e(s_in (x - zero)) (1 / s_out) ), e(v) = v < 0 ? e^v - 1 : v, in float32
 *   HARD_SWISH  16-bit fixed point, see hard_swish()
 *   LEAKY_RELU  as in nn/unary.h
 *   LOGISTIC    output scale 1/256, zero point -128; Q4.27, clamped beyond the input radius
 *   TANH        output scale 1/128, zero point 0; the same
 *   RSQRT       zero_out + R(1 / sqrt(x - zero), 1 / (sqrt(s_in) s_out)); 127 for x <= zero (the reference stops there
 *               when x < zero)
 * Errors: TH_EUNSUP, TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_lookup_prepare(const th_prepare *p, th_step *step);

/* QUANTIZE between int8 and uint8, or int8 and int8: y = clamp( zero_out + R(x - zero_in, s_in / s_out) ). */
TH_NODISCARD th_err th_lookup_requantize(const th_prepare *p, th_step *step);

#endif
