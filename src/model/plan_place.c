/* Places of a graph's tensors and of what its operators need beside them.
 *
 * Time runs in steps: 0 is before the first operator, when the inputs are written; the operator that runs k-th
 * (from 0) is step k + 1; the last step is after it, when the outputs are read. */
#include "model/plan_priv.h"

#include <stdlib.h>

/* What is known of a tensor's memory while planning. */
typedef struct life {
    int32_t first, last; /* steps; first is -1 until it is made */
    int32_t block;       /* index of its th_place_block, -1 for constants */
} life;

typedef struct planner {
    const th_graph *g;
    th_plan *plan;
    life *life;               /* [n_tensors] */
    int32_t *step;            /* [n_nodes] of each operator */
    int32_t *scratch, *state; /* [n_nodes] blocks, -1 for none */
    th_place_block *block;    /* [n_tensors + 2 n_nodes + n_extra]; the tensors' come first */
    int32_t *owner;           /* [n_tensors] tensor of the block */
    int32_t n_blocks, n_tensor_blocks;
    th_over *over; /* [inputs of all operators] */
    int32_t n_over;
    int32_t *over_at; /* [n_nodes + 1] those of the operator's output begin here */
    th_why *why;
} planner;

/* What the caller of a placement wants of it: blocks of its own beside the graph's, or the pinned ones apart. */
typedef struct claims {
    th_place_block *extra; /* [n_extra] */
    int32_t n_extra;
    th_place_block *pinned; /* [*n_pinned ..], NULL: they are placed with the others */
    int32_t *n_pinned;
    size_t enough, *need; /* as in th_place_task; need NULL: not asked for */
} claims;

static th_err make(planner *pl, int32_t t, int32_t step)
{
    const th_tensor *tensor = &pl->g->tensors[t];
    if (tensor->data || pl->life[t].first >= 0 || tensor->is_variable)
        return th_why_set(pl->why, TH_EFORMAT,
                          "tensor %d (" NAME_FMT ") is made twice, or made although it is constant", (int)t,
                          NAME_ARGS(tensor->name));
    if (th_tensor_bytes(tensor) == 0)
        return th_why_set(pl->why, TH_ESHAPE, "tensor %d (" NAME_FMT ") is empty or too large", (int)t,
                          NAME_ARGS(tensor->name));
    pl->life[t].first = pl->life[t].last = step;
    return TH_OK;
}

static th_err use(planner *pl, int32_t t, int32_t step)
{
    const th_tensor *tensor = &pl->g->tensors[t];
    if (tensor->data && !tensor->is_variable) return TH_OK;
    if (pl->life[t].first < 0)
        return th_why_set(pl->why, TH_EFORMAT, "tensor %d (" NAME_FMT ") is needed before any operator made it", (int)t,
                          NAME_ARGS(tensor->name));
    if (pl->life[t].last < step) pl->life[t].last = step;
    return TH_OK;
}

/* What operators in bands read from others is needed until their last band has run, and their output from the first. */
static void live_through_bands(planner *pl)
{
    for (int32_t i = 0; i < pl->plan->n_bands; i++) {
        const th_bands *b = &pl->plan->bands[i];
        const int32_t first = b->first + 1, last = b->first + b->n_nodes;
        for (int32_t k = first; k <= last; k++) {
            const th_node *node = &pl->g->nodes[pl->plan->order[k - 1]];
            for (int32_t n = 0; n < TH_BAND_INPUTS && n < node->n_in; n++) {
                life *l = &pl->life[node->in[n]];
                if (l->first >= 0 && l->first < first && l->last < last) l->last = last;
            }
            if (k == last) pl->life[node->out[0]].first = first;
        }
    }
}

