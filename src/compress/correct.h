/* compress/correct.h -- biases that give back what rounding takes from the mean of every channel. */
#ifndef TH_COMPRESS_CORRECT_H
#define TH_COMPRESS_CORRECT_H

#include "compress/convert.h"
#include "compress/samples.h"

/* Empirical bias correction, layer by layer in the order in which they run:
 *   bias[c] += sum over taps of ( w * E[x] - w^ * E[x^] ) / (scale of the bias)
 * E[x] is the mean of the float layer's input and E[x^] that of the converted one's, whose earlier layers are corrected
 * already; w^ the rounded weights.  TRANSPOSE_CONV is left as it is.  For convolutions the means are those of input
 * channels: what padding adds at the borders is left out, in both. job  that of th_convert; `converted` what it gave,
 * whose biases are changed s    at most the first TH_CORRECT_SAMPLES are used Source: Nagel et al., "Data-Free
 * Quantization Through Weight Equalization and Bias Correction", 2019, appendix D. Errors: TH_ENOMEM, those of
 * th_trial_new. */
TH_NODISCARD th_err th_correct_biases(const th_convert_job *job, const th_converted *converted, th_trial *f32,
                                      const th_samples *s, th_why *why);

#define TH_CORRECT_SAMPLES 64

#endif
