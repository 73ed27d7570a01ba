/* train/untrained.h -- the float graph of a network that nobody has trained: to count what it costs. */
#ifndef TH_TRAIN_UNTRAINED_H
#define TH_TRAIN_UNTRAINED_H

#include "model/graph.h"
#include "model/spec.h"

/* Weights of chance; with a soft-max at the end when it tells classes apart.
 * Errors: those of th_net_new and th_net_export. */
TH_NODISCARD th_err th_untrained(const th_spec *spec, bool classes, th_model **model, th_why *why);

#endif
