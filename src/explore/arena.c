/* A small network's buffers, packed by the planner and without one. */
#include "explore/explore.h"

#include "compress/quantize.h"
#include "model/plan.h"
#include "train/untrained.h"

#include <stdlib.h>

struct th_packing {
    th_spec spec;
    th_model *model; /* int8 */
    th_plan *plan;
    float *block; /* [n][TH_BLOCK_N] */
    int32_t n;
    double apart; /* bytes of all blocks */
};

/* Position of an operator in the order in which they run. */
static int32_t turn_of(const th_plan *p, int32_t node)
{
    for (int32_t k = 0; k < p->graph->n_nodes; k++)
        if (p->order[k] == node) return k;
    return 0;
}

static void add(th_packing *a, size_t bytes, size_t at, int32_t first, int32_t last)
{
    float *b = a->block + (size_t)TH_BLOCK_N * (size_t)a->n++;
    b[TH_BLOCK_BYTES] = (float)bytes;
    b[TH_BLOCK_AT] = (float)at;
    b[TH_BLOCK_APART] = (float)a->apart;
    b[TH_BLOCK_FIRST] = (float)first;
    b[TH_BLOCK_LAST] = (float)last;
    a->apart += (double)bytes;
}

/* Tensors live from the step that makes them to the last one that reads them. */
static void list_tensor(th_packing *a, int32_t t)
{
    const th_graph *g = a->plan->graph;
    int32_t first = 0, last = 0;
    if (a->plan->offset[t] == TH_NO_OFFSET) return;
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const int32_t turn = turn_of(a->plan, i);
        for (int32_t k = 0; k < g->nodes[i].n_out; k++)
            if (g->nodes[i].out[k] == t) first = turn;
        for (int32_t k = 0; k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] == t && turn > last) last = turn;
    }
    for (int32_t k = 0; k < g->n_outputs; k++)
        if (g->outputs[k] == t) last = g->n_nodes - 1;
    add(a, th_tensor_bytes(&g->tensors[t]), a->plan->offset[t], first, last > first ? last : first);
}

static bool list(th_packing *a)
{
    const th_graph *g = a->plan->graph;
    a->block = calloc((size_t)(g->n_tensors + g->n_nodes) * TH_BLOCK_N, sizeof *a->block);
    if (!a->block) return false;
    for (int32_t t = 0; t < g->n_tensors; t++) list_tensor(a, t);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const int32_t turn = turn_of(a->plan, i);
        if (a->plan->scratch[i] != TH_NO_OFFSET)
            add(a, a->plan->steps[i].scratch_bytes, a->plan->scratch[i], turn, turn);
    }
    return true;
}

th_packing *th_explore_arena(const char *text, int32_t h, int32_t w, int32_t c)
{
    th_packing *a = calloc(1, sizeof *a);
    th_model *f32 = NULL;
    if (!a) return NULL;
    th_err err = th_spec_parse(text, h, w, c, 4, &a->spec, NULL);
    if (!err) err = th_untrained(&a->spec, true, &f32, NULL);
    if (!err) err = th_quantize_unseen(f32, &a->model, NULL);
    if (!err) err = th_plan_make(&a->model->graphs[0], &a->plan, NULL);
    th_model_free(f32);
    if (!err && list(a)) return a;
    th_explore_arena_free(a);
    return NULL;
}

void th_explore_arena_free(th_packing *a)
{
    if (!a) return;
    free(a->block);
    th_plan_free(a->plan);
    th_model_free(a->model);
    free(a);
}

void th_explore_arena_figures(const th_packing *a, float *out)
{
    out[TH_ARENA_BYTES] = (float)a->plan->arena_bytes;
    out[TH_ARENA_BOUND] = (float)a->plan->lower_bound;
    out[TH_ARENA_APART] = (float)a->apart;
    out[TH_ARENA_STEPS] = (float)a->plan->graph->n_nodes;
    out[TH_ARENA_BLOCKS] = (float)a->n;
}

const float *th_explore_arena_blocks(const th_packing *a)
{
    return a->block;
}

const char *th_explore_arena_step(const th_packing *a, int32_t k)
{
    const th_op_row *row = th_op_find((int32_t)a->plan->graph->nodes[a->plan->order[k]].op);
    return row ? row->name : "?";
}
