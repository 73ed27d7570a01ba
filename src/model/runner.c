#include "model/plan.h"

#include "os/team.h"

#include <stdlib.h>
#include <string.h>

/* One graph that is run: its plan, and the addresses for all its steps, one after the other as they run. */
typedef struct site {
    const th_plan *plan; /* NULL: nothing runs this graph */
    const void **in;
    void **out;
} site;

struct th_runner {
    const th_plan *plan;
    void *memory;
    th_team *team;      /* NULL: one thread */
    void *more_scratch; /* of members 1 and up, `scratch_step` bytes each */
    size_t scratch_step;
    uint8_t *arena;          /* as on the device: every tensor at its offset */
    site root, *sub;         /* sub: [plan->n_sub] */
    uint8_t *done;           /* [plan->n_once] 1 when that CALL_ONCE has run */
    int32_t most_runs, runs; /* of graphs by operators: allowed in an invoke, done in this one */
};

/* Constants are only ever read: through `in`, or th_runner_output. */
static const void *address(const th_runner *r, const th_plan *p, int32_t t)
{
    if (t < 0) return NULL;
    return p->offset[t] == TH_NO_OFFSET ? p->graph->tensors[t].data : r->arena + p->offset[t];
}

/* The place of a tensor that is made or fed. */
static void *place(const th_runner *r, const th_plan *p, int32_t t)
{
    return r->arena + p->offset[t];
}

/* Writes the addresses of every run. */
static th_err bind(const th_runner *r, site *s, const th_plan *p)
{
    size_t n_in = 0, n_out = 0;
    for (th_call run = th_plan_first(p); run.step; run = th_plan_next(p, &run))
        n_in += (size_t)run.step->n_in, n_out += (size_t)run.step->n_out;
    s->in = calloc(n_in + 1, sizeof *s->in);
    s->out = calloc(n_out + 1, sizeof *s->out);
    if (!s->in || !s->out) return TH_ENOMEM;
    n_in = n_out = 0;
    for (th_call run = th_plan_first(p); run.step; run = th_plan_next(p, &run)) {
        const th_step *step = run.step;
        const th_node *node = &p->graph->nodes[run.node];
        for (int32_t i = 0; i < step->n_in; i++) {
            const bool is_state = step->state_bytes && i == step->n_in - 1;
            const uint8_t *x = i < node->n_in ? address(r, p, node->in[i]) : NULL;
            s->in[n_in++] = is_state ? r->arena + p->state[run.node] : x ? x + th_call_in(&run, i) : NULL;
        }
        for (int32_t i = 0; i < step->n_out; i++)
            s->out[n_out++] = (uint8_t *)place(r, p, node->out[i]) + th_call_out(&run);
    }
    s->plan = p;
    return TH_OK;
}

static th_err bind_all(th_runner *r)
{
    const th_plan *p = r->plan;
    if (!r->arena) r->memory = calloc(p->arena_bytes + TH_ARENA_ALIGN, 1);
    r->done = calloc((size_t)p->n_once + 1, 1);
    r->sub = calloc((size_t)p->n_sub + 1, sizeof *r->sub);
    if ((!r->arena && !r->memory) || !r->done || !r->sub) return TH_ENOMEM;
    if (!r->arena) r->arena = th_arena_over(r->memory, p->arena_bytes + TH_ARENA_ALIGN).base;
    TH_TRY(bind(r, &r->root, p));
    for (int32_t i = 0; i < p->n_sub; i++)
        if (p->sub[i]) TH_TRY(bind(r, &r->sub[i], p->sub[i]));
    return TH_OK;
}

/* In this arena, or in one of its own: NULL. */
static th_err make_runner(const th_plan *plan, uint8_t *arena, th_runner **runner, th_why *why)
{
    th_runner *r = calloc(1, sizeof *r);
    if (r) r->plan = plan, r->most_runs = TH_MAX_GRAPH_RUNS, r->arena = arena;
    if (!r || bind_all(r)) {
        th_runner_free(r);
        return th_why_set(why, TH_ENOMEM, "no memory for an arena of %zu bytes", plan->arena_bytes);
    }
    th_runner_reset(r);
    *runner = r;
    return TH_OK;
}

th_err th_runner_new(const th_plan *plan, th_runner **runner, th_why *why)
{
    return make_runner(plan, NULL, runner, why);
}