static th_err find_lives(planner *pl)
{
    const th_graph *g = pl->g;
    const int32_t end = g->n_nodes + 1;
    for (int32_t i = 0; i < g->n_nodes; i++) pl->step[pl->plan->order[i]] = i + 1;
    for (int32_t t = 0; t < g->n_tensors; t++) pl->life[t] = (life){-1, -1, -1};
    for (int32_t i = 0; i < g->n_inputs; i++) TH_TRY(make(pl, g->inputs[i], 0));
    for (int32_t i = 0; i < g->n_inputs + g->n_outputs; i++) {
        const int32_t t = i < g->n_inputs ? g->inputs[i] : g->outputs[i - g->n_inputs];
        if (g->tensors[t].type == TH_RESOURCE)
            return th_why_set(pl->why, TH_EUNSUP, "tensor %d (%s) hands a variable into or out of a graph", (int)t,
                              g->tensors[t].name);
    }
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].is_variable) pl->life[t] = (life){0, end, -1};
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *node = &g->nodes[pl->plan->order[k]];
        for (int32_t i = 0; i < node->n_in; i++)
            if (node->in[i] >= 0) TH_TRY(use(pl, node->in[i], k + 1));
        for (int32_t i = 0; i < node->n_out; i++) TH_TRY(make(pl, node->out[i], k + 1));
    }
    for (int32_t i = 0; i < g->n_outputs; i++) TH_TRY(use(pl, g->outputs[i], end));
    live_through_bands(pl);
    return TH_OK;
}

/* Byte of the arena that the file asks for, or -1. */
static int32_t fixed_at(const th_graph *g, int32_t t)
{
    return g->fixed ? g->fixed[t] : -1;
}

static int32_t new_block(planner *pl, size_t bytes, size_t align, int32_t first, int32_t last)
{
    pl->block[pl->n_blocks] = (th_place_block){.bytes = bytes, .align = align, .first = first, .last = last};
    return pl->n_blocks++;
}

/* Kernels read tensors by elements, fast ones by words: a tensor stands at a multiple of 4 and of its element. */
static int32_t tensor_block(planner *pl, int32_t t)
{
    const life *l = &pl->life[t];
    const size_t element = th_type_bytes(pl->g->tensors[t].type);
    const int32_t at = fixed_at(pl->g, t);
    const int32_t b = new_block(pl, th_plan_bytes(pl->plan, t), element > 4 ? element : 4, l->first, l->last);
    pl->block[b].pinned = at >= 0;
    pl->block[b].offset = at >= 0 ? (size_t)at : 0;
    pl->owner[b] = t;
    return b;
}

static void make_blocks(planner *pl)
{
    const th_graph *g = pl->g;
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (pl->life[t].first >= 0 && g->tensors[t].type != TH_RESOURCE) pl->life[t].block = tensor_block(pl, t);
    pl->n_tensor_blocks = pl->n_blocks;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const size_t scratch = pl->plan->steps[k].scratch_bytes;
        const size_t state = pl->plan->steps[k].state_bytes;
        pl->scratch[k] = scratch ? new_block(pl, scratch, TH_PLACE_ALIGN, pl->step[k], pl->step[k]) : -1;
        pl->state[k] = state ? new_block(pl, state, TH_PLACE_ALIGN, 0, g->n_nodes + 1) : -1;
    }
}

/* Whether every use of tensor t by the step allows it: a node may name a tensor twice. */
static bool allows(const th_node *node, uint32_t bits, int32_t t)
{
    for (int32_t i = 0; i < node->n_in; i++)
        if (node->in[i] == t && (i >= 32 || !(bits >> i & 1u))) return false;
    return true;
}

/* Whether a band of the operator's input i begins behind its tensor's first byte. */
static bool is_moved(const th_bands *b, int32_t j, int32_t i)
{
    bool moved = false;
    for (int32_t k = 0; k < b->n && i < TH_BAND_INPUTS; k++) moved |= b->ends[k * b->n_nodes + j].in[i].at != 0;
    return moved;
}

