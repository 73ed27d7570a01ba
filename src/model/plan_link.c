/* Graphs that run other graphs, and the state they share.
 *
 *   root   steps ... IF(then, else) ... CALL_ONCE(init) ...
 *   then   its own plan; its arena is one block of the root's, alive from the first step that may run it to the last
 *   state  one block per variable, alive always
 *
 * So every tensor of every graph has one fixed place, and the generated C needs no more than the runner.  Graphs are
 * visited through a list, callers first: no recursion, a cycle is found because its graphs never become free of
 * callers. */
#include "base/text.h"
#include "model/plan_priv.h"

#include <stdlib.h>
#include <string.h>

/* Of one graph of the model: */
typedef struct visit {
    int32_t callers;          /* calls of it that have not been visited */
    int32_t depth;            /* calls from the root; 0 is the root */
    int32_t first, last;      /* the root's steps at which it may run; first is -1 as long as nothing calls it */
    bool keeps_state, inside; /* inside: see runs_inside */
    int32_t pins, n_pins;     /* its part of linker.block: tensors that the file gives a place */
} visit;

typedef struct linker {
    th_plan *root;
    const th_graph *all;
    int32_t n_all, self;   /* number of the root */
    int64_t n_calls;       /* operators of all graphs that run */
    visit *visit;          /* [n_all] */
    int32_t *list;         /* [n_all] graphs to visit, then: callers first */
    th_place_block *block; /* [n_all + TH_MAX_VARIABLES, and one for each tensor with a place] */
    int32_t **handle;      /* [n_all] of each planned graph: [n_tensors] variable of a resource tensor, -1 for none */
    th_why *why;
} linker;

static int32_t calls(const th_step *s)
{
    return s->control == TH_CONTROL_CALL_ONCE                              ? 1
           : s->control == TH_CONTROL_IF || s->control == TH_CONTROL_WHILE ? 2
                                                                           : 0;
}

static th_plan *plan_of(const linker *l, int32_t graph)
{
    return graph == l->self ? l->root : l->root->sub[graph];
}

static th_err refuse(const linker *l, int32_t graph, int32_t node, th_err err, const char *text)
{
    const th_node *n = &l->all[graph].nodes[node];
    char where[32] = "";
    if (graph) th_text_fmt(where, sizeof where, "graph %d, ", (int)graph);
    return th_why_set(l->why, err, "%soperator %d (%s): %s", where, (int)node, th_op_find((int32_t)n->op)->name, text);
}

/* --- which graphs run, and when --- */

static th_err check_call(const linker *l, int32_t graph, int32_t node, int32_t called)
{
    if (called < 0 || called >= l->n_all)
        return refuse(l, graph, node, TH_EFORMAT, "it runs a graph that the model does not have");
    if (called == l->self)
        return refuse(l, graph, node, TH_EUNSUP, "it runs the graph that the run began with: a circle");
    return TH_OK;
}

/* A graph that is run is searched for the best plan as long as all together have not taken much work. */
static bool is_quick(const th_plan *root)
{
    return root->quick || root->work > TH_MAX_PLAN_WORK / 8;
}

/* Plans every graph that can be reached, and counts its callers. */
static th_err reach(linker *l)
{
    int32_t n = 1;
    l->list[0] = l->self;
    for (int32_t at = 0; at < n; at++) {
        const int32_t graph = l->list[at];
        const th_plan *p = plan_of(l, graph);
        l->n_calls += 1 + p->graph->n_nodes;
        for (int32_t k = 0; k < p->graph->n_nodes; k++)
            for (int32_t c = 0; c < calls(&p->steps[k]); c++) {
                const int32_t called = p->graph->nodes[k].attr.call.graph[c];
                TH_TRY(check_call(l, graph, k, called));
                if (l->visit[called].callers++) continue;
                TH_TRY(th_plan_prepare(&l->all[called], l->root->isa, &l->root->sub[called], l->why));
                l->root->sub[called]->quick = is_quick(l->root);
                TH_TRY(th_plan_order(l->root->sub[called], l->why));
                l->root->work += l->root->sub[called]->work;
                l->root->macs += l->root->sub[called]->macs;
                l->list[n++] = called;
            }
    }
    return TH_OK;
}