th_err th_runner_beside(const th_plan *plan, th_runner *other, th_runner **runner, th_why *why)
{
    if (plan->arena_bytes != other->plan->arena_bytes)
        return th_why_set(why, TH_EUSAGE, "the plans of two runners in one arena must have been joined");
    return make_runner(plan, other->arena, runner, why);
}

static void site_free(site *s)
{
    free(s->in);
    free(s->out);
}

void th_runner_free(th_runner *r)
{
    if (!r) return;
    for (int32_t i = 0; r->sub && i < r->plan->n_sub; i++) site_free(&r->sub[i]);
    site_free(&r->root);
    free(r->sub);
    th_team_free(r->team);
    free(r->more_scratch);
    free(r->done);
    free(r->memory);
    free(r);
}

/* --- threads: steps with parts are divided, each member with its own scratch --- */

/* Less work than this is done before the others have woken up. */
#define LEAST_MACS 1000000

static size_t most_scratch(const th_plan *p)
{
    size_t most = 0;
    for (int32_t k = 0; k < p->graph->n_nodes; k++)
        if (p->steps[k].part && p->steps[k].scratch_bytes > most) most = p->steps[k].scratch_bytes;
    return most;
}

th_err th_runner_threads(th_runner *r, int n_threads, th_why *why)
{
    size_t most = most_scratch(r->plan);
    for (int32_t i = 0; i < r->plan->n_sub; i++)
        if (r->plan->sub[i] && most_scratch(r->plan->sub[i]) > most) most = most_scratch(r->plan->sub[i]);
    th_team_free(r->team);
    free(r->more_scratch);
    r->team = NULL;
    r->scratch_step = (most + 63) / 64 * 64 + 64;
    r->more_scratch = calloc((size_t)n_threads, r->scratch_step);
    if (!r->more_scratch) return th_why_set(why, TH_ENOMEM, "no memory for the scratch of %d threads", n_threads);
    return n_threads > 1 ? th_team_new(n_threads, &r->team, why) : TH_OK;
}

typedef struct divided {
    const th_runner *r;
    const th_step *step;
    const void *const *in;
    void *const *out;
    void *scratch;
} divided;

static void run_part(void *ctx, int member, int n_members)
{
    const divided *d = ctx;
    char *more = d->r->more_scratch;
    void *scratch = member && d->scratch ? more + (size_t)(member - 1) * d->r->scratch_step : d->scratch;
    d->step->part(d->step->par, d->in, d->out, scratch, member, n_members);
}

static void run_kernel(const th_runner *r, const th_step *step, const void *const *in, void *const *out, void *scratch)
{
    divided d = {r, step, in, out, scratch};
    if (r->team && step->part && step->macs >= LEAST_MACS)
        th_team_run(r->team, run_part, &d);
    else
        step->kernel(step->par, in, out, scratch);
}

void *th_runner_input(th_runner *r, int32_t index)
{
    return place(r, r->plan, r->plan->graph->inputs[index]);
}

const void *th_runner_output(const th_runner *r, int32_t index)
{
    return address(r, r->plan, r->plan->graph->outputs[index]);
}

/* --- operators that run another graph --- */

/* n tensors of plan `from` onto those of plan `to`; they are equal in type and shape. */
static void copy(const th_runner *r, const th_plan *from, const int32_t *a, const th_plan *to, const int32_t *b,
                 int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        memmove(place(r, to, b[i]), address(r, from, a[i]), th_tensor_bytes(&to->graph->tensors[b[i]]));
}

static th_err run_site(th_runner *r, const site *s, th_layer_fn *on_layer, void *ctx);

static th_err call(th_runner *r, const site *s)
{
    if (r->runs >= r->most_runs) return TH_EENDLESS;
    r->runs++;
    return run_site(r, s, NULL, NULL);
}

static th_err run_once(th_runner *r, const th_plan *p, int32_t k)
{
    if (r->done[p->once[k]]) return TH_OK;
    r->done[p->once[k]] = 1;
    return call(r, &r->sub[p->graph->nodes[k].attr.call.graph[0]]);
}