/* The output of the last operator in bands may lie over what any of them reads from others, and is the last to. */
static void over_bands(planner *pl, const th_bands *b)
{
    const int32_t k = pl->plan->order[b->first + b->n_nodes - 1], out = pl->life[pl->g->nodes[k].out[0]].block;
    const int32_t from = pl->n_over;
    for (int32_t j = 0; j < b->n_nodes; j++) {
        const th_node *node = &pl->g->nodes[pl->plan->order[b->first + j]];
        for (int32_t i = 0; i < TH_BAND_INPUTS && i < node->n_in; i++) {
            const life *l = &pl->life[node->in[i]];
            bool again = l->block < 0 || l->first > b->first || l->last != pl->step[k];
            for (int32_t n = from; n < pl->n_over; n++) again |= pl->over[n].in == l->block;
            const size_t lead = again ? TH_NEVER : th_bands_lead(pl->plan, b, node->in[i]);
            if (lead != TH_NEVER) pl->over[pl->n_over++] = (th_over){out, l->block, lead, false};
        }
    }
}

/* What output 0 of operator k may lie over: inputs that nobody needs afterwards.  b, j: its bands, or NULL. */
static void over_inputs(planner *pl, int32_t k, const th_bands *b, int32_t j)
{
    const th_graph *g = pl->g;
    const th_step *s = &pl->plan->steps[k];
    const th_node *node = &g->nodes[k];
    const int32_t out = pl->life[node->out[0]].block;
    for (int32_t i = 0; i < node->n_in && i < 32; i++) {
        const int32_t t = node->in[i];
        if (out < 0 || t < 0 || pl->life[t].block < 0 || g->tensors[t].is_variable) continue;
        if (pl->life[t].last != pl->step[k] || !((s->in_place | s->slide) >> i & 1u)) continue;
        bool again = false;
        for (int32_t n = 0; n < i; n++) again |= node->in[n] == t;
        const bool exact = allows(node, s->in_place, t) && !(b && is_moved(b, j, i));
        const bool slides = !s->part && allows(node, s->slide, t);
        if (again || (!exact && !slides)) continue;
        pl->over[pl->n_over++] = (th_over){out, pl->life[t].block, slides ? s->lead : TH_NEVER, exact};
    }
}

/* Which blocks may lie over which: outputs of kernels that can, over their inputs. */
static void find_over(planner *pl)
{
    for (int32_t k = 0; k < pl->g->n_nodes; k++) {
        int32_t j = 0;
        const int32_t bands = th_bands_of(pl->plan, k, &j);
        const th_bands *b = bands < 0 ? NULL : &pl->plan->bands[bands];
        pl->over_at[k] = pl->over_at[k + 1] = pl->n_over;
        if (pl->plan->steps[k].control != TH_CONTROL_KERNEL || pl->g->nodes[k].n_out < 1) continue;
        if (b && j == b->n_nodes - 1)
            over_bands(pl, b);
        else
            over_inputs(pl, k, b, j);
        pl->over_at[k + 1] = pl->n_over;
    }
}

/* The relation of two tensors' blocks: of the output of the operator that runs when the later one begins. */
static const th_over *over_of(const planner *pl, int32_t a, int32_t b)
{
    const int32_t x = pl->block[a].first, y = pl->block[b].first, step = x > y ? x : y;
    if (step < 1 || step > pl->g->n_nodes) return NULL;
    const int32_t k = pl->plan->order[step - 1];
    for (int32_t i = pl->over_at[k]; i < pl->over_at[k + 1]; i++)
        if ((pl->over[i].out == a && pl->over[i].in == b) || (pl->over[i].out == b && pl->over[i].in == a))
            return &pl->over[i];
    return NULL;
}

