/* From a graph to a plan: prepare every operator, find out how long each tensor is needed, place them.
 *
 * Time runs in steps: 0 is before the first operator, when the inputs are written; operator k is step k + 1;
 * the last step is after it, when the outputs are read. */
#include "model/plan_priv.h"

#include "base/text.h"
#include "fmt/tflite_names.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a tensor's memory while planning. */
typedef struct life {
    int32_t first, last; /* steps; first is -1 until it is made */
    int32_t block;       /* index of its th_block, -1 for constants */
} life;

typedef struct planner {
    const th_graph *g;
    th_plan *plan;
    life *life;               /* [n_tensors] */
    int32_t *scratch, *state; /* [n_nodes] blocks, -1 for none */
    th_block *block;          /* [n_tensors + 2 n_nodes + n_extra] */
    int32_t *owner;           /* the same: tensor of the block */
    int32_t n_blocks;
    th_why *why;
} planner;

/* Names out of foreign files can be pages long: their first 60 bytes or less, not cut inside a character. */
static int short_name(const char *name)
{
    size_t n = strlen(name);
    if (n > 60)
        for (n = 60; n && ((unsigned char)name[n] & 0xc0) == 0x80; n--) {
        }
    return (int)n;
}

#define NAME_FMT        "%.*s%s"
#define NAME_ARGS(name) short_name(name), name, (name)[short_name(name)] ? "\xe2\x80\xa6" : ""

/* "graph 2, " of a graph that another one calls; "" of the first. */
static const char *graph_text(const th_graph *g, char text[32])
{
    const int number = g->all ? (int)(g - g->all) : 0;
    text[0] = '\0';
    if (number) th_text_fmt(text, 32, "graph %d, ", number);
    return text;
}

static th_err prepare_node(const th_prepare *p, th_isa isa, int32_t k, th_step *step, th_why *why)
{
    const th_node *node = p->node;
    const th_op_row *row = th_op_find((int32_t)node->op);
    if (!row)
        return th_why_set(why, TH_EUNSUP, "operator %d is %s, which thimble cannot run", (int)k,
                          th_tfl_op_name((int32_t)node->op));
    for (int32_t i = 0; i < node->n_in; i++)
        if (node->in[i] >= 0 && p->tensors[node->in[i]].type == TH_RESOURCE && node->op != TH_OP_READ_VARIABLE &&
            node->op != TH_OP_ASSIGN_VARIABLE)
            return th_fail(p->diag, TH_EUNSUP, 0,
                           "it hands a variable on; only READ_VARIABLE and ASSIGN_VARIABLE can take one");
    for (int32_t i = 0; i < node->n_out; i++)
        if (p->tensors[node->out[i]].type == TH_RESOURCE && node->op != TH_OP_VAR_HANDLE)
            return th_fail(p->diag, TH_EUNSUP, 0, "it makes a variable, which only VAR_HANDLE can");
    TH_TRY(row->prepare(p, step));
    return th_fast_prepare(isa, p, step);
}

static th_err prepare_all(planner *pl)
{
    const th_graph *g = pl->g;
    char where[32];
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *node = &g->nodes[k];
        th_diag diag = {0, "it cannot be run"};
        const th_prepare p = {node, g->tensors, &pl->plan->arena, &diag};
        const th_err err = prepare_node(&p, pl->plan->isa, k, &pl->plan->steps[k], pl->why);
        if (err == TH_ENOMEM) return err; /* th_plan_prepare tries again with more */
        if (err) {
            const int32_t out = node->n_out > 0 ? node->out[0] : -1;
            const th_op_row *row = th_op_find((int32_t)node->op);
            const char *name = out >= 0 ? g->tensors[out].name : "";
            return th_why_set(pl->why, err, "%soperator %d (%s%s" NAME_FMT "): %s", graph_text(g, where), (int)k,
                              row ? row->name : "?", out >= 0 ? ", makes " : "", NAME_ARGS(name), diag.msg);
        }
        if (!pl->plan->steps[k].kernel_name) pl->plan->steps[k].kernel_name = "";
        pl->plan->macs += pl->plan->steps[k].macs;
    }
    return TH_OK;
}

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

static th_err find_lives(planner *pl)
{
    const th_graph *g = pl->g;
    const int32_t end = g->n_nodes + 1;
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
        const th_node *node = &g->nodes[k];
        for (int32_t i = 0; i < node->n_in; i++)
            if (node->in[i] >= 0) TH_TRY(use(pl, node->in[i], k + 1));
        for (int32_t i = 0; i < node->n_out; i++) TH_TRY(make(pl, node->out[i], k + 1));
    }
    for (int32_t i = 0; i < g->n_outputs; i++) TH_TRY(use(pl, g->outputs[i], end));
    return TH_OK;
}

/* Byte of the arena that the file asks for, or -1. */
static int32_t fixed_at(const th_graph *g, int32_t t)
{
    return g->fixed ? g->fixed[t] : -1;
}

