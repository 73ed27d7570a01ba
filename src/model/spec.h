/* model/spec.h -- a model described in a few lines of text, and the presets.
 *
 *   conv2d 64 10x4 stride 2x2 bn relu
 *   dropout 0.2
 *   depthwise 3x3 bn relu
 *   conv2d 64 1x1 bn relu
 *   avgpool global
 *   dense classes
 *
 * One layer a line; '#' starts a comment.  Padding is "same" unless "valid" is written; the
 * soft-max at the end is added by itself. */
#ifndef TH_MODEL_SPEC_H
#define TH_MODEL_SPEC_H

#include "base/why.h"
#include "nn/op.h"

#include <stdbool.h>

#define TH_MAX_LAYERS 64

typedef enum th_layer_kind {
    TH_LAYER_CONV2D,
    TH_LAYER_DEPTHWISE,
    TH_LAYER_DENSE,
    TH_LAYER_AVGPOOL,
    TH_LAYER_MAXPOOL,
    TH_LAYER_DROPOUT
} th_layer_kind;

typedef struct th_layer {
    th_layer_kind kind;
    int32_t filters, k_h, k_w, stride_h, stride_w;
    th_padding padding;
    th_act act;
    int32_t batch_norm;                            /* 0 or 1 */
    float rate;                                    /* dropout */
    int32_t in_h, in_w, in_c, out_h, out_w, out_c; /* shapes, filled by th_spec_parse */
    int32_t line;                                  /* of the text */
} th_layer;

typedef struct th_spec {
    th_layer layer[TH_MAX_LAYERS];
    int32_t n_layers, in_h, in_w, in_c, n_classes;
} th_spec;

/* Parses and infers shapes. Errors name the line, the word and what is possible there. */
TH_NODISCARD th_err th_spec_parse(const char *text, int32_t in_h, int32_t in_w, int32_t in_c, int32_t n_classes,
                                  th_spec *spec, th_why *why);

int64_t th_spec_macs(const th_spec *s);
int64_t th_spec_parameters(const th_spec *s);

/* Presets: name, one sentence, text, features, and training settings that work. */
typedef struct th_preset {
    const char *name, *summary, *text;
    int32_t feature_kind, n_mel, n_coef; /* th_feature_kind */
    int32_t epochs, batch;
    float learning_rate, weight_decay, label_smoothing, ema, mixup;
    int32_t time_mask_frames, freq_mask_coefs;
} th_preset;
const th_preset *th_preset_find(const char *name); /* NULL when unknown */
const th_preset *th_preset_all(size_t *n);

#endif