/* The places that the file asks for: aligned for their type, and no two share bytes that both need. */
static th_err check_pinned(const planner *pl)
{
    const th_tensor *tensors = pl->g->tensors;
    int32_t n = 0;
    for (int32_t i = 0; i < pl->n_tensor_blocks; i++) n += pl->block[i].pinned;
    if (n > TH_MAX_PINNED)
        return th_why_set(pl->why, TH_EUNSUP, "OfflineMemoryAllocation gives %d tensors a place; %d is the most",
                          (int)n, TH_MAX_PINNED);
    pl->plan->work += (int64_t)n * n;
    for (int32_t i = 0; i < pl->n_tensor_blocks; i++) {
        const th_place_block *a = &pl->block[i];
        const char *name = tensors[pl->owner[i]].name;
        if (!a->pinned) continue;
        if (a->offset % th_type_bytes(tensors[pl->owner[i]].type) != 0)
            return th_why_set(pl->why, TH_EFORMAT,
                              "OfflineMemoryAllocation puts tensor %d (" NAME_FMT
                              ") at byte %zu, where its type cannot stand",
                              (int)pl->owner[i], NAME_ARGS(name), a->offset);
        for (int32_t k = 0; k < i; k++) {
            if (!pl->block[k].pinned || th_place_fits(pl->block, i, k, NULL) ||
                th_place_fits(pl->block, i, k, over_of(pl, i, k)))
                continue;
            const char *other = tensors[pl->owner[k]].name;
            return th_why_set(pl->why, TH_EFORMAT,
                              "OfflineMemoryAllocation puts tensors %d (" NAME_FMT ") and %d (" NAME_FMT
                              ") onto the same bytes while both are needed",
                              (int)pl->owner[k], NAME_ARGS(other), (int)pl->owner[i], NAME_ARGS(name));
        }
    }
    return TH_OK;
}

/* Step -> operator: the inputs belong to the first one, the outputs to the last. */
static int32_t node_of_step(const th_plan *plan, int32_t step)
{
    const int32_t n = plan->graph->n_nodes;
    return n < 1 ? 0 : plan->order[step < 1 ? 0 : step > n ? n - 1 : step - 1];
}

int32_t th_plan_end(const th_graph *graph)
{
    return graph->n_nodes + 1;
}

static size_t offset_of(const planner *pl, int32_t block)
{
    return block < 0 ? TH_NO_OFFSET : pl->block[block].offset;
}

/* Tensors of the graphs that this one runs may have places too: extra blocks from number `own` on. */
static th_err check_extra(const planner *pl, int32_t own)
{
    for (int32_t i = 0; i < pl->n_tensor_blocks; i++)
        for (int32_t k = own; pl->block[i].pinned && k < pl->n_blocks; k++) {
            const char *name = pl->g->tensors[pl->owner[i]].name;
            pl->plan->work++;
            if (pl->block[k].pinned && !th_place_fits(pl->block, i, k, NULL))
                return th_why_set(pl->why, TH_EFORMAT,
                                  "OfflineMemoryAllocation puts tensor %d (" NAME_FMT
                                  ") onto the bytes of a graph that runs while it is needed",
                                  (int)pl->owner[i], NAME_ARGS(name));
        }
    return TH_OK;
}

static th_err place_with(planner *pl, const claims *c, th_placed *placed)
{
    const int32_t own = pl->n_blocks;
    for (int32_t i = 0; i < c->n_extra; i++) pl->block[pl->n_blocks++] = c->extra[i];
    if (!c->enough) TH_TRY(check_extra(pl, own)); /* else it has been */
    const th_place_task task = {.block = pl->block,
                                .n = pl->n_blocks,
                                .over = pl->over,
                                .n_over = pl->n_over,
                                .n_steps = pl->g->n_nodes + 2,
                                .quick = pl->plan->quick,
                                .enough = c->enough,
                                .need = c->need};
    const th_err err = th_place(&task, placed);
    pl->plan->work += placed->work;
    for (int32_t i = 0; !err && i < c->n_extra; i++) c->extra[i] = pl->block[own + i];
    return err;
}

