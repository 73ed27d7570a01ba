#include "model/place.h"

#include <stdlib.h>
#include <string.h>

typedef struct packer {
    th_block *block;
    int32_t n;
    size_t *breadth; /* [n] most bytes alive at any step of the block's life */
    int32_t *order;  /* [n] in which blocks are placed */
    int32_t *placed; /* [n] blocks that have an offset, lowest offset first */
    size_t *best;    /* [n] offsets of the best placement so far */
} packer;

static int meets(const th_block *a, const th_block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Rounds sizes up, sums what is alive at each step; fills live[n_steps] and the lower bound. */
static th_err measure(th_block *blocks, int32_t n, int32_t n_steps, size_t *live, th_placed *out)
{
    size_t all = 0;
    for (int32_t i = 0; i < n; i++) {
        th_block *b = &blocks[i];
        if (b->bytes > SIZE_MAX / 4 || all > SIZE_MAX / 4) return TH_ERANGE;
        b->bytes = (b->bytes + TH_PLACE_ALIGN - 1) / TH_PLACE_ALIGN * TH_PLACE_ALIGN;
        all += b->bytes;
        for (int32_t k = b->first; k <= b->last; k++) live[k] += b->bytes;
    }
    for (int32_t k = 0; k < n_steps; k++)
        if (live[k] > out->lower_bound) {
            out->lower_bound = live[k];
            out->peak = k;
        }
    return TH_OK;
}

/* The gap between blocks that are alive at the same time which fits most tightly, or the end. */
static size_t find_gap(const packer *p, int32_t n_placed, const th_block *b)
{
    size_t end = 0, best = SIZE_MAX, best_size = SIZE_MAX;
    for (int32_t i = 0; i < n_placed; i++) {
        const th_block *q = &p->block[p->placed[i]];
        if (!meets(b, q)) continue;
        if (q->offset >= end && q->offset - end >= b->bytes && q->offset - end < best_size) {
            best = end;
            best_size = q->offset - end;
        }
        const size_t behind = (q->offset + q->bytes + TH_PLACE_ALIGN - 1) / TH_PLACE_ALIGN * TH_PLACE_ALIGN;
        if (behind > end) end = behind;
    }
    return best != SIZE_MAX ? best : end;
}

/* Places block `id` among the n_placed ones and returns its end. */
static size_t put(packer *p, int32_t n_placed, int32_t id)
{
    th_block *b = &p->block[id];
    if (!b->pinned) b->offset = find_gap(p, n_placed, b);
    int32_t at = n_placed;
    for (; at > 0 && p->block[p->placed[at - 1]].offset > b->offset; at--) p->placed[at] = p->placed[at - 1];
    p->placed[at] = id;
    return b->offset + b->bytes;
}

/* Places all blocks in p->order, pinned ones first; the number of bytes needed. */
static size_t pack(packer *p)
{
    size_t bytes = 0;
    int32_t n = 0;
    for (int pinned = 1; pinned >= 0; pinned--)
        for (int32_t i = 0; i < p->n; i++) {
            if (p->block[p->order[i]].pinned != (pinned != 0)) continue;
            const size_t end = put(p, n++, p->order[i]);
            if (end > bytes) bytes = end;
        }
    return bytes;
}

/* What a block is placed by; larger comes first. */
typedef enum rule { BY_SIZE, BY_BREADTH, BY_LIFETIME, BY_START, N_RULES } rule;

static size_t key(const packer *p, int32_t id, rule r)
{
    const th_block *b = &p->block[id];
    switch (r) {
    case BY_SIZE: return b->bytes;
    case BY_BREADTH: return p->breadth[id];
    case BY_LIFETIME: return (size_t)(b->last - b->first);
    case BY_START: return (size_t)(INT32_MAX - b->first);
    case N_RULES: break;
    }
    return 0;
}

/* Sorts p->order by the rule, then size, then number, so that the result is always the same.
 * Insertion keeps equal ones in order; networks have tens to hundreds of tensors. */
static void sort(packer *p, rule r)
{
    for (int32_t i = 0; i < p->n; i++) {
        int32_t at = i;
        const size_t k = key(p, i, r), s = p->block[i].bytes;
        for (; at > 0; at--) {
            const size_t k2 = key(p, p->order[at - 1], r), s2 = p->block[p->order[at - 1]].bytes;
            if (k2 > k || (k2 == k && s2 >= s)) break;
            p->order[at] = p->order[at - 1];
        }
        p->order[at] = i;
    }
}

static void try_all(packer *p, th_placed *out)
{
    out->bytes = SIZE_MAX;
    for (rule r = BY_SIZE; r < N_RULES && out->bytes > out->lower_bound; r++) {
        sort(p, r);
        const size_t bytes = pack(p);
        if (bytes >= out->bytes) continue;
        out->bytes = bytes;
        for (int32_t i = 0; i < p->n; i++) p->best[i] = p->block[i].offset;
    }
    for (int32_t i = 0; i < p->n; i++) p->block[i].offset = p->best[i];
}

th_err th_place(th_block *blocks, int32_t n, int32_t n_steps, th_placed *placed)
{
    *placed = (th_placed){0};
    if (n == 0) return TH_OK;
    const size_t nn = (size_t)n;
    size_t *sizes = calloc(2 * nn + (size_t)n_steps, sizeof *sizes);
    int32_t *ids = calloc(2 * nn, sizeof *ids);
    th_err err = sizes && ids ? TH_OK : TH_ENOMEM;
    if (!err) err = measure(blocks, n, n_steps, sizes + 2 * nn, placed);
    if (!err) {
        packer p = {blocks, n, sizes, ids, ids + nn, sizes + nn};
        for (int32_t i = 0; i < n; i++)
            for (int32_t k = blocks[i].first; k <= blocks[i].last; k++)
                if (sizes[2 * nn + (size_t)k] > p.breadth[i]) p.breadth[i] = sizes[2 * nn + (size_t)k];
        try_all(&p, placed);
    }
    free(sizes);
    free(ids);
    return err;
}
