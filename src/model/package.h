/* model/package.h -- a planned model as a package (.thm), and back.
 *
 *   th_model + th_plan --th_package_make--> run part for nn/package.h, then the model itself
 *   package --th_package_model--> th_model, after the package was made again from it and came out the same
 *
 * That is how a computer believes a package: not by looking for every lie that its parameters could tell a kernel, but
 * by making it a second time.  docs/formats.md has the bytes. */
#ifndef TH_MODEL_PACKAGE_H
#define TH_MODEL_PACKAGE_H

#include "base/span.h"
#include "model/plan.h"

#include <stdbool.h>

typedef struct th_packed {
    uint8_t *bytes; /* aligned to 16; th_packed_free */
    size_t n;
    size_t run_bytes;    /* the first part: what a device needs */
    size_t weight_bytes; /* constants of the network in it, as they are packed */
    size_t memory[2];    /* what th_package_start wants where pointers have 4 and 8 bytes; at most that on others */
} th_packed;

/* `model` is the one that the plan was made of (its graph 0); NULL: only the run part, without metadata.  The same plan
 * gives the same bytes.
 * Errors: TH_EUNSUP (a kernel without a number, a parameter struct that cannot be told by its fields), TH_ERANGE (too
 * large for the format), TH_ENOMEM. */
TH_NODISCARD th_err th_package_make(const th_plan *plan, const th_model *model, th_packed *packed, th_why *why);
void th_packed_free(th_packed *packed);

/* Whether this machine can run packages for the family: its own, and those whose kernels are plain C elsewhere. */
bool th_package_runs_here(th_isa isa);

/* True for bytes that begin as a package does. */
bool th_is_package(th_span bytes);

/* The model inside a whole package out of untrusted bytes, and whose kernels it was planned for; isa may be NULL.
 * Errors: TH_ETRUNC, TH_EFORMAT (damaged, made up, or by a thimble that planned otherwise), TH_EUNSUP, TH_ENOMEM. */
TH_NODISCARD th_err th_package_model(th_span file, th_model **model, th_isa *isa, th_why *why);

#endif
