/* model/tflite_ops.h -- how each operator's options stand in a .tflite file: one row per operator, one line
 * per field.  Reading and writing are the same table, walked by one function each. */
#ifndef TH_MODEL_TFLITE_OPS_H
#define TH_MODEL_TFLITE_OPS_H

#include "fmt/flatbuf.h"
#include "model/graph.h"

typedef enum th_tfl_kind {
    TH_TFL_I32,     /* int32_t */
    TH_TFL_F32,     /* float */
    TH_TFL_U8,      /* int32_t; a byte in the file (an enum) */
    TH_TFL_BOOL,    /* int32_t, 0 or 1; written when it is not the default */
    TH_TFL_ACT,     /* th_act, at most TH_ACT_RELU6 */
    TH_TFL_ACT_ANY, /* th_act, TANH too */
    TH_TFL_PADDING, /* th_padding */
    TH_TFL_BETA,    /* float above 0 */
    TH_TFL_ZERO,    /* int32_t, a byte in the file that must be 0; never written */
    TH_TFL_TEXT,    /* const char *, never NULL */
    TH_TFL_DIMS,    /* int32_t count, then int32_t[TH_MAX_RANK] */
    TH_TFL_CONST    /* int32_t that no file tells: always the default */
} th_tfl_kind;

typedef struct th_tfl_field {
    uint8_t id; /* place of the field in its table */
    th_tfl_kind kind;
    size_t offset;    /* in th_attr */
    int32_t def;      /* when the field is absent; floats: 0 */
    const char *text; /* TH_TFL_ZERO: what is wrong when it is not 0 */
} th_tfl_field;

typedef struct th_tfl_op {
    th_op op;
    uint8_t options_type;       /* TH_TFL_OPTIONS_*: which table holds the options */
    const th_tfl_field *fields; /* [n_fields], in the order in which they are written */
    size_t n_fields;
} th_tfl_op;

/* NULL when the operator has no row.  custom: its name, when builtin_code is TH_TFL_BUILTIN_CUSTOM. */
const th_tfl_op *th_tfl_op_find(int32_t builtin_code, const char *custom);

/* The row of one of our own numbers. */
const th_tfl_op *th_tfl_op_row(th_op op);

/* Name in a .tflite file: "CONV_2D", or "SignalWindow" for a custom operator. */
const char *th_tfl_row_name(const th_tfl_op *row);

/* Fills attr from the table; an absent one (all defaults) is fine.  Texts point into the file.
 * A value that is no padding is TH_EFORMAT, one that cannot be run TH_EUNSUP, with a text in *problem. */
TH_NODISCARD th_err th_tfl_read_options(const th_tfl_op *row, const th_fb_table *options, th_attr *attr,
                                        const char **problem);

/* Writes the table, an empty one when the operator has no options. */
th_fb_ref th_tfl_write_options(const th_tfl_op *row, th_fb_writer *w, const th_attr *attr);

#endif
