/* nn/broadcast_prepare.h -- the plan of a broadcast, made when the model is loaded. */
#ifndef TH_NN_BROADCAST_PREPARE_H
#define TH_NN_BROADCAST_PREPARE_H

#include "nn/broadcast.h"
#include "nn/prepare.h"

/* The members of a th_broadcast named `map`, for field lists. */
#define TH_FIELD_BROADCAST(type)                                                                                       \
    TH_FIELD_INT(type, map.n_dims), TH_FIELD_INT(type, map.n_strides), TH_FIELD_INTS(type, map.size, map.n_dims),      \
        TH_FIELD_INTS(type, map.stride, map.n_strides)

/* The shape to which `inputs` (1 to 3) first inputs of the node broadcast.  Errors: TH_ESHAPE. */
TH_NODISCARD th_err th_broadcast_shape(const th_prepare *p, int32_t inputs, th_shape *out);

/* Fills *map with arrays from the arena, checks the output tensor's shape, and tells in step->in_place, slide and lead
 * which inputs the output may lie on: those of the output's shape and element size.
 * Errors: TH_ESHAPE, TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_broadcast_make(const th_prepare *p, int32_t inputs, th_broadcast *map, th_step *step);

#endif