/* The block of an input that output 0 of node k may take over, or -1. */
static int32_t block_to_take(const planner *pl, int32_t k)
{
    const th_node *node = &pl->g->nodes[k];
    const size_t bytes = th_tensor_bytes(&pl->g->tensors[node->out[0]]);
    for (int32_t i = 0; i < node->n_in && i < 32; i++) {
        const int32_t t = node->in[i];
        if (!(pl->plan->steps[k].in_place >> i & 1u) || t < 0 || pl->life[t].block < 0 || pl->g->tensors[t].is_variable)
            continue;
        const th_block *b = &pl->block[pl->life[t].block];
        if (fixed_at(pl->g, t) != fixed_at(pl->g, node->out[0])) continue;
        if (pl->life[t].last == k + 1 && b->last == k + 1 && bytes <= b->bytes) return pl->life[t].block;
    }
    return -1;
}

static int32_t new_block(planner *pl, size_t bytes, int32_t first, int32_t last)
{
    pl->block[pl->n_blocks] = (th_block){.bytes = bytes, .first = first, .last = last};
    return pl->n_blocks++;
}

static int32_t tensor_block(planner *pl, int32_t t)
{
    const life *l = &pl->life[t];
    const int32_t at = fixed_at(pl->g, t), b = new_block(pl, th_tensor_bytes(&pl->g->tensors[t]), l->first, l->last);
    pl->block[b].pinned = at >= 0;
    pl->block[b].offset = at >= 0 ? (size_t)at : 0;
    pl->owner[b] = t;
    return b;
}

/* The places that the file asks for: aligned for their type, and no two share bytes at the same time. */
static th_err check_pinned(const planner *pl)
{
    const th_tensor *tensors = pl->g->tensors;
    for (int32_t i = 0; i < pl->n_blocks; i++) {
        const th_block *a = &pl->block[i];
        if (!a->pinned) continue;
        if (a->offset % th_type_bytes(tensors[pl->owner[i]].type) != 0)
            return th_why_set(pl->why, TH_EFORMAT,
                              "OfflineMemoryAllocation puts tensor %d (%.*s) at byte %zu, where its type cannot stand",
                              (int)pl->owner[i], 60, tensors[pl->owner[i]].name, a->offset);
        for (int32_t k = 0; k < i; k++) {
            const th_block *b = &pl->block[k];
            if (b->pinned && a->first <= b->last && b->first <= a->last && a->offset < b->offset + b->bytes &&
                b->offset < a->offset + a->bytes)
                return th_why_set(pl->why, TH_EFORMAT,
                                  "OfflineMemoryAllocation puts tensors %d (%.*s) and %d (%.*s) onto the same bytes "
                                  "while both are needed",
                                  (int)pl->owner[k], 60, tensors[pl->owner[k]].name, (int)pl->owner[i], 60,
                                  tensors[pl->owner[i]].name);
        }
    }
    return TH_OK;
}

static void make_blocks(planner *pl)
{
    const th_graph *g = pl->g;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        life *l = &pl->life[t];
        if (l->first == 0 && g->tensors[t].type != TH_RESOURCE) l->block = tensor_block(pl, t);
    }
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *node = &g->nodes[k];
        for (int32_t i = 0; i < node->n_out; i++) {
            life *l = &pl->life[node->out[i]];
            if (g->tensors[node->out[i]].type == TH_RESOURCE) continue; /* its variable has a place */
            l->block = i == 0 ? block_to_take(pl, k) : -1;
            if (l->block >= 0)
                pl->block[l->block].last = l->last;
            else
                l->block = tensor_block(pl, node->out[i]);
        }
        const size_t scratch = pl->plan->steps[k].scratch_bytes;
        const size_t state = pl->plan->steps[k].state_bytes;
        pl->scratch[k] = scratch ? new_block(pl, scratch, k + 1, k + 1) : -1;
        pl->state[k] = state ? new_block(pl, state, 0, g->n_nodes + 1) : -1;
    }
}

/* Step -> operator: the inputs belong to the first one, the outputs to the last. */
static int32_t node_of_step(const th_graph *g, int32_t step)
{
    return step < 1 ? 0 : step > g->n_nodes ? g->n_nodes - 1 : step - 1;
}

int32_t th_plan_end(const th_graph *graph)
{
    return graph->n_nodes + 1;
}

static size_t offset_of(const planner *pl, int32_t block)
{
    return block < 0 ? TH_NO_OFFSET : pl->block[block].offset;
}

static th_err place_all(planner *pl, th_block *extra, int32_t n_extra)
{
    const th_graph *g = pl->g;
    th_plan *plan = pl->plan;
    th_placed placed;
    TH_TRY(find_lives(pl));
    make_blocks(pl);
    if (g->fixed) TH_TRY(check_pinned(pl));
    const int32_t own = pl->n_blocks;
    for (int32_t i = 0; i < n_extra; i++) pl->block[pl->n_blocks++] = extra[i];
    const th_err err = th_place(pl->block, pl->n_blocks, g->n_nodes + 2, &placed);
    if (err) return th_why_set(pl->why, err, "the model's tensors do not fit into memory");
    for (int32_t i = 0; i < n_extra; i++) extra[i] = pl->block[own + i];
    for (int32_t t = 0; t < g->n_tensors; t++) plan->offset[t] = offset_of(pl, pl->life[t].block);
    for (int32_t k = 0; k < g->n_nodes; k++) {
        plan->scratch[k] = offset_of(pl, pl->scratch[k]);
        plan->state[k] = offset_of(pl, pl->state[k]);
    }
    plan->arena_bytes = placed.bytes;
    plan->lower_bound = placed.lower_bound;
    plan->peak_node = node_of_step(g, placed.peak);
    return TH_OK;
}

