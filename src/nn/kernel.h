/* nn/kernel.h -- what a kernel is: one signature for all of them, and what their parameters are made of. */
#ifndef TH_NN_KERNEL_H
#define TH_NN_KERNEL_H

#include <stdint.h>

/* Runs one step.
 *
 *   par      the operator's parameter struct
 *   in       [step.n_in]  addresses of the inputs, NULL for an absent optional one
 *   out      [step.n_out] addresses of the outputs; overlap no input unless step.in_place or step.slide says so
 *   scratch  as many bytes as the step asked for, aligned to 16, or NULL for none */
typedef void th_kernel(const void *par, const void *const *in, void *const *out, void *scratch);

/* Part `part` of `of` of the same: together they write what the kernel writes, and each may run on its own thread with
 * its own scratch. */
typedef void th_part_kernel(const void *par, const void *const *in, void *const *out, void *scratch, int32_t part,
                            int32_t of);

/* What a parameter struct is made of.  The numbers stand in packages: a new kind goes to the end. */
typedef enum th_field_kind {
    TH_FIELD_I32,
    TH_FIELD_I64,
    TH_FIELD_F32,
    TH_FIELD_I32_FIXED, /* an array inside the struct */
    /* A pointer to an array, or NULL: */
    TH_FIELD_S8_ARRAY,
    TH_FIELD_U8_ARRAY,
    TH_FIELD_S16_ARRAY,
    TH_FIELD_U16_ARRAY,
    TH_FIELD_I32_ARRAY,
    TH_FIELD_U32_ARRAY,
    TH_FIELD_I64_ARRAY,
    TH_FIELD_F32_ARRAY
} th_field_kind;

#endif
