/* train/export.h -- the trained net as a float graph with TFLite semantics. */
#ifndef TH_TRAIN_EXPORT_H
#define TH_TRAIN_EXPORT_H

#include "model/graph.h"
#include "train/net.h"

/* Batch norm of net->w and net->stats folded into weights and bias, ReLU fused, dropout left out,
 * soft-max at the end; batch 1, input [1, h, w, c]. */
TH_NODISCARD th_err th_net_export(const th_net *net, th_model **model, th_why *why);

/* Tensors of the exported graph that hold a stage's values. */
typedef struct th_exported {
    int32_t plain; /* before an activation that is an operator of its own, else the same as seen */
    int32_t seen;  /* as other stages read it */
} th_exported;

/* The same, and where each stage's values are: where [n_stages].  The numbers depend on the description alone. */
TH_NODISCARD th_err th_net_export_map(const th_net *net, th_exported *where, th_model **model, th_why *why);

#endif
