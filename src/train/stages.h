/* train/stages.h -- how th_net_new makes stages of a description. */
#ifndef TH_TRAIN_STAGES_H
#define TH_TRAIN_STAGES_H

#include "train/net.h"

/* Merges and connects; sets all sizes.  Errors: TH_EUNSUP names the line that cannot be trained. */
TH_NODISCARD th_err th_stages_make(th_net *net, int kernels, const bool *frozen, th_why *why);

/* Numbers parameters, channels, buffers and places of gradients. */
void th_stages_number(th_net *net);

#endif
