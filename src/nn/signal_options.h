/* nn/signal_options.h -- what the prepare functions of the audio operators share: their options, their tensors.
 *
 * These are custom operators: their options are a FlexBuffers map of whole numbers (fmt/flexbuf.h). */
#ifndef TH_NN_SIGNAL_OPTIONS_H
#define TH_NN_SIGNAL_OPTIONS_H

#include "nn/prepare.h"

typedef struct th_signal_option {
    const char *key;
    size_t offset;  /* of an int32_t in the struct that is filled */
    int32_t lo, hi; /* range, both inside */
    const char *problem;
} th_signal_option;

/* Row of an option list; a missing option is refused by name. */
#define TH_SIGNAL_OPTION(key, type, member, lo, hi)                                                                    \
    {                                                                                                                  \
        key, offsetof(type, member), lo, hi, "its option " key " is missing or out of range"                           \
    }

/* Fills the members of *into.  Errors: TH_EFORMAT. */
TH_NODISCARD th_err th_signal_options(const th_prepare *p, const th_signal_option *list, size_t n, void *into);

#define TH_SIGNAL_OPTIONS(p, list, into) th_signal_options(p, list, sizeof(list) / sizeof *(list), into)

/* Vector of `type`; n: its length, or -1 for any above 0. */
TH_NODISCARD th_err th_signal_vector(const th_prepare *p, const th_tensor *t, th_type type, int32_t n);

/* One value of `type`, rank 0 (or 1). */
TH_NODISCARD th_err th_signal_scalar(const th_prepare *p, const th_tensor *t, th_type type);

/* Rows of `t`, which has at least one dimension and `type`: *inner is its last dimension. */
TH_NODISCARD th_err th_signal_rows(const th_prepare *p, const th_tensor *t, th_type type, int32_t *rows,
                                   int32_t *inner);

#endif
