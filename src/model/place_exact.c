/* Small problems, solved: every order of the blocks from the lowest to the highest, with bounds.
 *
 * When blocks are put in the order of their offsets, the lowest place of the next one is
 *   max(place of the one before, place + above of every block that it meets),
 * and that is never higher than in the placement that the order came from.  So the best of all orders is the best
 * placement.  Only pairs that may lie exactly on each other, but not slide, are seen as free here: with one of them the
 * result is a bound and no placement. */
#include "model/place_priv.h"

#include <string.h>

#define MOST_BLOCKS 14
#define MOST_STEPS  8
#define VISITS      5000  /* of one problem */
#define ALL_VISITS  60000 /* of all */

typedef struct small {
    th_packing *p;
    int32_t n, id[MOST_BLOCKS];                /* the blocks that take part */
    size_t above[MOST_BLOCKS][MOST_BLOCKS];    /* [upper][lower]; 0: they don't meet */
    size_t at[MOST_BLOCKS], good[MOST_BLOCKS]; /* offsets now, and of the best placement */
    size_t best;                               /* its bytes; smaller ones are looked for */
    int32_t visits, left;
} small;

/* Bytes above `floor` that the blocks which are not placed need at least: of those that all meet one another. */
static size_t still_needed(const small *s, uint32_t placed)
{
    size_t most = 0;
    for (int32_t i = 0; i < s->n; i++) {
        if (placed >> i & 1u) continue;
        const int32_t step = s->p->block[s->id[i]].first;
        size_t sum = 0;
        for (int32_t j = 0; j < s->n; j++) {
            const th_place_block *b = &s->p->block[s->id[j]];
            if (placed >> j & 1u || b->first > step || b->last < step) continue;
            size_t least = b->bytes; /* what it takes of the line: the least that another one may be above it */
            for (int32_t k = 0; k < s->n; k++)
                if (k != j && !(placed >> k & 1u) && s->p->block[s->id[k]].first <= step &&
                    s->p->block[s->id[k]].last >= step && s->above[k][j] < least)
                    least = s->above[k][j];
            sum += least;
        }
        if (sum > most) most = sum;
    }
    return most;
}

static size_t place_of(const small *s, uint32_t placed, int32_t b, size_t floor)
{
    size_t at = floor;
    for (int32_t q = 0; q < s->n; q++)
        if (placed >> q & 1u && s->at[q] + s->above[b][q] > at) at = s->at[q] + s->above[b][q];
    return th_align_up(at, s->p->block[s->id[b]].align);
}

/* All placements that put the other blocks at `floor` or higher.  At most MOST_BLOCKS deep. */
static void try_rest(small *s, uint32_t placed, size_t floor, size_t end)
{
    size_t at[MOST_BLOCKS];
    if (++s->visits > VISITS) return;
    if (placed + 1 == (uint32_t)1 << s->n) {
        s->best = end;
        memcpy(s->good, s->at, sizeof s->at);
        return;
    }
    for (int32_t b = 0; b < s->n; b++) {
        if (placed >> b & 1u) continue;
        at[b] = place_of(s, placed, b, floor);
        if (at[b] + s->p->block[s->id[b]].bytes >= s->best) return; /* it only gets higher */
    }
    if (floor + still_needed(s, placed) >= s->best) return;
    for (int32_t b = 0; b < s->n && s->visits <= VISITS; b++) {
        if (placed >> b & 1u || at[b] + s->p->block[s->id[b]].bytes >= s->best) continue;
        const size_t top = at[b] + s->p->block[s->id[b]].bytes;
        s->at[b] = at[b];
        try_rest(s, placed | (uint32_t)1 << b, at[b], top > end ? top : end);
    }
}

static bool only_exact(const th_near *q)
{
    return q->exact && q->above && q->below;
}

static size_t gap(const th_packing *p, int32_t upper, int32_t lower)
{
    const th_place_block *b = &p->block[lower];
    if (!th_blocks_meet(b, &p->block[upper])) return 0;
    for (int32_t i = p->near_at[upper]; i < p->near_at[upper + 1]; i++)
        if (p->near[i].other == lower) return only_exact(&p->near[i]) ? 0 : p->near[i].above;
    return b->bytes;
}

/* Whether the blocks of these steps were few enough to try everything.  Then s->best is what they need at least, or
 * the best known as a whole. */
static bool solve(small *s, int32_t first, int32_t last)
{
    th_packing *p = s->p;
    s->n = 0;
    p->work -= p->n;
    for (int32_t i = 0; i < p->n; i++) {
        if (p->block[i].first > last || p->block[i].last < first) continue;
        if (s->n == MOST_BLOCKS) return false;
        s->id[s->n++] = i;
    }
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t j = 0; j < s->n; j++) s->above[i][j] = i == j ? 0 : gap(p, s->id[i], s->id[j]);
    s->best = p->best_bytes;
    s->visits = 0;
    try_rest(s, 0, 0, 0);
    s->left -= s->visits;
    p->work -= (int64_t)s->visits * s->n * s->n;
    return s->visits <= VISITS;
}

static bool solve_all(small *s, th_packing *p)
{
    if (!solve(s, 0, p->n_steps - 1)) return false;
    p->bound = s->best;
    bool free_pairs = false;
    for (int32_t i = 0; i < 2 * p->n_over; i++) free_pairs |= only_exact(&p->near[i]);
    if (s->best >= p->best_bytes || free_pairs) return true;
    p->best_bytes = s->best;
    for (int32_t i = 0; i < p->n; i++) p->best[s->id[i]] = s->good[i];
    return true;
}

void th_place_exact(th_packing *p)
{
    small s = {.p = p, .left = ALL_VISITS};
    if (p->n > TH_PLACE_SEARCHED) return;
    for (int32_t i = 0; i < p->n; i++)
        if (p->block[i].pinned) return;
    if (p->n <= MOST_BLOCKS && solve_all(&s, p)) return;
    for (int32_t n = 2; n <= MOST_STEPS && p->bound < p->best_bytes; n++)
        for (int32_t k = 0; k + n <= p->n_steps && p->bound < p->best_bytes && s.left > 0 && p->work > 0; k++)
            if (solve(&s, k, k + n - 1) && s.best > p->bound) p->bound = s.best;
}
