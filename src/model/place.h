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
 * Two blocks whose lifetimes meet must not share bytes.  The general problem is NP-hard; greedy placement
 * in a few good orders reaches the lower bound for every chain-like network.
 * Source of the orders: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
 * MLSys 2020 (by size, by breadth). */
#ifndef TH_MODEL_PLACE_H
#define TH_MODEL_PLACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every block starts at a multiple of this: enough for any element type and for 16-byte vectors. */
#define TH_PLACE_ALIGN 16u

typedef struct th_block {
    size_t bytes;        /* > 0; rounded up to TH_PLACE_ALIGN by th_place */
    int32_t first, last; /* steps, both inside; first <= last */
    size_t offset;       /* result; of a pinned block: where it has to be, which need not be aligned */
    bool pinned;         /* two pinned ones must not share bytes while they meet: the caller has checked */
} th_block;

typedef struct th_placed {
    size_t bytes;       /* end of the highest block */
    size_t lower_bound; /* most bytes alive at one step: no placement is smaller */
    int32_t peak;       /* the first step at which they are */
} th_placed;

/* Places n blocks; steps are 0 .. n_steps-1.  The result depends on the blocks only.
 * Errors: TH_ENOMEM, TH_ERANGE when the sum of sizes does not fit size_t. */
TH_NODISCARD th_err th_place(th_block *blocks, int32_t n, int32_t n_steps, th_placed *placed);

#endif
