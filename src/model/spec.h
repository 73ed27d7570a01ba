/* model/spec.h -- a model described in a few lines of text, and the presets.
 *
 *   conv2d 64 10x4 stride 2x2 bn relu
 *   dropout 0.2
 *   depthwise 3x3 bn relu
 *   conv2d 64 1x1 bn relu
 *   avgpool global
 *   dense classes
 *
 * A network of several inputs begins each of them with a line of its own: an example's values are theirs, in the order
 * of those lines.
 *
 *   input 49x10x1
 *   conv2d 8 10x4 stride 2x2 relu
 *   flatten as sound
 *   input 1x1x18
 *   dense 16 relu as motion
 *   concat sound motion
 *   dense classes
 *
 * One layer a line; '#' starts a comment.  Padding is "same" unless "valid" is written; the
 * soft-max at the end is added by itself. */
#ifndef TH_MODEL_SPEC_H
#define TH_MODEL_SPEC_H

#include "base/why.h"
#include "nn/op.h"

#include <stdbool.h>

#define TH_MAX_LAYERS       128
#define TH_MAX_LAYER_INPUTS 4
#define TH_NET_INPUT        (-1) /* in[]: the network's input */

typedef enum th_layer_kind {
    TH_LAYER_CONV2D,
    TH_LAYER_DEPTHWISE,
    TH_LAYER_TRANSPOSE_CONV,
    TH_LAYER_DENSE,
    TH_LAYER_AVGPOOL,
    TH_LAYER_MAXPOOL,
    TH_LAYER_ADD,
    TH_LAYER_MULTIPLY,
    TH_LAYER_CONCAT,     /* of channels */
    TH_LAYER_ACTIVATION, /* batch norm and act alone */
    TH_LAYER_SOFTMAX,    /* over channels */
    TH_LAYER_DROPOUT,
    TH_LAYER_RESHAPE, /* flatten: to 1 x 1 x everything */
    TH_LAYER_UPSAMPLE,
    TH_LAYER_INPUT, /* one of several inputs: the next values of the examples' row */
    TH_LAYER_LSTM,
    TH_LAYER_GRU,
    TH_LAYER_SVDF
} th_layer_kind;

/* What a layer does to its outputs last; the names in the text are the words of th_layer_act_name. */
typedef enum th_layer_act {
    TH_LAYER_ACT_NONE,
    TH_LAYER_ACT_RELU,
    TH_LAYER_ACT_RELU6,
    TH_LAYER_ACT_LEAKY_RELU, /* slope `leak` below 0 */
    TH_LAYER_ACT_HARD_SWISH,
    TH_LAYER_ACT_SIGMOID,
    TH_LAYER_ACT_TANH
} th_layer_act;

/* One layer.  Signals in time ([time][channels]) are pictures one pixel wide: h = time, w = 1. */
typedef struct th_layer {
    th_layer_kind kind;
    char name[24];                   /* from "as NAME", or empty */
    int32_t in[TH_MAX_LAYER_INPUTS]; /* layers that it reads, before it in the list, or TH_NET_INPUT */
    int32_t n_in;
    int32_t filters; /* conv, transpose conv; dense, LSTM, GRU, SVDF: units */
    int32_t k_h, k_w, stride_h, stride_w, dilation_h, dilation_w;
    int32_t groups;           /* conv: 1 = every output sees every input channel */
    int32_t rank, memory;     /* SVDF: filters per unit, steps that it remembers */
    int32_t scale_h, scale_w; /* upsample */
    bool sequence;            /* LSTM, GRU: gives every step's output, not the last one's only */
    th_padding padding;
    th_layer_act act;
    float leak;
    bool batch_norm, bias;       /* bias: without batch norm; a word switches it off */
    float rate;                  /* dropout */
    int32_t in_h, in_w, in_c;    /* shape of in[0] */
    int32_t out_h, out_w, out_c; /* reshape: what the text said; all filled by th_spec_parse */
    int32_t first;               /* input: values of the row before its own */
    int32_t line;                /* of the text */
} th_layer;

