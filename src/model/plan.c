/* From a graph to a plan: prepare every operator with its kernel; plan_place.c finds the places. */
#include "model/plan_priv.h"

#include "base/text.h"
#include "fmt/tflite_names.h"

#include <stdlib.h>
#include <string.h>

int th_plan_name_length(const char *name)
{
    size_t n = strlen(name);
    if (n > 60)
        for (n = 60; n && ((unsigned char)name[n] & 0xc0) == 0x80; n--) {
        }
    return (int)n;
}

/* "graph 2, " of a graph that another one calls; "" of the first. */
static const char *graph_text(const th_graph *g, char text[32])
{
    const int number = g->all ? (int)(g - g->all) : 0;
    text[0] = '\0';
    if (number) th_text_fmt(text, 32, "graph %d, ", number);
    return text;
}

th_err th_plan_prepare_node(const th_prepare *p, th_isa isa, int32_t k, th_step *step, th_why *why)
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

th_err th_plan_step(const th_plan *plan, int32_t k, size_t room, th_arena *arena, th_step *step, th_step *bands)
{
    int32_t number;
    const int32_t b = th_bands_of(plan, k, &number);
    th_diag diag = {0, ""};
    const th_prepare p = {&plan->graph->nodes[k], plan->graph->tensors, arena, &diag, room};
    if (b >= 0) return th_bands_step(plan, &plan->bands[b], number, room, arena, step, bands);
    *step = (th_step){0};
    return th_plan_prepare_node(&p, plan->isa, k, step, NULL);
}

static th_err prepare_all(th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    char where[32];
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *node = &g->nodes[k];
        th_diag diag = {0, "it cannot be run"};
        const th_prepare p = {node, g->tensors, &plan->arena, &diag, 0};
        const th_err err = th_plan_prepare_node(&p, plan->isa, k, &plan->steps[k], why);
        if (err == TH_ENOMEM) return err; /* th_plan_prepare tries again with more */
        if (err) {
            const int32_t out = node->n_out > 0 ? node->out[0] : -1;
            const th_op_row *row = th_op_find((int32_t)node->op);
            const char *name = out >= 0 ? g->tensors[out].name : "";
            return th_why_set(why, err, "%soperator %d (%s%s" NAME_FMT "): %s", graph_text(g, where), (int)k,
                              row ? row->name : "?", out >= 0 ? ", makes " : "", NAME_ARGS(name), diag.msg);
        }
        if (!plan->steps[k].kernel_name) plan->steps[k].kernel_name = "";
        plan->macs += plan->steps[k].macs;
    }
    return TH_OK;
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
    plan->order = TH_NEW(&plan->arena, int32_t, (size_t)graph->n_nodes + 1);
    th_err err = TH_ENOMEM;
    if (plan->steps && plan->offset && plan->scratch && plan->once && plan->state && plan->order) {
        for (int32_t k = 0; k < graph->n_nodes; k++) plan->order[k] = k;
        err = prepare_all(plan, why);
    }
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

/* How a plan is made, beside the graph and the processor family. */
typedef enum manner { SEARCHED, QUICK, BANDED } manner;

static th_err make_plan(const th_graph *graph, th_isa isa, manner how, th_plan **out, th_why *why)
{
    th_plan *plan = NULL;
    if (graph->n_nodes < 1) return th_why_set(why, TH_EFORMAT, "the model has no operators");
    TH_TRY(th_plan_prepare(graph, isa, &plan, why));
    plan->quick = how == QUICK;
    plan->banded = how == BANDED;
    th_err err = th_plan_order(plan, why);
    if (!err) err = th_plan_link(plan, why);
    if (!err && plan->arena_bytes > TH_MAX_ARENA)
        err = th_why_set(why, TH_ERANGE,
                         "the model needs an arena of %zu bytes at operator %d; %zu are the most. Are its tensors' "
                         "shapes what they should be?",
                         plan->arena_bytes, (int)plan->peak_node, TH_MAX_ARENA);
    if (!err) err = th_plan_share(plan, why);
    for (int32_t i = 0; i < plan->n_sub && !err; i++)
        if (plan->sub[i]) err = th_plan_share(plan->sub[i], why);
    plan->own_bytes = plan->arena_bytes;
    if (err)
        th_plan_free(plan);
    else
        *out = plan;
    return err;
}

th_err th_plan_make_host(const th_graph *graph, th_plan **out, th_why *why)
{
    const char *name = getenv("THIMBLE_ISA");
    const th_isa isa = name && *name ? th_isa_find(name) : th_isa_host();
    if (isa == TH_ISA_N || !th_isa_runs_here(isa))
        return th_why_set(why, TH_EUSAGE,
                          "THIMBLE_ISA=%s names kernels that this machine cannot run. Its fastest are: %s", name,
                          th_isa_name(th_isa_host()));
    return th_plan_make_for(graph, isa, out, why);
}

th_err th_plan_make(const th_graph *graph, th_plan **out, th_why *why)
{
    return make_plan(graph, TH_ISA_PLAIN, SEARCHED, out, why);
}

th_err th_plan_make_for(const th_graph *graph, th_isa isa, th_plan **out, th_why *why)
{
    return make_plan(graph, isa, SEARCHED, out, why);
}

th_err th_plan_make_banded(const th_graph *graph, th_isa isa, th_plan **out, th_why *why)
{
    return make_plan(graph, isa, BANDED, out, why);
}

th_err th_plan_make_quick(const th_graph *graph, th_plan **out, th_why *why)
{
    return make_plan(graph, TH_ISA_PLAIN, QUICK, out, why);
}

void th_plan_free(th_plan *plan)
{
    if (!plan) return;
    for (int32_t i = 0; i < plan->n_sub; i++) th_plan_free(plan->sub[i]); /* those have none of their own */
    for (int32_t i = 0; i < plan->n_bands; i++) free(plan->bands[i].memory);
    free(plan->band_bytes);
    free(plan->sub);
    free(plan->variables);
    free(plan->more);
    free(plan->memory);
    free(plan);
}
