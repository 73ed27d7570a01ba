/* cli/quantized.h -- an integer model and what it lost: of a project, made from model/float.tflite and made again when
 * that has changed; or of any float .tflite with samples in a file. */
#ifndef TH_CLI_QUANTIZED_H
#define TH_CLI_QUANTIZED_H

#include "compress/repair.h"
#include "data/project.h"

#include <jansson.h>

#define TH_CALIBRATION_SAMPLES 400

typedef struct th_quantize_options {
    int32_t n_samples;                      /* at most; spread evenly over what there is */
    th_quantize_settings settings;          /* precision is NULL: made from the two lists */
    const char *wide_layers, *float_layers; /* operators by number or output name, separated by commas; or NULL */
    bool equalise, debug, repair;
    double within; /* of repair: th_repair_job */
} th_quantize_options;

th_quantize_options th_quantize_defaults(void);

typedef struct th_quantized {
    th_quantize_options options;
    th_layer_debug *layers;               /* [n_layers] operators of the float model; names point into `f32` */
    int32_t n_layers, n_samples, n_pairs; /* n_pairs: that were equalised */
    size_t float_bytes, int_bytes;
    th_score f32_score, score; /* of samples that were not calibrated with, when there are; n is 0: not measured */
    th_repair_try *tried;      /* [n_tried] of a repair */
    int32_t n_tried, best;
    bool restored;
    th_model *model, *f32;
} th_quantized;

/* A float model, samples to calibrate and samples to compare with -> `result`, whose bytes are not set yet.
 *   f32        becomes result's
 * Errors: those of th_quantizer_new and _make; TH_EUSAGE: a layer that is not there. */
TH_NODISCARD th_err th_quantized_make(th_model *f32, const th_samples *calibrate, const th_samples *check,
                                      const th_quantize_options *options, th_quantized *result, th_why *why);

/* Calibrates with un-augmented training clips, compares with those of validation, and writes model/int8.tflite and
 * model/quantize.json, both atomically.
 *   result     free with th_quantized_free, also after an error
 * Errors: TH_ENOENT (no float model, no training clips: says what to run), those above and of files. */
TH_NODISCARD th_err th_project_quantize(const th_project *p, const th_quantize_options *options, th_quantized *result,
                                        th_why *why);

/* The same with the default settings, but only when int8.tflite is missing, cannot be read, or was made from another
 * float model than the one that is there.  *made: whether it was needed. */
TH_NODISCARD th_err th_project_quantize_if_stale(const th_project *p, bool *made, th_why *why);

/* Any float model.
 *   data    float32 inputs, one after another, as `thimble run --in` takes them
 *   labels  a text with one class number a line, one per sample; NULL: not known
 *   out     where the integer model goes */
TH_NODISCARD th_err th_file_quantize(const char *model, const char *data, const char *labels, const char *out,
                                     const th_quantize_options *options, th_quantized *result, th_why *why);

/* Everything, as docs/quantization.md lists it; a new reference, NULL when memory is full. */
json_t *th_quantized_json(const th_quantized *q);

/* The same for people. */
void th_quantized_print(const th_quantized *q);

/* A name from a model file as JSON text; "?" when it is not UTF-8. */
json_t *th_name_json(const char *name);

void th_quantized_free(th_quantized *q);

#endif
