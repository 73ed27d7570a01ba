/* tests/keep.h -- the cases of other tests as models: with $THIMBLE_CASES=folder the first few cases of every operator
 * and type are written there, a file each.  tests/deploy/test_device_ops.c runs them on the emulated board. */
#ifndef TH_TEST_KEEP_H
#define TH_TEST_KEEP_H

#include "model/graph.h"
#include "os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_EACH    3              /* files of an operator and type */
#define KEEP_BYTES   INT64_C(20000) /* of a file: the board's memory is small */
#define KEEP_TENSORS 64

typedef struct kept_case {
    th_tensor t[KEEP_TENSORS];
    int32_t from[KEEP_TENSORS], list[3][KEEP_TENSORS], fed[KEEP_TENSORS];
    th_node node;
    th_graph graph;
    th_model model;
} kept_case;

/* Number of tensor `from` in the model of its own. */
static inline int32_t keep_tensor(kept_case *k, const th_tensor *tensors, int32_t from)
{
    if (from < 0) return -1;
    for (int32_t i = 0; i < k->graph.n_tensors; i++)
        if (k->from[i] == from) return i;
    const int32_t i = k->graph.n_tensors++;
    k->from[i] = from;
    k->t[i] = tensors[from];
    return i;
}

static inline void keep_list(kept_case *k, const th_tensor *tensors, const int32_t *from, int32_t n, int32_t *list)
{
    for (int32_t i = 0; i < n; i++) list[i] = keep_tensor(k, tensors, from[i]);
}

/* The node and its tensors as a model; what is neither constant nor variable is fed. */
static inline void keep_model(kept_case *k, const th_node *n, const th_tensor *tensors)
{
    memset(k, 0, sizeof *k);
    keep_list(k, tensors, n->in, n->n_in, k->list[0]);
    for (int32_t i = 0; i < k->graph.n_tensors; i++)
        if (!k->t[i].data && !k->t[i].is_variable) k->fed[k->graph.n_inputs++] = i;
    keep_list(k, tensors, n->intermediate, n->n_intermediate, k->list[1]);
    keep_list(k, tensors, n->out, n->n_out, k->list[2]);
    for (int32_t i = 0; i < n->n_out; i++) k->t[k->list[2][i]].data = NULL; /* the result, where a test keeps it */
    k->node = *n;
    k->node.in = k->list[0];
    k->node.intermediate = k->list[1];
    k->node.out = k->graph.outputs = k->list[2];
    k->graph.n_outputs = n->n_out;
    k->graph.inputs = k->fed;
    k->graph.name = "main";
    k->graph.tensors = k->t;
    k->graph.nodes = &k->node;
    k->graph.n_nodes = 1;
    k->model.graphs = &k->graph;
    k->model.n_graphs = 1;
    k->model.description = "";
}

/* The types of all its tensors, and which are constant, as a number: a kernel for each. */
static inline unsigned keep_types(const th_node *n, const th_tensor *tensors)
{
    unsigned types = 0;
    for (int32_t i = 0; i < n->n_in; i++)
        types = types * 61 +
                (n->in[i] < 0 ? 0 : 2 * (unsigned)tensors[n->in[i]].type + (tensors[n->in[i]].data != NULL) + 1);
    for (int32_t i = 0; i < n->n_out; i++) types = types * 31 + (unsigned)tensors[n->out[i]].type + 1;
    return types;
}

/* Writes the case to folder/OPERATOR-types.0 .. unless there are enough, or this very one is there. */
static inline void keep_case(const th_node *n, const th_tensor *tensors)
{
    const char *folder = getenv("THIMBLE_CASES");
    const bool alone = n->op < TH_OP_IF || n->op > TH_OP_WHILE; /* no other graphs belong to it */
    char path[TH_PATH_BYTES];
    const th_op_row *row = th_op_find((int32_t)n->op);
    kept_case k;
    uint8_t *bytes = NULL, *other;
    size_t size = 0, other_size;
    if (!folder || !row || !alone || n->n_in + n->n_out + n->n_intermediate > KEEP_TENSORS) return;
    const unsigned types = keep_types(n, tensors);
    snprintf(path, sizeof path, "%s/%s-%x.%d", folder, row->name, types, KEEP_EACH - 1);
    if (th_file_exists(path)) return;
    keep_model(&k, n, tensors);
    if (th_model_to_tflite(&k.model, &bytes, &size, NULL) || (int64_t)size > KEEP_BYTES) {
        free(bytes);
        return;
    }
    bool done = false;
    for (int i = 0; i < KEEP_EACH && !done; i++) {
        snprintf(path, sizeof path, "%s/%s-%x.%d", folder, row->name, types, i);
        if (th_file_read(path, 0, &other, &other_size, NULL)) {
            done = true;
            if (th_file_write_unsynced(path, (th_span){bytes, size}, NULL)) abort();
        } else {
            done = size == other_size && memcmp(bytes, other, size) == 0;
            free(other);
        }
    }
    free(bytes);
}

#endif
