/* nn/variable.h -- READ_VARIABLE and ASSIGN_VARIABLE: bytes to and from a variable that outlives an invoke.
 *
 *   read:    out[0] = variable        in[0] the variable
 *   assign:  variable = in[1]         in[0] the variable, which is written
 *
 * Any type and shape; the planner has checked that all who use a variable mean the same one.  Before the first
 * ASSIGN_VARIABLE every byte is the zero point of what will be assigned, or 0.
 * Source: tensorflow/lite/micro/micro_resource_variable.cc. */
#ifndef TH_NN_VARIABLE_H
#define TH_NN_VARIABLE_H

#include <stdint.h>

typedef struct th_variable_par {
    int32_t n_bytes;
} th_variable_par;

void th_variable_read(const void *par, const void *const *in, void *const *out, void *scratch);
void th_variable_assign(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
