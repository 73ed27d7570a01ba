/* nn/package.h -- runs a model package (.thm) where it lies, in flash or in a file that was read.
 *
 *   static uint8_t memory[N] __attribute__((aligned(16)));
 *   th_package p;
 *   if (th_package_open(&p, (th_span){bytes, n}, &kernels, &diag)) ...      look at everything once
 *   if (th_package_start(&p, memory, sizeof memory)) ...                    p.memory_bytes is enough
 *   memcpy(th_package_input(&p, 0), ...);
 *   if (th_package_invoke(&p)) ...
 *   ... th_package_output(&p, 0) ...
 *
 * The package is never copied or changed.  For each step the executor writes the kernel's parameter struct as this
 * machine lays it out (members at their natural alignment, pointers into the package) and calls the kernel; it knows
 * no kernel by itself: the caller brings the table of those that were built in.
 *
 * What opening holds up against: any damage (checksum), any structure: no place, length, number or alignment in the
 * package is used before it was checked, every tensor lies in the arena or the package, every array in the package, no
 * block can run itself.  What it cannot know is whether a kernel's parameters fit its tensors: a package that somebody
 * made on purpose to do harm can. docs/formats.md says who checks that (every verb of thimble does). */
#ifndef TH_NN_PACKAGE_H
#define TH_NN_PACKAGE_H

#include "base/err.h"
#include "base/span.h"
#include "nn/kernel.h"

typedef struct th_kernel_row {
    uint16_t number; /* nn/kernels.h */
    th_kernel *kernel;
} th_kernel_row;

typedef struct th_kernel_set {
    const th_kernel_row *row; /* [n], numbers rising */
    size_t n;
    const char *isa; /* processor family that packages may be packed for beside "plain"; NULL: any */
} th_kernel_set;

typedef struct th_package {
    const uint8_t *bytes;
    const th_kernel_set *kernels;
    size_t memory_bytes; /* that th_package_start wants on this machine: arena, then what the executor itself needs */
    uint8_t *memory;     /* the arena begins it; NULL before th_package_start */
    uint32_t par, in, out, frames, once; /* bytes of the memory */
    uint32_t n_inputs, n_outputs;
    uint32_t graph_runs, block_runs; /* by control steps, in this invoke */
    const char *missing; /* after TH_EUNSUP: the kernel or processor family that this executor does not have */
    void (*on_step)(void *ctx, int32_t node); /* after each operator of the model itself; or NULL */
    void *ctx;
} th_package;

/* An input or output. */
typedef struct th_package_end {
    const char *name;
    uint32_t type; /* th_type */
    uint32_t bytes;
    uint32_t rank;
    int32_t d[8];
    uint32_t n_scales; /* 0: not quantised; scale and zero are the first ones */
    float scale;
    int32_t zero;
} th_package_end;

/* Checks the package and the kernels it needs.  `bytes.p` must be aligned to 16 and stay where it is.
 * Errors: TH_ETRUNC, TH_EFORMAT (pos: the byte), TH_EUNSUP (another version, a kernel or processor family that is not
 * here: `missing`), TH_ERANGE (larger than this machine's memory can be). */
TH_NODISCARD th_err th_package_open(th_package *p, th_span bytes, const th_kernel_set *kernels, th_diag *diag);

/* Takes p->memory_bytes of memory, aligned to 16, clears it and sets all state to its start.  Errors:
 * TH_ENOMEM. */
TH_NODISCARD th_err th_package_start(th_package *p, void *memory, size_t n);

/* All state back to its start. */
void th_package_reset(th_package *p);

/* Fill all inputs before each invoke: it may use their memory again.  Outputs stand until the next one. */
void *th_package_input(const th_package *p, uint32_t index);
const void *th_package_output(const th_package *p, uint32_t index);

/* Inputs first, then outputs. */
th_package_end th_package_describe(const th_package *p, uint32_t index);

/* The model's pipeline metadata (JSON), {NULL, 0} when it has none. */
th_span th_package_metadata(const th_package *p);

/* Runs all steps.  Errors: TH_EENDLESS (loops that do not end: the outputs are not to be used). */
TH_NODISCARD th_err th_package_invoke(th_package *p);

#endif