static th_err run_if(th_runner *r, const th_plan *p, int32_t k)
{
    const th_node *n = &p->graph->nodes[k];
    const bool yes = *(const uint8_t *)address(r, p, n->in[0]) != 0;
    const site *s = &r->sub[n->attr.call.graph[yes ? 0 : 1]];
    const th_graph *g = s->plan->graph;
    copy(r, p, n->in + 1, s->plan, g->inputs, g->n_inputs);
    TH_TRY(call(r, s));
    copy(r, s->plan, g->outputs, p, n->out, n->n_out);
    return TH_OK;
}

/* The values going round stand in the operator's outputs between two rounds. */
static th_err run_while(th_runner *r, const th_plan *p, int32_t k)
{
    const th_node *n = &p->graph->nodes[k];
    const site *cond = &r->sub[n->attr.call.graph[0]], *body = &r->sub[n->attr.call.graph[1]];
    const th_graph *cg = cond->plan->graph, *bg = body->plan->graph;
    copy(r, p, n->in, p, n->out, n->n_out);
    for (;;) {
        copy(r, p, n->out, cond->plan, cg->inputs, n->n_out);
        TH_TRY(call(r, cond));
        if (!*(const uint8_t *)address(r, cond->plan, cg->outputs[0])) return TH_OK;
        copy(r, p, n->out, body->plan, bg->inputs, n->n_out);
        TH_TRY(call(r, body));
        copy(r, body->plan, bg->outputs, p, n->out, n->n_out);
    }
}

static th_err run_control(th_runner *r, const th_plan *p, int32_t k)
{
    switch (p->steps[k].control) {
    case TH_CONTROL_CALL_ONCE: return run_once(r, p, k);
    case TH_CONTROL_IF: return run_if(r, p, k);
    case TH_CONTROL_WHILE: return run_while(r, p, k);
    case TH_CONTROL_KERNEL:
    case TH_CONTROL_NOTHING: break;
    }
    return TH_OK;
}

/* Calls itself through run_control, at most TH_MAX_CALLS deep: the planner has seen to it. */
static th_err run_site(th_runner *r, const site *s, th_layer_fn *on_layer, void *ctx)
{
    const th_plan *p = s->plan;
    const void *const *in = s->in;
    void *const *out = s->out;
    for (th_call run = th_plan_first(p); run.step; run = th_plan_next(p, &run)) {
        const int32_t k = run.node;
        const th_node *node = &p->graph->nodes[k];
        if (run.step->control == TH_CONTROL_KERNEL)
            run_kernel(r, run.step, in, out, p->scratch[k] == TH_NO_OFFSET ? NULL : r->arena + p->scratch[k]);
        else
            TH_TRY(run_control(r, p, k));
        for (int32_t i = 0; on_layer && run.done && i < node->n_out; i++)
            if (p->offset[node->out[i]] != TH_NO_OFFSET && run.step->control != TH_CONTROL_NOTHING)
                on_layer(ctx, k, node->out[i], place(r, p, node->out[i]));
        in += run.step->n_in;
        out += run.step->n_out;
    }
    return TH_OK;
}

th_err th_runner_invoke(th_runner *r, th_layer_fn *on_layer, void *ctx)
{
    r->runs = 0;
    return run_site(r, &r->root, on_layer, ctx);
}

void th_runner_limit(th_runner *r, int32_t graph_runs)
{
    r->most_runs = graph_runs;
}

static void reset_graph(const th_runner *r, const th_plan *p)
{
    const th_graph *g = p->graph;
    for (int32_t k = 0; k < g->n_nodes; k++)
        if (p->state[k] != TH_NO_OFFSET) memset(r->arena + p->state[k], 0, p->steps[k].state_bytes);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *v = &g->tensors[t];
        if (!v->is_variable || p->offset[t] == TH_NO_OFFSET) continue;
        if (v->data)
            memcpy(place(r, p, t), v->data, th_tensor_bytes(v));
        else
            memset(place(r, p, t), th_tensor_start(v), th_tensor_bytes(v));
    }
}

void th_runner_reset(th_runner *r)
{
    const th_plan *p = r->plan;
    reset_graph(r, p);
    for (int32_t i = 0; i < p->n_sub; i++)
        if (p->sub[i]) reset_graph(r, p->sub[i]);
    for (int32_t i = 0; i < p->n_variables; i++)
        if (p->variables[i].bytes)
            memset(r->arena + p->variables[i].offset, p->variables[i].start, p->variables[i].bytes);
    memset(r->done, 0, (size_t)p->n_once + 1);
}
