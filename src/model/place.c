#include "model/place_priv.h"

#include <stdlib.h>
#include <string.h>

bool th_place_fits(const th_place_block *blocks, int32_t a, int32_t b, const th_over *over)
{
    const th_place_block *x = &blocks[a], *y = &blocks[b];
    if (!th_blocks_meet(x, y) || x->offset + x->bytes <= y->offset || y->offset + y->bytes <= x->offset) return true;
    if (!over) return false;
    const size_t out = blocks[over->out].offset, in = blocks[over->in].offset;
    return (over->exact && out == in) || (over->lead != TH_NEVER && out <= in && in - out >= over->lead);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Lists of each block's neighbours that it may share bytes with. */
static void find_near(th_packing *p)
{
    for (int32_t i = 0; i < p->n_over; i++) {
        p->near_at[p->over[i].out + 1]++;
        p->near_at[p->over[i].in + 1]++;
    }
    for (int32_t b = 0; b < p->n; b++) p->near_at[b + 1] += p->near_at[b];
    for (int32_t i = 0; i < p->n_over; i++) {
        const th_over *o = &p->over[i];
        const size_t out = p->block[o->out].bytes, in = p->block[o->in].bytes, lead = least(o->lead, out);
        p->near[p->near_at[o->out]++] = (th_near){o->in, in, lead, o->exact, true};
        p->near[p->near_at[o->in]++] = (th_near){o->out, lead, in, o->exact, false};
    }
    for (int32_t b = p->n; b > 0; b--) p->near_at[b] = p->near_at[b - 1];
    p->near_at[0] = 0;
}

/* Every block begins at a multiple of this. */
static size_t common_align(const th_packing *p)
{
    size_t align = TH_PLACE_ALIGN;
    for (int32_t i = 0; i < p->n; i++) align = p->block[i].pinned ? 1 : least(align, p->block[i].align);
    return align;
}

/* Bytes that an output over all its inputs saves at least, by the union of both:
 *   at `lead` above its start or higher lie inputs that do not touch each other, below that only the output. */
static size_t saving(const th_packing *p, int32_t out, size_t align)
{
    size_t inputs = 0, lead = SIZE_MAX;
    for (int32_t i = p->near_at[out]; i < p->near_at[out + 1]; i++) {
        const th_near *q = &p->near[i];
        if (!q->input) continue;
        inputs += th_align_up(p->block[q->other].bytes, align);
        lead = least(lead, q->exact ? 0 : th_align_up(q->below, align));
    }
    const size_t bytes = th_align_up(p->block[out].bytes, align);
    if (!inputs) return 0;
    const size_t together = most(bytes, least(lead, bytes) + inputs);
    return bytes + inputs - together;
}

/* Takes off need[] what block `out` saves, at all steps at which it and its inputs are there. */
static void take_saving(th_packing *p, int32_t out, size_t align)
{
    const size_t saved = saving(p, out, align);
    int32_t last = p->block[out].last;
    for (int32_t i = p->near_at[out]; i < p->near_at[out + 1]; i++)
        if (p->near[i].input && p->block[p->near[i].other].last < last) last = p->block[p->near[i].other].last;
    for (int32_t k = p->block[out].first; saved && k <= last; k++) p->need[k] -= saved;
}

/* Adds `bytes` at the block's first step and takes them away after its last: th_packing.need as differences. */
static void add_change(size_t *change, const th_packing *p, const th_place_block *b, size_t bytes)
{
    change[b->first] += bytes;
    if (b->last + 1 < p->n_steps) change[b->last + 1] -= bytes; /* may wrap: the sum does not */
}

static void sum_changes(size_t *change, int32_t n)
{
    for (int32_t k = 1; k < n; k++) change[k] += change[k - 1];
}

/* Takes off need[] the most that any block of the step is filled up by, 1 .. align-1 bytes: the highest needs no
 * filling. */
static void take_slack(th_packing *p, size_t align)
{
    size_t *blocks = p->best; /* [n_steps] for now: how many are filled up by so much */
    for (size_t slack = 1; slack < align; slack++) {
        bool any = false;
        memset(blocks, 0, (size_t)p->n_steps * sizeof *blocks);
        for (int32_t i = 0; i < p->n; i++) {
            const th_place_block *b = &p->block[i];
            if (th_align_up(b->bytes, align) - b->bytes < slack) continue;
            add_change(blocks, p, b, 1);
            any = true;
        }
        if (!any) return;
        sum_changes(blocks, p->n_steps);
        for (int32_t k = 0; k < p->n_steps; k++) p->need[k] -= blocks[k] && p->need[k];
    }
}

/* Fills need[] and the first bound: of the blocks of a step all but the highest also take what aligns the next. */
static void measure(th_packing *p, int32_t *peak)
{
    const size_t align = common_align(p);
    for (int32_t i = 0; i < p->n; i++) add_change(p->need, p, &p->block[i], th_align_up(p->block[i].bytes, align));
    sum_changes(p->need, p->n_steps);
    for (int32_t i = 0; i < p->n; i++) take_saving(p, i, align);
    take_slack(p, align);
    for (int32_t k = 0; k < p->n_steps; k++) {
        if (p->need[k] > p->bound) {
            p->bound = p->need[k];
            *peak = k;
        }
    }
    for (int32_t i = 0; i < p->n; i++)
        if (p->block[i].pinned) p->bound = most(p->bound, p->block[i].offset + p->block[i].bytes);
}

static th_err check(th_place_block *blocks, int32_t n)
{
    size_t all = 0;
    for (int32_t i = 0; i < n; i++) {
        th_place_block *b = &blocks[i];
        if (!b->align) b->align = TH_PLACE_ALIGN;
        if (b->bytes > SIZE_MAX / 4 || all > SIZE_MAX / 4) return TH_ERANGE;
        all += b->bytes + b->align;
    }
    return TH_OK;
}

/* Whether block b stands as it may beside block i, which has some of its bytes. */
static bool shares(const th_packing *p, int32_t b, int32_t i)
{
    const size_t at = p->block[b].offset, other = p->block[i].offset;
    for (int32_t k = p->near_at[b]; k < p->near_at[b + 1]; k++) {
        const th_near *q = &p->near[k];
        if (q->other == i) return at >= other + q->above || at + q->below <= other || (q->exact && at == other);
    }
    return false;
}

/* Puts block b at `at` if it can stand there among all others. */
static bool move_to(th_packing *p, int32_t b, size_t at)
{
    th_place_block *block = &p->block[b];
    const size_t old = block->offset;
    bool fits = !block->pinned && at % block->align == 0 && at + block->bytes <= p->best_bytes;
    block->offset = at;
    for (int32_t i = 0; fits && i < p->n; i++) fits = i == b || th_place_fits(p->block, b, i, NULL) || shares(p, b, i);
    p->work -= p->n;
    if (!fits) block->offset = old;
    return fits;
}

/* Outputs exactly on their inputs where there is room: a kernel that only copies has nothing to do then. */
static void join(th_packing *p)
{
    for (int32_t i = 0; i < p->n_over && p->work > 0; i++) {
        const th_over *o = &p->over[i];
        if (o->exact && !move_to(p, o->out, p->block[o->in].offset)) (void)move_to(p, o->in, p->block[o->out].offset);
    }
}

static th_err solve(th_packing *p, th_placed *placed)
{
    find_near(p);
    measure(p, &placed->peak);
    TH_TRY(th_place_search(p));
    for (int32_t i = 0; i < p->n; i++) p->block[i].offset = p->best[i];
    join(p);
    placed->bytes = p->best_bytes;
    placed->lower_bound = p->bound;
    return TH_OK;
}

th_err th_place(const th_place_task *task, th_placed *placed)
{
    *placed = (th_placed){0};
    for (int32_t k = 0; task->need && k < task->n_steps; k++) task->need[k] = 0;
    if (task->n == 0) return TH_OK;
    TH_TRY(check(task->block, task->n));
    const size_t n = (size_t)task->n, steps = (size_t)task->n_steps;
    const int64_t work = task->enough ? TH_PLACE_WORK / 8 : TH_PLACE_WORK;
    th_packing p = {.block = task->block,
                    .n = task->n,
                    .n_steps = task->n_steps,
                    .over = task->over,
                    .n_over = task->n_over,
                    .enough = task->enough,
                    .quick = task->quick,
                    .work = work};
    p.near = calloc(2 * (size_t)p.n_over + 1, sizeof *p.near);
    p.near_at = calloc(n + 1, sizeof *p.near_at);
    p.need = calloc(steps + (n > steps ? n : steps), sizeof *p.need);
    p.best = p.need ? p.need + steps : NULL;
    const th_err err = p.near && p.near_at && p.need ? solve(&p, placed) : TH_ENOMEM;
    placed->work = work - p.work;
    if (!err && task->need) memcpy(task->need, p.need, steps * sizeof *p.need);
    free(p.near);
    free(p.near_at);
    free(p.need);
    return err;
}