/* A call of `called` by the operator of `graph` that runs at that step, counted as in plan_place.c. */
static void widen(linker *l, int32_t graph, int32_t at, int32_t called)
{
    const visit *from = &l->visit[graph];
    visit *to = &l->visit[called];
    const int32_t step = graph == l->self ? at : 0;
    const int32_t first = step ? step : from->first, last = step ? step : from->last;
    if (to->first < 0 || first < to->first) to->first = first;
    if (last > to->last) to->last = last;
    if (from->depth + 1 > to->depth) to->depth = from->depth + 1;
}

/* Callers first: a graph comes into the list when its last caller has been visited. */
static th_err order(linker *l, int32_t *n_list)
{
    int32_t n = 1, reached = 1;
    for (int32_t g = 0; g < l->n_all; g++) reached += l->root->sub[g] != NULL;
    l->list[0] = l->self;
    for (int32_t at = 0; at < n; at++) {
        const int32_t graph = l->list[at];
        const th_plan *p = plan_of(l, graph);
        if (l->visit[graph].depth > TH_MAX_CALLS)
            return th_why_set(l->why, TH_EUNSUP, "graph %d runs inside %d others; %d is the most", (int)graph,
                              (int)l->visit[graph].depth, TH_MAX_CALLS);
        for (int32_t i = 0; i < p->graph->n_nodes; i++)
            for (int32_t c = 0; c < calls(&p->steps[p->order[i]]); c++) {
                const int32_t called = p->graph->nodes[p->order[i]].attr.call.graph[c];
                widen(l, graph, i + 1, called);
                if (--l->visit[called].callers == 0) l->list[n++] = called;
            }
    }
    *n_list = n;
    return n == reached ? TH_OK : th_why_set(l->why, TH_EUNSUP, "the model's graphs run one another in a circle");
}

/* --- what goes into a graph and comes out --- */

static bool same_tensor(const th_tensor *a, const th_tensor *b)
{
    bool same = a->type == b->type && a->type != TH_RESOURCE && a->shape.rank == b->shape.rank;
    for (int32_t i = 0; same && i < a->shape.rank; i++) same = a->shape.d[i] == b->shape.d[i];
    return same;
}

/* The tensors of the node's list, from `skip` on, and those of the graph's. */
static bool same_list(const linker *l, const th_graph *g, const int32_t *a, int32_t n_a, int32_t called, bool inputs)
{
    const th_graph *c = &l->all[called];
    const int32_t *b = inputs ? c->inputs : c->outputs;
    bool same = n_a == (inputs ? c->n_inputs : c->n_outputs);
    for (int32_t i = 0; same && i < n_a; i++) same = a[i] >= 0 && same_tensor(&g->tensors[a[i]], &c->tensors[b[i]]);
    return same;
}

static th_err check_once(const linker *l, int32_t graph, int32_t k)
{
    const th_graph *init = &l->all[l->all[graph].nodes[k].attr.call.graph[0]];
    if (init->n_inputs || init->n_outputs)
        return refuse(l, graph, k, TH_EFORMAT, "the graph it runs must have neither inputs nor outputs");
    return TH_OK;
}

static th_err check_if(const linker *l, int32_t graph, int32_t k)
{
    const th_graph *g = &l->all[graph];
    const th_node *n = &g->nodes[k];
    for (int c = 0; c < 2; c++)
        if (!same_list(l, g, n->in + 1, n->n_in - 1, n->attr.call.graph[c], true) ||
            !same_list(l, g, n->out, n->n_out, n->attr.call.graph[c], false))
            return refuse(l, graph, k, TH_ESHAPE,
                          "its tensors and those of the graphs it runs differ in number, type or shape");
    return TH_OK;
}

