/* Placing block after block, each as low as it goes: what is left to choose is the order. */
#include "base/rng.h"
#include "model/place_priv.h"

#include <stdlib.h>
#include <string.h>

/* Of a block that is to be sorted. */
typedef struct place_key {
    size_t key, bytes; /* larger ones first */
    int32_t id;
} place_key;

typedef struct packer {
    th_packing *p;
    size_t *breadth;      /* [n] most bytes needed at any step of the block's life */
    int32_t *order;       /* [n] in which blocks are placed */
    int32_t *trial;       /* [n] the order that the search tries */
    int32_t *placed;      /* [n] blocks that have an offset, lowest offset first */
    const th_near **near; /* [n] of the block that is being placed: its entry for the other one, or NULL */
    place_key *key;       /* [n] */
    size_t top;           /* end of the highest block so far */
    int64_t work;         /* pairs of blocks that the search may still look at */
} packer;

/* Whether b may start at `at` as far as q is concerned; if not, *next is where it may, above. */
static bool clear(const th_place_block *b, const th_place_block *q, const th_near *near, size_t at, size_t *next)
{
    const size_t above = near ? near->above : q->bytes, below = near ? near->below : b->bytes;
    if (at >= q->offset + above || at + below <= q->offset || (near && near->exact && at == q->offset)) return true;
    *next = th_align_up(q->offset + above, b->align);
    return false;
}

/* The lowest place from `at` on. After a jump over one block a lower one that it may lie over partly can be in the way
 * again, so this goes round until nothing moves. */
static size_t lowest(packer *k, const th_place_block *b, int32_t n_placed, size_t at)
{
    for (bool moved = true; moved;) {
        moved = false;
        k->work -= n_placed;
        k->p->work -= n_placed;
        for (int32_t i = 0; i < n_placed; i++) {
            const int32_t id = k->placed[i];
            const th_place_block *q = &k->p->block[id];
            if (th_blocks_meet(b, q) && !clear(b, q, k->near[id], at, &at)) moved = true;
        }
    }
    return at;
}

/* The same, or a lower place exactly on an input. */
static size_t find_place(packer *k, int32_t id, int32_t n_placed)
{
    const th_place_block *b = &k->p->block[id];
    const int32_t from = k->p->near_at[id], to = k->p->near_at[id + 1];
    if (k->p->work <= 0) return th_align_up(k->top, b->align);
    for (int32_t i = from; i < to; i++) k->near[k->p->near[i].other] = &k->p->near[i];
    size_t at = lowest(k, b, n_placed, 0);
    for (int32_t i = 0; i < n_placed; i++) {
        const int32_t other = k->placed[i];
        const size_t there = k->p->block[other].offset;
        if (k->near[other] && k->near[other]->exact && there < at && there % b->align == 0 &&
            lowest(k, b, n_placed, there) == there)
            at = there;
    }
    for (int32_t i = from; i < to; i++) k->near[k->p->near[i].other] = NULL;
    return at;
}

/* Places block `id` among the n_placed ones. */
static void put(packer *k, int32_t n_placed, int32_t id)
{
    th_place_block *b = &k->p->block[id];
    if (!b->pinned) b->offset = find_place(k, id, n_placed);
    int32_t at = n_placed;
    for (; at > 0 && k->p->block[k->placed[at - 1]].offset > b->offset; at--) k->placed[at] = k->placed[at - 1];
    k->placed[at] = id;
    if (b->offset + b->bytes > k->top) k->top = b->offset + b->bytes;
}

/* Places all blocks in this order, pinned ones first; the number of bytes needed. */
static size_t pack(packer *k, const int32_t *order)
{
    int32_t n = 0;
    k->top = 0;
    for (int pinned = 1; pinned >= 0; pinned--)
        for (int32_t i = 0; i < k->p->n; i++) {
            if (k->p->block[order[i]].pinned != (pinned != 0)) continue;
            put(k, n++, order[i]);
        }
    return k->top;
}

static void keep_if_better(packer *k, size_t bytes)
{
    th_packing *p = k->p;
    if (bytes >= p->best_bytes) return;
    p->best_bytes = bytes;
    for (int32_t i = 0; i < p->n; i++) p->best[i] = p->block[i].offset;
}

static bool good(const th_packing *p)
{
    return p->best_bytes <= p->bound || p->best_bytes <= p->enough;
}

/* --- good orders --- */

/* What a block is placed by; larger comes first.  Outputs that slide lie below their inputs: BY_END puts the
 * tensors that are made last at the bottom. */
typedef enum rule { BY_SIZE, BY_BREADTH, BY_LIFETIME, BY_START, BY_END, N_RULES } rule;

