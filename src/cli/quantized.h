/* cli/quantized.h -- the int8 model of a project: made from model/float.tflite, and made again when that has changed.
 */
#ifndef TH_CLI_QUANTIZED_H
#define TH_CLI_QUANTIZED_H

#include "compress/quantize.h"
#include "data/project.h"

#include <jansson.h>

typedef struct th_quantized {
    th_layer_error *layers; /* [n_layers], NULL when nothing was made; they point into `f32` */
    int32_t n_layers, n_samples;
    th_range_method method;
    size_t float_bytes, int8_bytes;
    th_model *model, *f32;
} th_quantized;

#define TH_CALIBRATION_SAMPLES 400

/* Calibrates with un-augmented training clips and writes model/int8.tflite and model/quantize.json, both atomically.
 *   n_samples  at most; spread evenly over the training clips
 *   result     free with th_quantized_free, also after an error
 * Errors: TH_ENOENT (no float model, no training clips: says what to run), those of th_quantize and of files. */
TH_NODISCARD th_err th_project_quantize(const th_project *p, int32_t n_samples, th_range_method method,
                                        th_quantized *result, th_why *why);

/* The same with the default settings, but only when int8.tflite is missing, cannot be read, or was made from another
 * float model than the one that is there.  *made: whether it was needed. */
TH_NODISCARD th_err th_project_quantize_if_stale(const th_project *p, bool *made, th_why *why);

/* {"method","samples","float_bytes","int8_bytes","layers":[{"index","op","name","snr_db","scale","zero"}]}; a new
 * reference, NULL when memory is full. */
json_t *th_quantized_json(const th_quantized *q);

/* A name from a model file as JSON text; "?" when it is not UTF-8. */
json_t *th_name_json(const char *name);

void th_quantized_free(th_quantized *q);

#endif