static th_err check_while(const linker *l, int32_t graph, int32_t k)
{
    const th_graph *g = &l->all[graph];
    const th_node *n = &g->nodes[k];
    const th_graph *cond = &l->all[n->attr.call.graph[0]];
    if (!same_list(l, g, n->in, n->n_in, n->attr.call.graph[0], true) ||
        !same_list(l, g, n->in, n->n_in, n->attr.call.graph[1], true) ||
        !same_list(l, g, n->out, n->n_out, n->attr.call.graph[1], false) ||
        !same_list(l, g, n->out, n->n_out, n->attr.call.graph[0], true))
        return refuse(l, graph, k, TH_ESHAPE,
                      "its tensors and those of the graphs it runs differ in number, type or shape");
    if (cond->n_outputs != 1 || cond->tensors[cond->outputs[0]].type != TH_BOOL ||
        th_shape_count(&cond->tensors[cond->outputs[0]].shape) != 1)
        return refuse(l, graph, k, TH_EFORMAT, "its condition does not give one bool");
    return TH_OK;
}

static th_err check_calls(linker *l, int32_t graph)
{
    th_plan *p = plan_of(l, graph);
    for (int32_t k = 0; k < p->graph->n_nodes; k++) {
        p->once[k] = -1;
        if (p->steps[k].control == TH_CONTROL_CALL_ONCE) {
            p->once[k] = l->root->n_once++;
            TH_TRY(check_once(l, graph, k));
        }
        if (p->steps[k].control == TH_CONTROL_IF) TH_TRY(check_if(l, graph, k));
        if (p->steps[k].control == TH_CONTROL_WHILE) TH_TRY(check_while(l, graph, k));
    }
    for (int32_t t = 0; t < p->graph->n_tensors; t++)
        l->visit[graph].keeps_state |= p->graph->tensors[t].is_variable != 0;
    for (int32_t k = 0; k < p->graph->n_nodes; k++) l->visit[graph].keeps_state |= p->steps[k].state_bytes != 0;
    return TH_OK;
}

/* --- variables --- */

/* As the reference finds them: a handle without a container means any.  Names first: they differ early, or take their
 * share of the file each. */
static int32_t find_variable(const th_plan *root, const th_node *node)
{
    for (int32_t i = 0; i < root->n_variables; i++)
        if (strcmp(node->attr.variable.name, root->variables[i].name) == 0 &&
            (!*node->attr.variable.container ||
             strcmp(node->attr.variable.container, root->variables[i].container) == 0))
            return i;
    return -1;
}

static th_err name_variable(const linker *l, int32_t graph, int32_t k)
{
    th_plan *root = l->root;
    const th_node *node = &l->all[graph].nodes[k];
    int32_t v = find_variable(root, node);
    if (v < 0) {
        if (root->n_variables == TH_MAX_VARIABLES)
            return refuse(l, graph, k, TH_EUNSUP, "the model has more than 1024 variables");
        v = root->n_variables++;
        root->variables[v] = (th_variable){
            .offset = TH_NO_OFFSET, .container = node->attr.variable.container, .name = node->attr.variable.name};
    }
    l->handle[graph][node->out[0]] = v;
    return TH_OK;
}

/* Every READ and ASSIGN of a variable must mean the same type and size. */
static th_err use_variable(const linker *l, int32_t graph, int32_t k)
{
    const th_graph *g = &l->all[graph];
    const th_node *n = &g->nodes[k];
    const bool writes = n->op == TH_OP_ASSIGN_VARIABLE;
    const th_tensor *value = &g->tensors[writes ? n->in[1] : n->out[0]];
    const int32_t number = l->handle[graph][n->in[0]];
    if (number < 0)
        return refuse(l, graph, k, TH_EUNSUP, "no VAR_HANDLE of the same graph says which variable it means");
    th_variable *v = &l->root->variables[number];
    if (v->bytes && (v->type != value->type || v->bytes != th_tensor_bytes(value)))
        return refuse(l, graph, k, TH_ESHAPE, "its variable is used with another type or size elsewhere");
    v->type = value->type;
    v->bytes = th_tensor_bytes(value);
    return TH_OK;
}

static th_err find_variables(linker *l, int32_t graph)
{
    const th_graph *g = &l->all[graph];
    l->handle[graph] = malloc(((size_t)g->n_tensors + 1) * sizeof *l->handle[graph]);
    if (!l->handle[graph]) return th_why_set(l->why, TH_ENOMEM, "no memory to plan the model");
    for (int32_t t = 0; t < g->n_tensors; t++) l->handle[graph][t] = -1;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        if (g->nodes[k].op == TH_OP_VAR_HANDLE) TH_TRY(name_variable(l, graph, k));
        if (g->nodes[k].op == TH_OP_READ_VARIABLE || g->nodes[k].op == TH_OP_ASSIGN_VARIABLE)
            TH_TRY(use_variable(l, graph, k));
    }
    return TH_OK;
}

