/* train/export.h -- the trained net as a float graph with TFLite semantics. */
#ifndef TH_TRAIN_EXPORT_H
#define TH_TRAIN_EXPORT_H

#include "model/graph.h"
#include "train/net.h"

/* Batch norm of net->w and net->stats folded into weights and bias, ReLU fused, dropout left out,
 * soft-max at the end; batch 1, input [1, h, w, c]. */
TH_NODISCARD th_err th_net_export(const th_net *net, th_model **model, th_why *why);

#endif
