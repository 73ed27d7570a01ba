/* model/tflite_ops.h -- how each operator's options stand in a .tflite file: one row per operator. */
#ifndef TH_MODEL_TFLITE_OPS_H
#define TH_MODEL_TFLITE_OPS_H

#include "fmt/flatbuf.h"
#include "model/graph.h"

typedef struct th_tfl_op {
    th_op op;
    uint8_t options_type; /* TH_TFL_OPTIONS_*: which table holds the options */
    /* From the table; an absent one (all defaults) is fine.  A value that is no padding or activation
     * is a fault in o->fb; one that is, but cannot be run, is TH_EUNSUP with a text in *problem. */
    th_err (*read)(const th_fb_table *o, th_attr *attr, const char **problem);
    /* Fields of the table that has just been begun; NULL when there are none to write. */
    void (*write)(th_fb_writer *w, const th_attr *attr);
    /* Lowest version of the operator that knows these types: what the runtimes register. */
    int32_t version_f32, version_s8, version_s16;
} th_tfl_op;

/* NULL when the operator has no row. */
const th_tfl_op *th_tfl_op_find(int32_t builtin_code);

#endif
