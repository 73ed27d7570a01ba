/* model/graph.h -- the one model data structure: tensors and operators with TFLite semantics.
 *
 * Every stage of the workflow is a function from a graph to a graph or to a report: train fills
 * its weights, compress returns an int8 one, plan adds an order and memory offsets, deploy prints
 * it.  A graph owns all of its memory (one arena); free it with th_model_free. */
#ifndef TH_MODEL_GRAPH_H
#define TH_MODEL_GRAPH_H

#include "base/arena.h"
#include "base/why.h"
#include "nn/op.h"

/* What a .tflite file says of a tensor that running does not need: kept, so that writing gives it back. */
typedef struct th_tensor_note {
    th_shape signature;     /* the shape with -1 for a size that may change; rank -1: the file has none */
    const float *min, *max; /* [n_min], [n_max] range that was seen when the model was made */
    int32_t n_min, n_max;
    int32_t has_rank;
} th_tensor_note;

typedef struct th_graph {
    const char *name;
    th_tensor *tensors;
    int32_t n_tensors;
    th_node *nodes; /* in an order in which they can be run */
    int32_t n_nodes;
    const int32_t *inputs, *outputs; /* tensor numbers */
    int32_t n_inputs, n_outputs;
    const struct th_graph *all; /* [n_all] the model's graphs, for operators that run one; NULL when it is alone */
    int32_t n_all;
    const int32_t *fixed; /* [n_tensors] byte of the arena that the file asks for, -1: any; NULL: it asks for nothing */
    const th_tensor_note *notes; /* [n_tensors], or NULL when it was built here */
} th_graph;

/* A function of the model as its makers named it: names for inputs and outputs of a graph. */
typedef struct th_signature {
    const char *key;
    int32_t graph, n_inputs, n_outputs;
    const char *const *in_name, *const *out_name;
    const int32_t *in, *out; /* tensor numbers */
} th_signature;

typedef struct th_metadata {
    const char *name;
    th_span bytes;
} th_metadata;

typedef struct th_model {
    th_graph *graphs; /* [n_graphs]; 0 is the one that is invoked */
    int32_t n_graphs;
    const char *description;
    th_metadata *metadata;
    int32_t n_metadata;
    th_signature *signatures;
    int32_t n_signatures;
    int32_t was_read;    /* 1: from a file, to which writing adds nothing */
    th_arena arena;      /* of the newest block of `memory` that is not for one thing alone */
    void *memory;        /* chain of blocks from malloc, newest first: everything above lives in one of them */
    size_t memory_bytes; /* of those blocks */
    size_t reads;        /* places of the file that were looked at to read it */
    void *file; /* bytes of a .tflite file that names and constants point into; NULL: none, or not the model's */
} th_model;

/* An empty model, for whoever fills it. */
TH_NODISCARD th_err th_model_new(th_model **model, th_why *why);
void th_model_free(th_model *model); /* NULL is fine */

/* n zeroed objects of `size` bytes that live as long as the model; takes a new block from malloc when
 * the newest is full.  NULL when there is no memory. */
void *th_model_alloc(th_model *model, size_t n, size_t size);

/* Reads a .tflite file from untrusted bytes; copies what it needs, `file` may go afterwards.
 * What it returns is sound: every tensor number is in range, constants have exactly the bytes of their shape,
 * an operator reads only what is constant, fed, variable or made before it.  Whether an operator can run with
 * these types and shapes is for th_plan_make to say.  Memory: at most 25 times the file plus 64 KiB.
 * Time: linear in the file: th_model.reads is at most 16 times its bytes plus 65536, and no loop runs without one of
 * those reads or a byte of that memory.
 * Errors: TH_ETRUNC, TH_EFORMAT (with byte offset in the text), TH_EUNSUP (names the operator and its index). */
TH_NODISCARD th_err th_model_from_tflite(th_span file, th_model **model, th_why *why);
/* The same without a copy: the model points into `file`, which must stay as it is for as long as the model lives. */
TH_NODISCARD th_err th_model_view_tflite(th_span file, th_model **model, th_why *why);

/* Writes a .tflite file into fresh memory (free() it).  The same model gives the same bytes. */
TH_NODISCARD th_err th_model_to_tflite(const th_model *model, uint8_t **bytes, size_t *n, th_why *why);

/* Both, with files; writing is atomic (temporary name, rename).  What is loaded may also be a package, .thm, which
 * has a .tflite file in it (model/package.h). */
TH_NODISCARD th_err th_model_load(const char *path, th_model **model, th_why *why);
TH_NODISCARD th_err th_model_save(const th_model *model, const char *path, th_why *why);

/* The bytes of a metadata entry, {NULL, 0} when there is none. */
th_span th_model_metadata(const th_model *model, const char *name);
/* Adds or replaces one; copies into the model's arena. */
TH_NODISCARD th_err th_model_set_metadata(th_model *model, const char *name, th_span bytes, th_why *why);

#endif
