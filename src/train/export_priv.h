/* train/export_priv.h -- a graph that is being built: what export.c and export_recurrent.c share. */
#ifndef TH_TRAIN_EXPORT_PRIV_H
#define TH_TRAIN_EXPORT_PRIV_H

#include "model/graph.h"
#include "train/export.h"

typedef struct th_builder {
    const th_net *net;
    th_model *model;
    th_graph *graph;
    /* What holds a stage's output: a picture [1][h][w][c], a sequence [1][h][c] with w = 1, or
     * a row [1][c] with h = w = 1. */
    th_exported made[TH_MAX_LAYERS];
    int32_t input;   /* the only one, when no layer is an input */
    int32_t *inputs; /* [n_inputs] tensors of the graph's */
    int32_t n_inputs;
    bool full; /* an allocation failed */
    int32_t n_conv, n_block, n_of[TH_LAYER_SVDF + 1];
} th_builder;

/* Tensors, and nodes, that a layer needs at most beside those of its steps. */
#define TH_BUILD_ROOM 40

/* n zeroed objects that live as long as the model; NULL: no memory, and b->full says so. */
void *th_build_get(th_builder *b, size_t n, size_t size);

/* A new tensor, named NAME and suffix; data NULL: made by an operator. */
int32_t th_build_tensor(th_builder *b, const char *name, const char *suffix, th_type type, const void *data,
                        th_shape shape);
int32_t th_build_constant(th_builder *b, const char *name, const char *suffix, const float *v, th_shape shape);
int32_t th_build_numbers(th_builder *b, const char *name, const char *suffix, const int32_t *v, int32_t n);
th_shape th_shape_1(int32_t n);
th_shape th_shape_4(int32_t h, int32_t w, int32_t c);

/* An operator with its tensors. */
void th_build_many(th_builder *b, th_op op, const th_attr *attr, const int32_t *in, int32_t n_in, const int32_t *out,
                   int32_t n_out);
void th_build_node(th_builder *b, th_op op, const th_attr *attr, const int32_t *in, int32_t n_in, int32_t out);
/* An operator of one or two inputs, and its output, which is returned. */
int32_t th_build_unary(th_builder *b, th_op op, const th_attr *attr, int32_t in, const char *name, const char *suffix,
                       th_shape shape);
int32_t th_build_binary(th_builder *b, th_op op, int32_t x, int32_t y, const char *name, const char *suffix,
                        th_shape shape);
/* The same values as `shape`; nothing is built when that is in's shape. */
int32_t th_build_reshape(th_builder *b, int32_t in, const char *name, const char *suffix, th_shape shape);
/* Rows from `first` on of dimension `axis`, to its end; a dimension of which only one is left is dropped when `drop`.
 */
int32_t th_build_rows(th_builder *b, int32_t in, int32_t axis, int32_t first, bool drop, const char *name,
                      const char *suffix);

/* A logical tensor; NULL: no memory. */
float *th_build_values(th_builder *b, const th_stage *st, th_param_role role);
/* Factor of each channel that replaces the batch norm, and the bias that goes with it: [out_c]. */
float *th_build_fold(th_builder *b, const th_stage *st, float **bias);

int32_t th_build_input(const th_builder *b, const th_stage *st, int32_t k);               /* input k as it was made */
int32_t th_build_picture(th_builder *b, const th_stage *st, int32_t k, const char *name); /* as [1][h][w][c] */
th_act th_build_fused(const th_stage *st); /* the activation that an operator can apply itself */

/* Rows of the table in export.c: each returns the tensor that it made. */
int32_t th_export_lstm(th_builder *b, const th_stage *st, const char *name);
int32_t th_export_gru(th_builder *b, const th_stage *st, const char *name);
int32_t th_export_svdf(th_builder *b, const th_stage *st, const char *name);
#define TH_EXPORT_GRU_STEP 20 /* tensors of one step; there are fewer nodes */

#endif