static size_t key(const packer *k, int32_t id, rule r)
{
    const th_place_block *b = &k->p->block[id];
    switch (r) {
    case BY_SIZE: return b->bytes;
    case BY_BREADTH: return k->breadth[id];
    case BY_LIFETIME: return (size_t)(b->last - b->first);
    case BY_START: return (size_t)(INT32_MAX - b->first);
    case BY_END: return (size_t)b->first;
    case N_RULES: break;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const place_key *x = (const place_key *)a, *y = (const place_key *)b;
    if (x->key != y->key) return x->key > y->key ? -1 : 1;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Sorts k->trial by the rule, then size, then number, so that the result is always the same. */
static void sort(packer *k, rule r)
{
    const int32_t n = k->p->n;
    for (int32_t i = 0; i < n; i++) k->key[i] = (place_key){key(k, i, r), k->p->block[i].bytes, i};
    qsort(k->key, (size_t)n, sizeof *k->key, compare);
    for (int32_t i = 0; i < n; i++) k->trial[i] = k->key[i].id;
}

static void try_rules(packer *k)
{
    th_packing *p = k->p;
    for (rule r = BY_SIZE; r < N_RULES && !good(p) && (r == BY_SIZE || p->work > 0); r++) {
        sort(k, r);
        const size_t before = p->best_bytes;
        keep_if_better(k, pack(k, k->trial));
        if (p->best_bytes < before) memcpy(k->order, k->trial, (size_t)p->n * sizeof *k->order);
    }
}

/* Long lives of many blocks take more steps than there is work for: the rest counts as breadth 0. */
static void find_breadth(packer *k)
{
    th_packing *p = k->p;
    for (int32_t i = 0; i < p->n && p->work > TH_PLACE_WORK / 16; i++) {
        const th_place_block *b = &p->block[i];
        for (int32_t s = b->first; s <= b->last; s++)
            if (p->need[s] > k->breadth[i]) k->breadth[i] = p->need[s];
        p->work -= b->last - b->first + 1;
    }
}

/* --- other orders --- */

#define WORK INT64_C(6000000) /* a few hundredths of a second */

static void move_in(int32_t *order, int32_t from, int32_t to)
{
    const int32_t id = order[from];
    if (from < to) memmove(order + from, order + from + 1, (size_t)(to - from) * sizeof *order);
    if (to < from) memmove(order + to + 1, order + to, (size_t)(from - to) * sizeof *order);
    order[to] = id;
}

/* The blocks that stand highest, or what they stand on, decide: most moves take one of them. */
static int32_t pick(packer *k, th_rng *rng, size_t bytes)
{
    const th_packing *p = k->p;
    const int32_t from = (int32_t)th_rng_below(rng, (uint32_t)p->n);
    const uint32_t how = th_rng_below(rng, 3);
    if (how == 0) return from;
    for (int32_t i = 0; i < p->n; i++) {
        const int32_t at = (from + i) % p->n;
        const th_place_block *b = &p->block[k->trial[at]];
        if (how == 1 ? b->offset + b->bytes == bytes : b->offset + b->bytes > bytes / 2) return at;
    }
    return from;
}

/* Moves one block after the other to another place in the order; what is not worse stays, and what is a little worse
 * as well while it is hot. The search starts again from the best order whenever it has cooled down. */
static void search(packer *k)
{
    th_packing *p = k->p;
    const size_t size = (size_t)p->n * sizeof *k->order;
    const int32_t round = 40 * p->n + 400;
    th_rng rng = th_rng_make(1, (uint64_t)p->n);
    memcpy(k->trial, k->order, size);
    size_t now = pack(k, k->trial);
    for (int32_t t = 0; k->work > 0 && p->work > 0 && !good(p); t = t + 1 == round ? 0 : t + 1) {
        if (t == 0) {
            memcpy(k->trial, k->order, size);
            now = pack(k, k->trial);
        }
        const int32_t from = pick(k, &rng, now), to = (int32_t)th_rng_below(&rng, (uint32_t)p->n);
        move_in(k->trial, from, to);
        const size_t bytes = pack(k, k->trial);
        const float heat = (float)(round - t) / (float)round, room = 0.08f * heat * heat * (float)p->best_bytes;
        if (bytes < p->best_bytes) memcpy(k->order, k->trial, size);
        keep_if_better(k, bytes);
        if (bytes <= now || (float)(bytes - now) < room * th_rng_unit(&rng) * th_rng_unit(&rng))
            now = bytes;
        else
            move_in(k->trial, to, from);
    }
}

th_err th_place_search(th_packing *p)
{
    const size_t n = (size_t)p->n;
    const int64_t of_small = (int64_t)p->n * p->n * 12000;
    packer k = {.p = p, .work = of_small < WORK ? of_small : WORK};
    if (p->enough) k.work /= 16;
    k.breadth = calloc(n, sizeof *k.breadth);
    k.order = calloc(3 * n, sizeof *k.order);
    k.near = calloc(n, sizeof *k.near);
    k.key = calloc(n, sizeof *k.key);
    const th_err err = k.breadth && k.order && k.near && k.key ? TH_OK : TH_ENOMEM;
    p->best_bytes = SIZE_MAX;
    if (!err) {
        k.trial = k.order + n;
        k.placed = k.trial + n;
        find_breadth(&k);
        try_rules(&k);
        if (!good(p) && !p->enough && !p->quick) th_place_exact(p);
        if (p->n <= TH_PLACE_SEARCHED && !p->quick) search(&k);
    }
    free(k.breadth);
    free(k.order);
    free(k.near);
    free(k.key);
    return err;
}
