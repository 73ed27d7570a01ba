/* model/place.h -- blocks with lifetimes, packed into as few bytes as we can.
 *
 *   bytes ^
 *         |  +-----------+
 *         |  | 2         |  +--------+
 *         |  +-----+-----+  | 3      |
 *         |  | 0   |     +--+--------+
 *         |  |     |     | 1         |
 *         +--+-----+-----+-----------+--> steps
 *
 * Two blocks whose lifetimes meet must not share bytes, with one exception: where the last step of one is the first
 * of the other, the step may be able to write its output over its input (th_over).  So may operators that run in row
 * bands (model/bands.h), whose first input and last output live side by side for all their steps.
 *
 *   output  |##########|                 starts at least `lead` bytes lower: what the kernel has still
 *   input      |lead>|###########|       to read is always above what it has written
 *
 * The general problem is NP-hard.  Blocks are put one after the other as low as they go, in a few good orders, then
 * in orders that a search with bounded work tries out; small problems are solved exactly.
 * Sources: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", MLSys 2020 (orders by size
 * and breadth); why this may find every best placement: docs/decisions/06-planner.md. */
#ifndef TH_MODEL_PLACE_H
#define TH_MODEL_PLACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a block starts when it does not say: enough for any element type and for 16-byte vectors. */
#define TH_PLACE_ALIGN 16u

typedef struct th_place_block {
    size_t bytes;        /* > 0 */
    size_t align;        /* a power of two; 0: TH_PLACE_ALIGN */
    int32_t first, last; /* steps, both inside; first <= last */
    size_t offset;       /* result; of a pinned block: where it has to be, which need not be aligned */
    bool pinned;         /* two pinned ones must not share bytes while they meet: the caller has checked */
} th_place_block;

/* Most work of one placement, but for what is linear in blocks and steps.  About 10,000 blocks can be placed with it;
 * of more, which no network has, the rest goes on top of all others and shares no bytes. */
#define TH_PLACE_WORK INT64_C(200000000)

#define TH_NEVER SIZE_MAX

/* Block `out`, first needed at the last step of block `in`, or at one of its last steps, may lie over it. */
typedef struct th_over {
    int32_t out, in;
    size_t lead; /* when it starts this many bytes or more below it; TH_NEVER: not so */
    bool exact;  /* or when both start at the same byte */
} th_over;

typedef struct th_placed {
    size_t bytes;       /* end of the highest block */
    size_t lower_bound; /* proven: no placement is smaller */
    int32_t peak;       /* the first step whose blocks alone need most */
    int64_t work;       /* done: pairs of blocks that were looked at, about; see TH_PLACE_WORK */
} th_placed;

typedef struct th_place_task {
    th_place_block *block; /* [n] */
    int32_t n;
    const th_over *over;     /* [n_over] */
    int32_t n_over, n_steps; /* steps are 0 .. n_steps-1 */
    bool quick;              /* good orders only, without the searching: for whoever plans many models */
    size_t enough;           /* > 0: an eighth of the work, which ends as soon as no more bytes than these are taken */
    size_t *need;            /* [n_steps] result: bytes that the blocks of each step take at least; or NULL */
} th_place_task;

/* Places the blocks.  The result depends on the task only.
 * Errors: TH_ENOMEM, TH_ERANGE when the sum of sizes does not fit size_t. */
TH_NODISCARD th_err th_place(const th_place_task *task, th_placed *placed);

/* Whether two blocks stand as they may: `over` is their entry, or NULL for none. */
bool th_place_fits(const th_place_block *blocks, int32_t a, int32_t b, const th_over *over);

#endif
