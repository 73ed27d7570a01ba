/* compress/quantize.h -- from a float network to one that computes in integers only.
 *
 *   activations   int8, one scale and zero point per tensor, chosen from what calibration samples give
 *   weights       int8 without zero point; one scale per output channel, one per tensor for FULLY_CONNECTED
 *   bias          int32 at scale input * weight
 *   real = scale * (q - zero)
 *
 * ReLU stays inside the operator: its output range begins at 0.  Pools and RESHAPE keep the scale of
 * their input, and soft-max has the fixed one 1/256 with zero -128, as TFLite Micro demands.
 * Source: TFLite's int8 quantisation specification; Jacob et al. 2018. */
#ifndef TH_COMPRESS_QUANTIZE_H
#define TH_COMPRESS_QUANTIZE_H

#include "base/why.h"
#include "compress/range.h"
#include "model/graph.h"

#include <stdbool.h>

/* Calibration sample i as the network's input, x [elements of the input]. */
typedef void th_sample_fn(void *ctx, int32_t i, float *x);

typedef struct th_quantize_job {
    const th_model *model; /* graph 0: one float32 input, float32 throughout */
    th_range_method method;
    bool correct_bias; /* shift biases by the mean error that rounding the weights makes */
    int32_t n_samples; /* > 0; 100 to 500 are enough */
    th_sample_fn *sample;
    void *ctx;
    void (*on_progress)(void *ctx, double part); /* 0 to 1, or NULL */
} th_quantize_job;

/* How close an operator's int8 output is to the float one, over the calibration samples. */
typedef struct th_layer_error {
    int32_t node;
    const char *op, *name; /* operator's and tensor's name; live as long as the quantised model */
    double snr_db;         /* 10 log10(sum float^2 / sum (float - int8)^2); 200 when there is no error */
    float scale;           /* of the output */
    int32_t zero;
} th_layer_error;

/* The int8 model (graph 0 only, without metadata) and, unless `layers` is NULL, one row per operator in fresh
 * memory (free() it).
 * Errors: TH_EUNSUP (names the operator that has no int8 form here), TH_ESHAPE, TH_ENOMEM, those of th_plan_make,
 * TH_EFORMAT when a weight is no finite number. */
TH_NODISCARD th_err th_quantize(const th_quantize_job *job, th_model **model, th_layer_error **layers,
                                int32_t *n_layers, th_why *why);

#endif