/* The first ASSIGN of a variable, graphs in the order of the file, gives its start: every byte the zero point. */
static void find_starts(linker *l)
{
    bool known[TH_MAX_VARIABLES] = {false};
    for (int32_t graph = 0; graph < l->n_all; graph++)
        for (int32_t k = 0; l->handle[graph] && k < l->all[graph].n_nodes; k++) {
            const th_node *n = &l->all[graph].nodes[k];
            if (n->op != TH_OP_ASSIGN_VARIABLE) continue;
            const int32_t v = l->handle[graph][n->in[0]];
            const th_quant *q = &l->all[graph].tensors[n->in[1]].quant;
            if (!known[v] && q->n > 0) l->root->variables[v].start = (uint8_t)q->zero[0];
            known[v] = true;
        }
}

/* --- places --- */

/* fixed: NULL, or not -1 for those that stay. */
static void shift(size_t *offset, int32_t n, size_t by, const int32_t *fixed)
{
    for (int32_t i = 0; i < n; i++)
        if (offset[i] != TH_NO_OFFSET && !(fixed && fixed[i] >= 0)) offset[i] += by;
}

/* Does `outer` run `inner`, itself or through others?  The list has callers first. */
static bool runs_inside(const linker *l, int32_t n_list, int32_t outer, int32_t inner)
{
    for (int32_t i = 0; i < n_list; i++) l->visit[l->list[i]].inside = l->list[i] == outer;
    for (int32_t i = 0; i < n_list; i++) {
        const th_plan *p = plan_of(l, l->list[i]);
        for (int32_t k = 0; l->visit[l->list[i]].inside && k < p->graph->n_nodes; k++)
            for (int32_t c = 0; c < calls(&p->steps[k]); c++)
                l->visit[p->graph->nodes[k].attr.call.graph[c]].inside = true;
    }
    return l->visit[inner].inside;
}

/* All graphs together: the root's work so far, and `more`. */
static th_err spend(const linker *l, int64_t more)
{
    l->root->work += more;
    if (l->root->work <= TH_MAX_PLAN_WORK / 4) return TH_OK;
    return th_why_set(l->why, TH_EUNSUP, "OfflineMemoryAllocation gives tensors of too many graphs a place");
}

/* Tensors of different graphs may have the same place when no run of one of them lies inside a run of the other. */
static th_err check_pins(const linker *l, int32_t n_list, int32_t a, int32_t b)
{
    const visit *x = &l->visit[a], *y = &l->visit[b];
    bool clash = false;
    TH_TRY(spend(l, 1 + (int64_t)x->n_pins * y->n_pins));
    for (int32_t i = 0; i < x->n_pins; i++)
        for (int32_t k = 0; k < y->n_pins; k++) clash |= !th_place_fits(l->block, x->pins + i, y->pins + k, NULL);
    if (clash) TH_TRY(spend(l, 2 * l->n_calls));
    if (clash && (x->keeps_state || y->keeps_state || runs_inside(l, n_list, a, b) || runs_inside(l, n_list, b, a)))
        return th_why_set(l->why, TH_EFORMAT,
                          "OfflineMemoryAllocation puts tensors of graphs %d and %d onto the same bytes while both are "
                          "needed",
                          (int)a, (int)b);
    return TH_OK;
}

/* Places the graphs that are run, each for itself: a block for the arena of each, then those that have a place. */
static th_err place_subs(linker *l, int32_t n_list, int32_t *n_blocks)
{
    int32_t n = n_list - 1;
    for (int32_t i = 1; i < n_list; i++) {
        visit *v = &l->visit[l->list[i]];
        th_plan *p = plan_of(l, l->list[i]);
        v->pins = n;
        const int64_t work = p->work;
        p->quick = is_quick(l->root);
        TH_TRY(th_plan_place_sub(p, l->block, &n, l->why));
        l->root->work += p->work - work;
        v->n_pins = n - v->pins;
        l->block[i - 1] = (th_place_block){.bytes = p->arena_bytes ? p->arena_bytes : 1};
        for (int32_t k = v->pins - 1; k < n; k++) {
            th_place_block *b = &l->block[k < v->pins ? i - 1 : k];
            b->first = v->keeps_state ? 0 : v->first;
            b->last = v->keeps_state ? th_plan_end(l->root->graph) : v->last;
        }
        for (int32_t k = 1; v->n_pins && k < i; k++) TH_TRY(check_pins(l, n_list, l->list[k], l->list[i]));
    }
    *n_blocks = n;
    return TH_OK;
}

