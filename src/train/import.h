/* train/import.h -- a float graph that was trained before, here or elsewhere, as a network that can be trained on.
 *
 * What is known: the operators that train/export.c writes, their usual forms in files of others (a PAD before a
 * window, MEAN over a picture, factors and sums per channel) and nothing else; others are refused by name.  Batch
 * norms that were folded into weights stay there. */
#ifndef TH_TRAIN_IMPORT_H
#define TH_TRAIN_IMPORT_H

#include "model/graph.h"
#include "train/net.h"

typedef struct th_import {
    th_spec spec;
    /* Constants of the graph that hold a layer's parameters, in the order of th_param_role: WEIGHTS, BIAS, GAMMA;
     * NULL: none, or 0 (bias), or 1 (gamma).  They belong to the graph. */
    const float *value[TH_MAX_LAYERS][TH_PARAM_ROLES];
} th_import;

/* `graph` must live as long as the import.  Layers get the names conv1, depthwise1, ... of their kind; a soft-max or
 * sigmoid at the end is left out: the loss has it.  n_classes is the last dense layer's outputs when a soft-max
 * follows, else 0.
 * Errors: TH_EUNSUP (names operator, index, and what about it), TH_ESHAPE. */
TH_NODISCARD th_err th_import_graph(const th_graph *graph, th_import *im, th_why *why);

/* Drops the layers behind layer `last` (by its number), and appends the lines of `head`, in which "classes" is
 * n_classes.  Errors: those of th_spec_parse, TH_EUNSUP: a layer that stays reads one that goes. */
TH_NODISCARD th_err th_import_replace_head(th_import *im, int32_t last, const char *head, int32_t n_classes,
                                           th_why *why);

/* The layer that the last dense one reads: where a new head begins.  Errors: TH_EUSAGE (there is no dense layer). */
TH_NODISCARD th_err th_import_before_head(const th_import *im, int32_t *last, th_why *why);

/* Number of the layer with this name, -1 when there is none. */
int32_t th_import_layer(const th_import *im, const char *name);

/* Gives the net, made from im->spec, the imported parameters; layers that the import has none for keep theirs. */
void th_import_apply(const th_import *im, th_net *net);

#endif
