/* compress/calibrate.h -- what the float network's activations look like over the calibration samples. */
#ifndef TH_COMPRESS_CALIBRATE_H
#define TH_COMPRESS_CALIBRATE_H

#include "compress/quantize.h"
#include "model/plan.h"

typedef struct th_calibration {
    float *lo, *hi;     /* [n_tensors] chosen range; of no meaning for constants */
    double *mean;       /* means of all elements of all activations, one after the other */
    size_t *mean_start; /* [n_tensors] where a tensor's begin; SIZE_MAX for constants */
} th_calibration;

/* Runs the float plan twice over all samples: limits, then histograms and means.
 * Errors: TH_ENOMEM, TH_EFORMAT (an activation is no finite number). */
TH_NODISCARD th_err th_calibrate(const th_quantize_job *job, const th_plan *plan, th_calibration *c, th_why *why);
void th_calibration_free(th_calibration *c);

/* Rows of th_layer_error: the float plan against the int8 one, over at most 100 of the samples. */
TH_NODISCARD th_err th_compare_layers(const th_quantize_job *job, const th_plan *f32, const th_plan *s8,
                                      th_layer_error *rows, th_why *why);

#endif
