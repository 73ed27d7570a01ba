/* nn/vec/prepare.h -- packs weights for a processor with vectors (nn/vec/vec.h), whichever it is. */
#ifndef TH_NN_VEC_PREPARE_H
#define TH_NN_VEC_PREPARE_H

#include "nn/op.h"
#include "nn/vec/kernels.h"

enum {
#define X(family, name) TH_VEC_##name,
    TH_VEC_LIST(X, none)
#undef X
        TH_VEC_N
};

/* A processor family: what it brings, and its kernels by name. */
typedef struct th_vec_family {
    const th_vec *vec;
    const char *header; /* declares the kernels: "nn/x86/vec_avx2.h" */
    struct {
        th_kernel *kernel;
        th_part_kernel *part;
        const char *name;
    } kernel[TH_VEC_N];
} th_vec_family;

#define TH_VEC_FAMILY_ONE(family, name)                                                                                \
    [TH_VEC_##name] = {th_##name##_##family, th_##name##_##family##_part, "th_" #name "_" #family},
/* Initialiser of a th_vec_family. */
#define TH_VEC_FAMILY(family, file)                                                                                    \
    {                                                                                                                  \
        .vec = &th_vec_##family, .header = (file), .kernel = { TH_VEC_LIST(TH_VEC_FAMILY_ONE, family) }                \
    }

/* Puts the family's version of the step's kernel in its place, its weights packed; leaves a step as it is that has
 * none: other operators, weights that are not constant, dense layers whose weights have a zero point. Errors:
 * TH_ENOMEM. */
TH_NODISCARD th_err th_vec_prepare(const th_vec_family *f, const th_prepare *p, th_step *step);

/* The plain kernels that a family replaces; NULL after the last. */
const char *th_vec_replaces(size_t i);

#endif
