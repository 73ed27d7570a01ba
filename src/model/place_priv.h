/* model/place_priv.h -- what the parts of placing share: place.c (bounds, the way through), place_search.c (orders),
 * place_exact.c (small problems, solved). */
#ifndef TH_MODEL_PLACE_PRIV_H
#define TH_MODEL_PLACE_PRIV_H

#include "model/place.h"

/* With more blocks than this the good orders have to do. */
#define TH_PLACE_SEARCHED 400

/* Of a block that may lie over another one, or under it. */
typedef struct th_near {
    int32_t other;
    size_t above; /* this block may start `above` bytes or more above the other's first byte */
    size_t below; /* or `below` bytes or more below it */
    bool exact;   /* or at the same byte */
    bool input;   /* the other is the input of the two */
} th_near;

typedef struct th_packing {
    th_place_block *block;
    int32_t n, n_steps;
    const th_over *over;
    int32_t n_over;
    th_near *near;    /* [2 n_over] of block b: those from near_at[b] to near_at[b + 1] */
    int32_t *near_at; /* [n + 1] */
    size_t *need;     /* [n_steps] bytes that the blocks of this step need at least */
    size_t *best;     /* [n] offsets of the best placement so far */
    size_t best_bytes;
    size_t bound;  /* proven so far */
    size_t enough; /* as in th_place_task */
    bool quick;
    int64_t work; /* that may still be done */
} th_packing;

static inline bool th_blocks_meet(const th_place_block *a, const th_place_block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static inline size_t th_align_up(size_t x, size_t align)
{
    return (x + align - 1) & ~(align - 1);
}

/* Tries good orders, th_place_exact, then other orders until best_bytes is the bound or the work is done. Errors:
 * TH_ENOMEM. */
TH_NODISCARD th_err th_place_search(th_packing *p);

/* Raises the bound: the blocks of a few neighbouring steps alone, solved exactly; a problem that is small as a whole is
 * solved, too.  Does nothing when a block is pinned. */
void th_place_exact(th_packing *p);

#endif
