#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

struct th_runner {
    const th_plan *plan;
    void *memory;
    uint8_t *arena;  /* as on the device: every tensor at its offset */
    const void **in; /* addresses for all steps, one after the other */
    void **out;
};

/* Constants are only ever read: through `in`, or th_runner_output. */
static const void *address(const th_runner *r, int32_t t)
{
    if (t < 0) return NULL;
    const size_t offset = r->plan->offset[t];
    return offset == TH_NO_OFFSET ? r->plan->graph->tensors[t].data : r->arena + offset;
}

/* Writes the addresses of every step and returns how many there are; r->in NULL: only counts. */
static void bind(th_runner *r, size_t *n_in, size_t *n_out)
{
    const th_graph *g = r->plan->graph;
    *n_in = *n_out = 0;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_step *s = &r->plan->steps[k];
        const th_node *node = &g->nodes[k];
        for (int32_t i = 0; i < s->n_in; i++, ++*n_in)
            if (r->in) r->in[*n_in] = i < node->n_in ? address(r, node->in[i]) : NULL;
        for (int32_t i = 0; i < s->n_out; i++, ++*n_out)
            if (r->out) r->out[*n_out] = r->arena + r->plan->offset[node->out[i]];
    }
}

th_err th_runner_new(const th_plan *plan, th_runner **runner, th_why *why)
{
    size_t n_in, n_out;
    th_runner *r = calloc(1, sizeof *r);
    if (r) {
        r->plan = plan;
        bind(r, &n_in, &n_out);
        r->memory = calloc(plan->arena_bytes + TH_ARENA_ALIGN, 1);
        r->in = calloc(n_in + 1, sizeof *r->in);
        r->out = calloc(n_out + 1, sizeof *r->out);
    }
    if (!r || !r->memory || !r->in || !r->out) {
        th_runner_free(r);
        return th_why_set(why, TH_ENOMEM, "no memory for an arena of %zu bytes", plan->arena_bytes);
    }
    r->arena = th_arena_over(r->memory, plan->arena_bytes + TH_ARENA_ALIGN).base;
    bind(r, &n_in, &n_out);
    th_runner_reset(r);
    *runner = r;
    return TH_OK;
}

void th_runner_free(th_runner *r)
{
    if (!r) return;
    free(r->memory);
    free(r->in);
    free(r->out);
    free(r);
}

void *th_runner_input(th_runner *r, int32_t index)
{
    return r->arena + r->plan->offset[r->plan->graph->inputs[index]];
}

const void *th_runner_output(const th_runner *r, int32_t index)
{
    return address(r, r->plan->graph->outputs[index]);
}

void th_runner_invoke(th_runner *r, th_layer_fn *on_layer, void *ctx)
{
    const th_graph *g = r->plan->graph;
    const void *const *in = r->in;
    void *const *out = r->out;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_step *s = &r->plan->steps[k];
        const size_t scratch = r->plan->scratch[k];
        s->kernel(s->par, in, out, scratch == TH_NO_OFFSET ? NULL : r->arena + scratch);
        for (int32_t i = 0; on_layer && i < s->n_out; i++) on_layer(ctx, k, g->nodes[k].out[i], out[i]);
        in += s->n_in;
        out += s->n_out;
    }
}

void th_runner_reset(th_runner *r)
{
    const th_graph *g = r->plan->graph;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *v = &g->tensors[t];
        if (!v->is_variable || r->plan->offset[t] == TH_NO_OFFSET) continue;
        if (v->data)
            memcpy(r->arena + r->plan->offset[t], v->data, th_tensor_bytes(v));
        else
            memset(r->arena + r->plan->offset[t], 0, th_tensor_bytes(v));
    }
}
