/* model/pipeline.h -- everything around the network that a device needs to use it: labels,
 * feature settings, detection settings.  It travels inside the .tflite as the metadata entry
 * "thimble.json", so that test, deploy and emulate work from the file alone. */
#ifndef TH_MODEL_PIPELINE_H
#define TH_MODEL_PIPELINE_H

#include "base/why.h"
#include "dsp/detector.h"
#include "dsp/frontend.h"
#include "model/graph.h"

#define TH_MAX_LABELS        TH_DETECT_CLASSES
#define TH_LABEL_BYTES       96 /* UTF-8 with the closing NUL */
#define TH_PIPELINE_METADATA "thimble.json"
#define TH_LABEL_UNKNOWN     "unknown"
#define TH_LABEL_SILENCE     "silence"

typedef struct th_detect_settings {
    int32_t window_ms, suppress_ms, min_count, stride_ms;
    float threshold; /* 0 to 1 */
} th_detect_settings;

typedef struct th_pipeline {
    char task[24]; /* "keyword" */
    int32_t n_labels;
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES]; /* class order; keywords first, then unknown, silence */
    th_frontend_cfg frontend;
    int32_t clip_samples, n_frames;
    float mean[TH_MAX_COEFS], inv_std[TH_MAX_COEFS]; /* [frontend.n_coef] */
    th_detect_settings detect;
    char preset[32];
    uint64_t source_hash; /* FNV-1a of the float .tflite that an int8 one was made from; 0 for none */
} th_pipeline;

/* From and to the model's metadata.  The file may come from anywhere, so th_pipeline_from believes nothing: what
 * it returns has passed th_pipeline_check.  Floats come back exactly.
 * Errors: TH_ENOENT (there is none), TH_EFORMAT, and those of th_pipeline_check. */
TH_NODISCARD th_err th_pipeline_from(const th_model *model, th_pipeline *p, th_why *why);
TH_NODISCARD th_err th_pipeline_attach(const th_pipeline *p, th_model *model, th_why *why);

/* Every range, labels (not empty, unique, no control characters), and that graph 0 takes n_frames * n_coef values
 * and gives n_labels, both float32 or both int8.  Errors: TH_ERANGE, TH_ESHAPE; the text names the member. */
TH_NODISCARD th_err th_pipeline_check(const th_pipeline *p, const th_model *model, th_why *why);

/* Class number of a label, -1 when there is none. */
int32_t th_pipeline_label(const th_pipeline *p, const char *label);

/* The detector's integer configuration: threshold * 256, frames per stride, mask of keywords. */
th_detector_cfg th_pipeline_detector(const th_pipeline *p);
int32_t th_pipeline_stride_frames(const th_pipeline *p);

#endif
