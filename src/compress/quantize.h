/* compress/quantize.h -- from a float network to one that computes in integers.
 *
 *   activations   int8, one scale and zero point per tensor, chosen from what calibration samples give; or int16 with
 *                 zero point 0 (int16x8)
 *   weights       int8 without zero point; one scale per output channel, one per tensor for FULLY_CONNECTED
 *   bias          int32 at scale input * weight; int64 beside int16 activations
 *   real = scale * (q - zero)
 *
 * Each operator may have its own precision: int8, int16 or float.  Where two that differ meet, a QUANTIZE or DEQUANTIZE
 * stands between them.  ReLU stays inside the operator: its output range begins at 0.  What operators demand of scales
 * stands in compress/rules.h; what cannot be int16 in TensorFlow Lite Micro stays int8.
 *
 *   th_quantizer_new    runs the samples through the float network, once
 *   th_quantizer_make   makes an integer network from what was seen, as often as wanted, each time as the settings say
 *   th_quantize         both, with a report of each layer
 *   th_quantize_fixed   without samples: all scales are given (training that simulated int8)
 *   th_quantize_unseen  without samples and scales: to see what it costs
 * Source: TFLite's 8-bit quantisation specification; Jacob et al. 2018. */
#ifndef TH_COMPRESS_QUANTIZE_H
#define TH_COMPRESS_QUANTIZE_H

#include "compress/calibrate.h"
#include "compress/convert.h"

typedef enum th_ends { TH_ENDS_S8 = 0, TH_ENDS_S16, TH_ENDS_F32 } th_ends;

typedef struct th_quantize_settings {
    th_range_method method; /* of int8 activations; int16 ones cover everything seen */
    double percentile;      /* 0: TH_PERCENTILE */
    bool correct_bias;      /* compress/correct.h */
    bool dense_per_channel; /* a scale per output of FULLY_CONNECTED: only newer TensorFlow Lite runs it */
    bool wide;              /* int16 activations throughout */
    const th_precision
        *precision;  /* [n_nodes] instead, or NULL; what an operator cannot be is mended as rules.h says */
    bool float_rest; /* operators without an integer form stay float, instead of TH_EUNSUP */
    th_ends ends;    /* what the network's inputs and outputs are */
} th_quantize_settings;

typedef struct th_quantize_job {
    const th_model *model; /* graph 0: float32 throughout */
    th_samples samples;    /* n > 0; 100 to 500 are enough */
    th_quantize_settings settings;
    void (*on_progress)(void *ctx, double part); /* 0 to 1, or NULL; ctx is that of samples */
} th_quantize_job;

/* A float network that has been looked at. */
typedef struct th_quantizer {
    const th_model *model;
    const th_graph *g;
    th_samples samples;
    th_trial f32;
    th_calibration cal;
} th_quantizer;

/* The model, and what the samples' ctx points to, must outlive it.
 * Errors: TH_EUNSUP (not a float network), TH_ERANGE (no samples), TH_EFORMAT, TH_ENOMEM, those of th_plan_make. */
TH_NODISCARD th_err th_quantizer_new(const th_quantize_job *job, th_quantizer **q, th_why *why);
void th_quantizer_free(th_quantizer *q); /* NULL is fine */

/* precision [n_nodes]: what each operator is with these settings.  Errors: TH_EUNSUP. */
TH_NODISCARD th_err th_quantizer_precision(const th_quantizer *q, const th_quantize_settings *s,
                                           th_precision *precision, th_why *why);

/* Free with th_converted_free, after an error too.  Errors: TH_EUNSUP (names the operator that has no integer form
 * here), TH_ENOMEM, TH_EFORMAT when a weight is no finite number. */
TH_NODISCARD th_err th_quantizer_make(th_quantizer *q, const th_quantize_settings *s, th_converted *out, th_why *why);

/* How close an operator's output is to the float one, over the calibration samples. */
typedef struct th_layer_error {
    int32_t node;          /* of the float network */
    const char *op, *name; /* operator's and tensor's name; live as long as the float model */
    th_precision precision;
    double snr_db; /* 10 log10(sum float^2 / sum (float - integer)^2); 200 when there is no error */
    float scale;   /* of the output; 0 for a float one */
    int32_t zero;
} th_layer_error;

/* rows [n_nodes of the float network], over at most 100 of the samples.  The integer network is planned, so that one
 * that cannot run is found.
 *   channel_db  NULL, or the signal to noise of each channel, laid out as th_calibration.channel_max; NAN for one that
 *               is silent or has no integer form
 * Errors: TH_ENOMEM, those of th_plan_make. */
TH_NODISCARD th_err th_compare_layers(const th_quantizer *q, const th_converted *c, th_layer_error *rows,
                                      double *channel_db, th_why *why);

/* The integer model (graph 0 only, without metadata) and, unless `layers` is NULL, one row per operator of the float
 * one in fresh memory (free() it); their names live as long as job->model.
 * Errors: those of th_quantizer_new, _make and th_compare_layers. */
TH_NODISCARD th_err th_quantize(const th_quantize_job *job, th_model **model, th_layer_error **layers,
                                int32_t *n_layers, th_why *why);

/* The int8 model with exactly the given scales and nothing measured, for training that simulated them: weights and
 * biases by th_weights_to_s8 and th_bias_to_int (compress/weights.h), no bias correction.
 *   scale      [n_tensors of graph 0] of inputs and of what operators make; scale 0: follows from the operator
 *              (soft-max's 1/256, a pool's input)
 *   state_max  [n_nodes] largest |value| of LSTM cells and SVDF states; NULL when there are none
 * An input of CONCATENATION, MAXIMUM and the like whose scale differs from the output's is requantised by a QUANTIZE.
 * Errors: TH_ERANGE: a scale is missing, or two that must be equal differ; TH_EUNSUP, TH_EFORMAT, TH_ENOMEM. */
TH_NODISCARD th_err th_quantize_fixed(const th_model *f32, const th_scale *scale, const float *state_max,
                                      th_model **model, th_why *why);

/* An int8 model of the same operators, shapes and sizes as th_quantize will make of it, with made-up ranges: to plan
 * and to count what a network costs before it is trained.  What it computes is nonsense.
 * Errors: TH_EUNSUP (no float network, an operator without an integer form), TH_EFORMAT, TH_ENOMEM. */
TH_NODISCARD th_err th_quantize_unseen(const th_model *f32, th_model **model, th_why *why);

#endif