typedef struct th_spec {
    th_layer layer[TH_MAX_LAYERS];
    int32_t n_layers, in_h, in_w, in_c;
    int32_t n_classes; /* 0: not a classifier, the last layer's values are what the network says */
    int32_t bad_line;  /* of the text, when th_spec_parse found an error in a line of it; else 0 */
} th_spec;

/* Parses and infers shapes. n_classes 0: no word "classes", any last layer.  Errors name the line, the word and what is
 * possible there. */
TH_NODISCARD th_err th_spec_parse(const char *text, int32_t in_h, int32_t in_w, int32_t in_c, int32_t n_classes,
                                  th_spec *spec, th_why *why);

/* The same for a part of a file: errors name `file`, and count its lines from first_line. */
TH_NODISCARD th_err th_spec_parse_part(const char *text, const char *file, int32_t first_line, int32_t in_h,
                                       int32_t in_w, int32_t in_c, int32_t n_classes, th_spec *spec, th_why *why);

/* Shapes of layer i from its settings and the outputs of what it reads, for who builds a network without a text: what
 * is there (but for a reshape's output) is overwritten.  Errors: TH_ESHAPE, TH_ERANGE. */
TH_NODISCARD th_err th_spec_infer_layer(th_spec *s, int32_t i);

const char *th_layer_kind_name(th_layer_kind kind); /* the word of the text: "conv2d", ...; "activation" for those */
const char *th_layer_act_name(th_layer_act act);

int64_t th_layer_macs(const th_layer *l);       /* of one inference */
int64_t th_layer_parameters(const th_layer *l); /* that are trained */
int64_t th_spec_macs(const th_spec *s);
int64_t th_spec_parameters(const th_spec *s);

/* Values that must be kept while this layer runs: its inputs, its output, and what later layers read; as int8 the bytes
 * of memory.  The planner of the exported graph may find a way with less; int8 GRU and SVDF take some scratch more. */
int64_t th_spec_live_values(const th_spec *s, int32_t layer);

/* The line of text that says layer i (of a parsed description, or of one that was built), as th_text_fmt: all lines
 * together parse to the same description.  Layers without a name that need one are called layer1, layer2, ... */
size_t th_layer_text(const th_spec *s, int32_t i, char *buf, size_t cap);

/* A preset: a network, the input that it is made for, features and training settings to start with. */
#define TH_PRESET_BYTES 4096
typedef struct th_preset {
    char name[32];                       /* with its parameters: "mobilenet-v1-0.5-128" */
    const char *summary;                 /* what it is */
    const char *good_at;                 /* what it is good at: a sentence for people who know no networks */
    const char *tasks;                   /* names of data/task.h that it suits, with spaces between */
    const char *text;                    /* the description */
    int32_t in_h, in_w, in_c, n_classes; /* shape that it is made for (others go, too); 0 classes: it gives values */
    int32_t feature_kind, n_mel, n_coef; /* of sound: th_feature_kind */
    int32_t epochs, batch;
    float learning_rate, weight_decay, label_smoothing, ema, mixup;
    int32_t time_mask_frames, freq_mask_coefs;
} th_preset;

/* Name of preset i, NULL after the last; and what can follow it: "-WIDTH-SIZE" or "" (returns its length). */
const char *th_preset_name(size_t i);
size_t th_preset_parameters(size_t i, char *buf, size_t cap);

/* Is it made for tasks of this name? */
bool th_preset_suits(const th_preset *p, const char *task);

/* The preset of this name; p->text lies in `text`.  Errors: TH_EUSAGE: the name or a parameter (the text lists what
 * there is, and names the nearest). */
TH_NODISCARD th_err th_preset_make(const char *name, char text[TH_PRESET_BYTES], th_preset *p, th_why *why);

/* The nets of `thimble bench train`, exactly those of docs/benchmarks.md: tiny-conv, ds-cnn, mobilenet-v1-0.25-96,
 * resnet-8, autoencoder, gesture, sine.  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_preset_bench(const char *name, char text[TH_PRESET_BYTES], th_preset *p, th_why *why);

#endif