th_err th_plan_place(th_plan *plan, th_block *extra, int32_t n_extra, th_why *why)
{
    const th_graph *g = plan->graph;
    const size_t n_t = (size_t)g->n_tensors, n_n = (size_t)g->n_nodes;
    planner pl = {.g = g, .plan = plan, .why = why};
    pl.life = calloc(n_t + 1, sizeof *pl.life);
    pl.block = calloc(n_t + 2 * n_n + (size_t)n_extra + 1, sizeof *pl.block);
    pl.owner = calloc(n_t + 2 * n_n + 1, sizeof *pl.owner);
    pl.scratch = calloc(2 * n_n + 1, sizeof *pl.scratch);
    pl.state = pl.scratch + n_n;
    th_err err = pl.life && pl.block && pl.owner && pl.scratch
                     ? TH_OK
                     : th_why_set(why, TH_ENOMEM, "no memory to plan the model");
    if (!err) err = place_all(&pl, extra, n_extra);
    free(pl.life);
    free(pl.block);
    free(pl.owner);
    free(pl.scratch);
    return err;
}

/* One attempt with `bytes` of memory for the plan and its parameters. */
static th_err try_make(const th_graph *graph, th_isa isa, size_t bytes, th_plan **out, th_why *why)
{
    th_plan *plan = calloc(1, sizeof *plan);
    void *memory = plan ? malloc(bytes) : NULL;
    if (!memory) {
        free(plan);
        return th_why_set(why, TH_ENOMEM, "no memory for a plan of %zu bytes", bytes);
    }
    plan->graph = graph;
    plan->isa = isa;
    plan->memory = memory;
    plan->arena = th_arena_over(memory, bytes);
    plan->steps = TH_NEW(&plan->arena, th_step, (size_t)graph->n_nodes + 1);
    plan->offset = TH_NEW(&plan->arena, size_t, (size_t)graph->n_tensors + 1);
    plan->scratch = TH_NEW(&plan->arena, size_t, (size_t)graph->n_nodes + 1);
    plan->once = TH_NEW(&plan->arena, int32_t, (size_t)graph->n_nodes + 1);
    plan->state = TH_NEW(&plan->arena, size_t, (size_t)graph->n_nodes + 1);
    planner pl = {.g = graph, .plan = plan, .why = why};
    th_err err =
        plan->steps && plan->offset && plan->scratch && plan->once && plan->state ? prepare_all(&pl) : TH_ENOMEM;
    if (err) {
        th_plan_free(plan);
        return err;
    }
    *out = plan;
    return TH_OK;
}

#define FIRST_BYTES ((size_t)1 << 16)
#define MOST_BYTES  ((size_t)1 << 30)

th_err th_plan_prepare(const th_graph *graph, th_isa isa, th_plan **out, th_why *why)
{
    th_plan *plan = NULL;
    th_err err = TH_ENOMEM;
    for (size_t bytes = FIRST_BYTES; err == TH_ENOMEM && bytes <= MOST_BYTES && !(why && why->err); bytes *= 4)
        err = try_make(graph, isa, bytes, &plan, why);
    if (err) return th_why_set(why, err, "the model is too large to plan");
    *out = plan;
    return TH_OK;
}

th_err th_plan_make(const th_graph *graph, th_plan **out, th_why *why)
{
    return th_plan_make_for(graph, TH_ISA_PLAIN, out, why);
}

th_err th_plan_make_for(const th_graph *graph, th_isa isa, th_plan **out, th_why *why)
{
    th_plan *plan = NULL;
    if (graph->n_nodes < 1) return th_why_set(why, TH_EFORMAT, "the model has no operators");
    TH_TRY(th_plan_prepare(graph, isa, &plan, why));
    th_err err = th_plan_link(plan, why);
    if (!err && plan->arena_bytes > TH_MAX_ARENA)
        err = th_why_set(why, TH_ERANGE,
                         "the model needs an arena of %zu bytes at operator %d; %zu are the most. Are its tensors' "
                         "shapes what they should be?",
                         plan->arena_bytes, (int)plan->peak_node, TH_MAX_ARENA);
    if (err)
        th_plan_free(plan);
    else
        *out = plan;
    return err;
}

void th_plan_free(th_plan *plan)
{
    if (!plan) return;
    for (int32_t i = 0; i < plan->n_sub; i++) th_plan_free(plan->sub[i]); /* those have none of their own */
    free(plan->sub);
    free(plan->variables);
    free(plan->memory);
    free(plan);
}