static void set_handles(linker *l, int32_t graph)
{
    th_plan *p = plan_of(l, graph);
    for (int32_t t = 0; t < p->graph->n_tensors; t++)
        if (l->handle[graph][t] >= 0) p->offset[t] = l->root->variables[l->handle[graph][t]].offset;
}

static th_err place(linker *l, int32_t n_list)
{
    th_plan *root = l->root;
    int32_t n = 0;
    TH_TRY(place_subs(l, n_list, &n));
    const int32_t first_variable = n;
    for (int32_t i = 0; i < root->n_variables; i++)
        if (root->variables[i].bytes)
            l->block[n++] =
                (th_place_block){.bytes = root->variables[i].bytes, .first = 0, .last = th_plan_end(root->graph)};
    TH_TRY(th_plan_place(root, l->block, n, l->why));
    TH_TRY(th_plan_use_bands(root, l->block, n, l->why));
    TH_TRY(th_plan_use_room(root, l->block, n, l->why));
    for (int32_t i = 1; i < n_list; i++) {
        th_plan *p = plan_of(l, l->list[i]);
        const size_t by = l->block[i - 1].offset;
        shift(p->offset, p->graph->n_tensors, by, p->graph->fixed);
        shift(p->scratch, p->graph->n_nodes, by, NULL);
        shift(p->state, p->graph->n_nodes, by, NULL);
    }
    n = first_variable;
    for (int32_t i = 0; i < root->n_variables; i++)
        if (root->variables[i].bytes) root->variables[i].offset = l->block[n++].offset;
    for (int32_t i = 0; i < n_list; i++) set_handles(l, l->list[i]);
    return TH_OK;
}

static th_err link_all(linker *l)
{
    int32_t n_list = 0;
    for (int32_t i = 0; i < l->n_all; i++) l->visit[i].first = l->visit[i].last = -1;
    TH_TRY(reach(l));
    TH_TRY(order(l, &n_list));
    for (int32_t i = 0; i < n_list; i++) TH_TRY(check_calls(l, l->list[i]));
    for (int32_t i = 0; i < n_list; i++) TH_TRY(find_variables(l, l->list[i]));
    find_starts(l);
    return place(l, n_list);
}

th_err th_plan_link(th_plan *root, th_why *why)
{
    const th_graph *g = root->graph;
    linker l = {.root = root, .all = g->all ? g->all : g, .n_all = g->all ? g->n_all : 1, .why = why};
    l.self = (int32_t)(g - l.all);
    const size_t n = (size_t)l.n_all;
    size_t n_places = 0;
    for (size_t i = 0; i < n; i++) n_places += l.all[i].fixed ? (size_t)l.all[i].n_tensors : 0;
    root->sub = calloc(n, sizeof *root->sub);
    root->n_sub = root->sub ? l.n_all : 0;
    root->variables = calloc(TH_MAX_VARIABLES, sizeof *root->variables);
    l.visit = calloc(n, sizeof *l.visit);
    l.list = calloc(n, sizeof *l.list);
    l.handle = calloc(n, sizeof *l.handle);
    l.block = calloc(n + TH_MAX_VARIABLES + n_places, sizeof *l.block);
    th_err err = TH_OK;
    if (!root->sub || !root->variables || !l.visit || !l.list || !l.handle || !l.block)
        err = th_why_set(why, TH_ENOMEM, "no memory to plan the model");
    if (!err) err = link_all(&l);
    for (size_t i = 0; l.handle && i < n; i++) free(l.handle[i]);
    free(l.visit);
    free(l.list);
    free(l.handle);
    free(l.block);
    return err;
}
