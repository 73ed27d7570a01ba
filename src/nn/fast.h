/* nn/fast.h -- fast versions of kernels: for which processors, and the one table of them.
 *
 *   plain step --th_fast_prepare--> the same step with another kernel, its weights packed into the order in which
 *                                   that kernel reads them
 *
 * A row's `prepare` sees the step that the operator's own prepare made.  It may leave it as it is (the kernel can't do
 * this case), or change kernel, parameters, fields, n_in, scratch_bytes, slide and lead; never what is
 * computed: integers stay byte for byte, floats within 1e-5.  Packed weights are arrays of the parameter struct; inputs
 * that the kernel then no longer looks at drop out by n_in.  slide and lead are 0 when the row is asked, since the
 * plain kernel's hold for that one only; a row that changes the kernel sets them again (nn/slide.h).
 *
 * A step may be for a band of rows (model/bands.h): out_h and pad_top are then not what in_h and the padding say, and
 * only int32 numbers of the parameters may differ between bands; else, as when weights are packed otherwise, those
 * layers run whole.
 *
 * Version X of operator OP for processor family F:
 *   nn/F/x.h, x.c       parameter struct and kernel, freestanding; compiles to something on every machine where the
 *                       tests can run it (instructions as C), else to nothing
 *   nn/F/x_prepare.c    packing, and the row's function
 *   nn/fast.c           the line in the table
 *
 * Families with vectors share drivers and packing: nn/vec/vec.h, and a file of micro-kernels for each (nn/x86). */
#ifndef TH_NN_FAST_H
#define TH_NN_FAST_H

#include "nn/op.h"

#include <stdbool.h>

/* Processor families; a board's, or this machine's. */
typedef enum th_isa {
    TH_ISA_PLAIN,   /* any: the reference kernels */
    TH_ISA_SCALAR,  /* Cortex-M0, M0+, M3, RV32IMAC: one product in one instruction */
    TH_ISA_ARM_DSP, /* Cortex-M4, M7, M33: two int16 products in one instruction */
    TH_ISA_ARM_MVE, /* Cortex-M55: Helium vectors; and what the one before it has */
    TH_ISA_SSE2,    /* any x86-64 */
    TH_ISA_AVX2,    /* x86-64 of about 2013 and later */
    TH_ISA_VNNI,    /* x86-64 with AVX-512 F, DQ, BW, VL and VNNI */
    TH_ISA_NEON,    /* any 64-bit Arm, as a Raspberry Pi 3 and 4 */
    TH_ISA_DOT,     /* 64-bit Arm with the dot product, as a Raspberry Pi 5 */
    TH_ISA_SIMD128, /* WebAssembly with vectors of 128 bits */
    TH_ISA_N
} th_isa;

const char *th_isa_name(th_isa isa);

/* The family of that name, or TH_ISA_N. */
th_isa th_isa_find(const char *name);

/* Whether the machine that this runs on has it, by its feature bits. */
bool th_isa_runs_here(th_isa isa);

/* Whether this program has its kernels, so that it can pack weights and write code for it.  Those whose instructions
 * are C elsewhere (Cortex-M, WebAssembly) are everywhere, the others only in programs for their own processors. */
bool th_isa_is_built(th_isa isa);

/* The fastest that it has. */
th_isa th_isa_host(void);

typedef struct th_fast_row {
    th_isa isa;
    const char *plain; /* C name of the kernel that it replaces */
    /* Errors: TH_ENOMEM. */
    th_err (*prepare)(const th_prepare *p, th_step *step);
} th_fast_row;

/* Puts the fast version into a step that is prepared; none for this family: the step stays.
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_fast_prepare(th_isa isa, const th_prepare *p, th_step *step);

/* All rows, for tests and listings; *n their number. */
const th_fast_row *const *th_fast_all(size_t *n);

#endif
