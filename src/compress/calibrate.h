/* compress/calibrate.h -- what the float network's activations look like over the calibration samples. */
#ifndef TH_COMPRESS_CALIBRATE_H
#define TH_COMPRESS_CALIBRATE_H

#include "compress/range.h"
#include "compress/samples.h"

typedef struct th_calibration {
    th_histogram *h;       /* [n_tensors]; n is 0 for constants */
    float *channel_max;    /* largest |value| of each channel (last dimension) of all activations, one after another */
    size_t *channel_start; /* [n_tensors] where a tensor's begin; SIZE_MAX for constants */
    float *state_max;      /* [n_nodes] largest |value| of an LSTM's cell, of an SVDF's state; else 0 */
} th_calibration;

/* Runs the float plan twice over all samples: limits, then histograms.
 *   progress  0 to 1, or NULL
 * Errors: TH_ENOMEM, TH_EFORMAT (an activation is no finite number), those of th_trial_new. */
TH_NODISCARD th_err th_calibrate(th_trial *f32, const th_samples *s, void (*progress)(void *ctx, double part),
                                 th_calibration *c, th_why *why);
void th_calibration_free(th_calibration *c);

/* Channels of a tensor: its last dimension, 1 for a scalar. */
int32_t th_channels(const th_tensor *t);

#endif
