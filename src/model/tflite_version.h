/* model/tflite_version.h -- which version of an operator a file has to name. */
#ifndef TH_MODEL_TFLITE_VERSION_H
#define TH_MODEL_TFLITE_VERSION_H

#include "model/graph.h"

/* The lowest version of the operator whose kernel knows the node's types, shapes and options: at least 1.  A runtime
 * that is too old for it then refuses the file instead of giving other numbers. */
int32_t th_tfl_version(const th_graph *g, const th_node *n);

#endif
