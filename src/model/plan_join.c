/* Several models in one arena: each plan's bytes are one block, alive while its model has its turn, or longer. */
#include "model/plan_priv.h"

#include <stdlib.h>

/* Bytes that have to survive from one run to the next. */
static bool keeps_state(const th_plan *p)
{
    bool keeps = p->n_variables > 0;
    for (int32_t t = 0; t < p->graph->n_tensors; t++) keeps |= p->graph->tensors[t].is_variable != 0;
    for (int32_t k = 0; k < p->graph->n_nodes; k++) keeps |= p->steps[k].state_bytes != 0;
    for (int32_t i = 0; i < p->n_sub; i++) keeps |= p->sub[i] && keeps_state(p->sub[i]);
    return keeps;
}

static bool has_fixed(const th_plan *p)
{
    bool fixed = p->graph->fixed != NULL;
    for (int32_t i = 0; i < p->n_sub; i++) fixed |= p->sub[i] && p->sub[i]->graph->fixed;
    return fixed;
}

static void shift(size_t *offset, int32_t n, size_t by)
{
    for (int32_t i = 0; i < n; i++)
        if (offset[i] != TH_NO_OFFSET) offset[i] += by;
}

static void move(th_plan *p, size_t by)
{
    shift(p->offset, p->graph->n_tensors, by);
    shift(p->scratch, p->graph->n_nodes, by);
    shift(p->state, p->graph->n_nodes, by);
    for (int32_t i = 0; i < p->n_variables; i++) shift(&p->variables[i].offset, 1, by);
    for (int32_t i = 0; i < p->n_sub; i++)
        if (p->sub[i]) move(p->sub[i], by);
}

/* Places that files ask for are counted from the first byte of the arena, which not all can have at once. */
static th_err check_fixed(const th_place_block *block, int32_t n, th_why *why)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < i; k++)
            if (block[i].pinned && block[k].pinned && !th_place_fits(block, i, k, NULL))
                return th_why_set(why, TH_EUNSUP,
                                  "models %d and %d both say where their tensors lie (OfflineMemoryAllocation), and "
                                  "both are needed at the same time",
                                  (int)k + 1, (int)i + 1);
    return TH_OK;
}

th_err th_plan_join(th_plan *const *plans, const int32_t *until, int32_t n, th_why *why)
{
    th_placed placed = {0};
    th_place_block *block = calloc((size_t)n + 1, sizeof *block);
    if (!block) return th_why_set(why, TH_ENOMEM, "no memory to plan %d models", (int)n);
    for (int32_t i = 0; i < n; i++) {
        const bool always = keeps_state(plans[i]);
        block[i] = (th_place_block){.bytes = plans[i]->arena_bytes ? plans[i]->arena_bytes : 1,
                                    .first = always ? 0 : i,
                                    .last = always ? n - 1 : until[i],
                                    .pinned = has_fixed(plans[i])};
    }
    th_err err = check_fixed(block, n, why);
    const th_place_task task = {.block = block, .n = n, .n_steps = n};
    if (!err && th_place(&task, &placed))
        err = th_why_set(why, TH_ERANGE, "the models' arenas together do not fit into memory");
    for (int32_t i = 0; !err && i < n; i++) {
        move(plans[i], block[i].offset);
        plans[i]->own_at = block[i].offset;
        plans[i]->arena_bytes = placed.bytes;
        plans[i]->lower_bound = placed.lower_bound;
    }
    free(block);
    return err;
}
