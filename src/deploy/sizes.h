/* deploy/sizes.h -- bytes of code from a table, for a computer without the board's compiler. */
#ifndef TH_DEPLOY_SIZES_H
#define TH_DEPLOY_SIZES_H

#include "deploy/board.h"
#include "model/plan.h"

#define TH_SIZES_CORES  8
#define TH_SIZES_KERNEL 600 /* bytes of a middling kernel */

/* Made by tools/sizes.sh. */
typedef struct th_sizes_row {
    const char *name;               /* "pool_2d:part_of": file and function; NULL ends the table */
    uint16_t bytes[TH_SIZES_CORES]; /* for each core of th_sizes_core; 0: it does not exist there */
    const char *needs;              /* "pool_2d:part_of@ff _divsi3:@3": other rows, and for which cores (bits) */
} th_sizes_row;

extern const char *const th_sizes_core[]; /* th_core.name; ended by NULL */
extern const th_sizes_row th_sizes_table[];

/* Everything in flash but weights of a network without sound, on this board: kernels with all that they call, the
 * parameters of the steps, the calls, and the firmware's own loop. Equal to a build within 3 % of the whole flash
 * (tests/deploy/test_boards.c), as long as the table is of these kernels and this compiler.
 *
 *   unknown  steps whose kernel is not in the table; each counts as TH_SIZES_KERNEL bytes
 *
 * Errors: TH_ENOENT (the core is not in the table), TH_ENOMEM. */
TH_NODISCARD th_err th_sizes_code(const th_plan *plan, const th_board *board, uint32_t *bytes, int32_t *unknown,
                                  th_why *why);

/* RAM for what changes from one row band to the next: parameters and lists of addresses. */
uint32_t th_sizes_bands_ram(const th_plan *plan);

#endif
