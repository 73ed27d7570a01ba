/* cli/quantized.h -- an integer model and what it lost: of a project, made from model/float.tflite and made again when
 * that has changed; or of any float .tflite with samples in a file. */
#ifndef TH_CLI_QUANTIZED_H
#define TH_CLI_QUANTIZED_H

#include "compress/repair.h"
#include "data/project.h"

#include <jansson.h>

#define TH_CALIBRATION_SAMPLES 400
#define TH_QAT_RATE            3e-4f /* learning rate of a training with integers */

typedef struct th_quantize_options {
    int32_t n_samples;                      /* at most; spread evenly over what there is */
    th_quantize_settings settings;          /* precision is NULL: made from the two lists */
    const char *wide_layers, *float_layers; /* operators by number or output name, separated by commas; or NULL */
    bool equalise, debug, repair;
    double within;  /* of repair: th_repair_job */
    int32_t epochs; /* of training with the integer network in the loop (compress/qat.h); 0: none */
    float learning_rate;
    uint64_t seed;
    bool has_seed; /* else a project's own */
    int threads;
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
    int32_t best_epoch; /* of a training with integers; 0: there was none */
    th_score trained;   /* of the integer network after it; score is what it was before */
    bool kept;          /* it was no worse, and is the model */
    double train_s;     /* seconds that it took */
    th_model *model, *f32;
} th_quantized;

struct th_train_job; /* train/train.h: its examples and their numbers; the rest is set from the options */

/* A float model, samples to calibrate and samples to compare with -> `result`, whose bytes are not set yet.
 *   f32        becomes result's
 *   examples   of options->epochs > 0; else NULL
 * Errors: those of th_quantizer_new and _make; TH_EUSAGE: a layer that is not there. */
TH_NODISCARD th_err th_quantized_make(th_model *f32, const th_samples *calibrate, const th_samples *check,
                                      const th_quantize_options *options, const struct th_train_job *examples,
                                      th_quantized *result, th_why *why);

/* The part of it that trains: replaces r->model by the integer network that was trained from `f32`, r's model or that
 * with equal channels.  Errors: those of th_qat_train. */
TH_NODISCARD th_err th_quantized_train(const th_model *f32, const th_samples *calibrate, const th_scorer *scorer,
                                       const struct th_train_job *examples, th_quantized *r, th_why *why);

/* Calibrates with un-augmented training clips, compares with those of validation, and writes model/int8.tflite and
 * model/quantize.json, both atomically.
 *   result     free with th_quantized_free, also after an error
 * Errors: TH_ENOENT (no float model, no training clips: says what to run), those above and of files. */
TH_NODISCARD th_err th_project_quantize(const th_project *p, const th_quantize_options *options, th_quantized *result,
                                        th_why *why);

/* The same with the default settings, but only when int8.tflite is missing, cannot be read, or was made from another
 * float model than the one that is there.  Else its integers stay, and only its settings of detection become those of
 * thimble.ini.  *made: whether it was needed. */
TH_NODISCARD th_err th_project_quantize_if_stale(const th_project *p, bool *made, th_why *why);

/* Examples for a model: in files, or those of its project. */
typedef struct th_quantize_files {
    const th_project *project; /* not of sounds: its training and validation examples; NULL: files */
    const char *data;   /* as data/examples.h has them, scaled by the model's card; or float32 inputs one after another,
                         * as `thimble run --in` takes them */
    const char *val;    /* examples to compare with and to watch a training by; NULL: data */
    const char *labels; /* of float32 inputs: a text with a class number for each; NULL: not known */
    const char *pixels; /* of a model without a card: "0..1"; NULL */
    const char *change; /* of training examples; NULL: flip, shift, light */
    const char *out;    /* where the integer model goes; NULL: nowhere */
} th_quantize_files;

/* Any float model.  Errors: those of th_examples_load and th_quantized_make, TH_ENOENT (pictures, and the model has no
 * card). */
TH_NODISCARD th_err th_file_quantize(const char *model, const th_quantize_files *files,
                                     const th_quantize_options *options, th_quantized *result, th_why *why);

/* Everything, as docs/quantization.md lists it; a new reference, NULL when memory is full. */
json_t *th_quantized_json(const th_quantized *q);

/* The same for people. */
void th_quantized_print(const th_quantized *q);

/* A name from a model file as JSON text; "?" when it is not UTF-8. */
json_t *th_name_json(const char *name);

void th_quantized_free(th_quantized *q);

#endif