/* Only what has no place yet, and nothing over anything else; the others go to the caller. */
static th_err place_apart(planner *pl, const claims *c, th_placed *placed)
{
    int32_t n = 0;
    th_place_block *loose = calloc((size_t)pl->n_blocks + 1, sizeof *loose);
    if (!loose) return TH_ENOMEM;
    for (int32_t i = 0; i < pl->n_blocks; i++)
        if (pl->block[i].pinned)
            c->pinned[(*c->n_pinned)++] = pl->block[i];
        else
            loose[n++] = pl->block[i];
    const th_place_task task = {.block = loose, .n = n, .n_steps = pl->g->n_nodes + 2, .quick = pl->plan->quick};
    const th_err err = th_place(&task, placed);
    pl->plan->work += placed->work;
    n = 0;
    for (int32_t i = 0; i < pl->n_blocks; i++)
        if (!pl->block[i].pinned) pl->block[i] = loose[n++];
    free(loose);
    return err;
}

static th_err place_all(planner *pl, const claims *c)
{
    const th_graph *g = pl->g;
    th_plan *plan = pl->plan;
    th_placed placed;
    TH_TRY(find_lives(pl));
    make_blocks(pl);
    find_over(pl);
    if (g->fixed) TH_TRY(check_pinned(pl));
    const th_err err = c->pinned && g->fixed ? place_apart(pl, c, &placed) : place_with(pl, c, &placed);
    if (err) return th_why_set(pl->why, err, "the model's tensors do not fit into memory");
    for (int32_t t = 0; t < g->n_tensors; t++) plan->offset[t] = offset_of(pl, pl->life[t].block);
    for (int32_t k = 0; k < g->n_nodes; k++) {
        plan->scratch[k] = offset_of(pl, pl->scratch[k]);
        plan->state[k] = offset_of(pl, pl->state[k]);
    }
    plan->arena_bytes = placed.bytes;
    if (c->enough) return TH_OK;
    /* Graphs that never run at the same time may be given the same bytes, which are counted twice there. */
    plan->lower_bound = placed.lower_bound < placed.bytes ? placed.lower_bound : placed.bytes;
    plan->peak_node = node_of_step(plan, placed.peak);
    return TH_OK;
}

/* Inputs of all operators: no more pairs can lie over one another. */
static size_t count_inputs(const th_graph *g)
{
    size_t n = 0;
    for (int32_t k = 0; k < g->n_nodes; k++) n += (size_t)g->nodes[k].n_in;
    return n;
}

static th_err place_graph(th_plan *plan, const claims *c, th_why *why)
{
    const th_graph *g = plan->graph;
    const size_t n_t = (size_t)g->n_tensors, n_n = (size_t)g->n_nodes;
    planner pl = {.g = g, .plan = plan, .why = why};
    pl.life = calloc(n_t + 1, sizeof *pl.life);
    pl.block = calloc(n_t + 2 * n_n + (size_t)c->n_extra + 1, sizeof *pl.block);
    pl.over = calloc(count_inputs(g) + 1, sizeof *pl.over);
    pl.owner = calloc(n_t + 4 * n_n + 2, sizeof *pl.owner);
    th_err err = TH_ENOMEM;
    if (pl.life && pl.block && pl.over && pl.owner) {
        pl.scratch = pl.owner + n_t;
        pl.state = pl.scratch + n_n;
        pl.step = pl.state + n_n;
        pl.over_at = pl.step + n_n;
        err = place_all(&pl, c);
    }
    if (err == TH_ENOMEM) err = th_why_set(why, err, "no memory to plan the model");
    free(pl.life);
    free(pl.block);
    free(pl.over);
    free(pl.owner);
    return err;
}

th_err th_plan_place(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why)
{
    const claims c = {.extra = extra, .n_extra = n_extra};
    return place_graph(plan, &c, why);
}

th_err th_plan_place_sub(th_plan *plan, th_place_block *pinned, int32_t *n_pinned, th_why *why)
{
    const claims c = {.pinned = pinned, .n_pinned = n_pinned};
    return place_graph(plan, &c, why);
}

th_err th_plan_place_within(th_plan *plan, th_place_block *extra, int32_t n_extra, size_t enough, size_t *need,
                            th_why *why)
{
    const claims c = {.extra = extra, .n_extra = n_extra, .enough = enough, .need = need};
    return place_graph(plan, &c, why);
}
