/* One model on this computer: the plain kernels and faster ones take turns, so that a busy machine is the same for
 * all of them, and the least of many runs counts. */
#include "cli/bench.h"
#include "cli/quantized.h"
#include "cli/target.h"

#include "deploy/codegen.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

#define ROUND_S   0.02 /* of one way of running, in each round */
#define BATCH_S   5e-5 /* shorter runs are timed several at once: asking for the time takes 0.3 us */
#define MOST_WAYS (TH_ISA_N + 2)

typedef struct way {
    th_isa isa;
    int threads, batch;
    th_plan *plan;
    th_runner *runner;
    double best_s, *layer_s; /* [n_nodes], or NULL */
} way;

typedef struct bench {
    th_model *model;
    way way[MOST_WAYS];
    int n;
} bench;

typedef struct layers {
    double at, *best;
} layers;

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    layers *l = ctx;
    const double now = th_clock_s();
    (void)tensor, (void)data;
    if (now - l->at < l->best[node]) l->best[node] = now - l->at;
    l->at = th_clock_s();
}

static th_err fill_inputs(way *w, th_why *why)
{
    const th_graph *g = w->plan->graph;
    size_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) n += th_tensor_bytes(&g->tensors[g->inputs[i]]);
    uint8_t *in = malloc(n + 1), *at = in;
    if (!in) return th_why_set(why, TH_ENOMEM, "out of memory");
    (void)th_code_test_input(g, 1, in);
    for (int32_t i = 0; i < g->n_inputs; at += th_tensor_bytes(&g->tensors[g->inputs[i]]), i++)
        memcpy(th_runner_input(w->runner, i), at, th_tensor_bytes(&g->tensors[g->inputs[i]]));
    free(in);
    return TH_OK;
}

static th_err prepare(const th_graph *g, bool by_layer, way *w, th_why *why)
{
    w->best_s = 1e9;
    w->batch = 1;
    TH_TRY(th_plan_make_for(g, w->isa, &w->plan, why));
    TH_TRY(th_runner_new(w->plan, &w->runner, why));
    TH_TRY(th_runner_threads(w->runner, w->threads, why));
    TH_TRY(fill_inputs(w, why));
    if (!by_layer || w->threads > 1) return TH_OK;
    w->layer_s = malloc(((size_t)g->n_nodes + 1) * sizeof *w->layer_s);
    if (!w->layer_s) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < g->n_nodes; i++) w->layer_s[i] = 1e9;
    return TH_OK;
}

/* by_layer: the clock is read after each operator, so the run as a whole does not count then.
 * One thread: its processor time. Slow kernels run for longer than a busy system lets them run at a stretch, so their
 * elapsed time would hold others' work each time, and make the fast ones look better than they are. */
static th_err measure(way *w, bool by_layer, th_why *why)
{
    double (*const clock_s)(void) = w->threads == 1 ? th_thread_clock_s : th_clock_s;
    const double start = clock_s();
    double now = start;
    do {
        for (int i = 0; i < w->batch; i++) {
            layers l = {by_layer ? th_clock_s() : 0.0, w->layer_s};
            const th_err err = th_runner_invoke(w->runner, by_layer ? on_layer : NULL, &l);
            if (err) return th_why_set(why, err, "%s", th_err_text(err));
        }
        const double one = (clock_s() - now) / w->batch;
        now = clock_s();
        if (!by_layer && one < w->best_s) w->best_s = one;
    } while (now - start < ROUND_S);
    return th_interrupted() ? th_why_set(why, TH_EINTR, "interrupted") : TH_OK;
}

static void add_way(bench *b, th_isa isa, int threads)
{
    for (int i = 0; i < b->n; i++)
        if (b->way[i].isa == isa && b->way[i].threads == threads) return;
    b->way[b->n].isa = isa;
    b->way[b->n++].threads = threads;
}

static void choose_ways(bench *b, th_isa chosen, const th_host_bench *how)
{
    add_way(b, TH_ISA_PLAIN, 1);
    for (int isa = TH_ISA_PLAIN; how->families && isa < TH_ISA_N; isa++)
        if (th_isa_runs_here((th_isa)isa)) add_way(b, (th_isa)isa, 1);
    add_way(b, chosen, 1);
    add_way(b, chosen, how->threads);
}

static json_t *layers_json(const way *w)
{
    json_t *list = json_array();
    for (int32_t k = 0; k < w->plan->graph->n_nodes; k++)
        if (w->layer_s[k] < 1e8)
            json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:f}", "op",
                                                  th_op_find((int32_t)w->plan->graph->nodes[k].op)->name, "kernel",
                                                  w->plan->steps[k].kernel_name, "macs",
                                                  (json_int_t)w->plan->steps[k].macs, "us", w->layer_s[k] * 1e6));
    return list;
}

static json_t *row_of(const bench *b, const th_target *t)
{
    char name[128];
    th_bench_model_name(t, name, sizeof name);
    const double macs = (double)b->way[0].plan->macs;
    json_t *list = json_array();
    for (int i = 0; i < b->n; i++) {
        const way *w = &b->way[i];
        json_t *o = json_pack("{s:s,s:i,s:f,s:f,s:f,s:I}", "kernels", th_isa_name(w->isa), "threads", w->threads, "ms",
                              w->best_s * 1e3, "times_plain", b->way[0].best_s / w->best_s, "gmacs_per_s",
                              macs / w->best_s * 1e-9, "arena", (json_int_t)w->plan->arena_bytes);
        if (w->layer_s) json_object_set_new(o, "layers", layers_json(w));
        json_array_append_new(list, o);
    }
    return json_pack("{s:o,s:o,s:I,s:o}", "model", th_name_json(name), "file", th_name_json(t->path), "macs",
                     (json_int_t)b->way[0].plan->macs, "times", list);
}

static th_err run_all(bench *b, const th_host_bench *how, th_why *why)
{
    th_plan *chosen;
    const th_graph *g = &b->model->graphs[0];
    TH_TRY(th_plan_make_host(g, &chosen, why));
    choose_ways(b, chosen->isa, how);
    th_plan_free(chosen);
    for (int i = 0; i < b->n; i++) TH_TRY(prepare(g, how->layers, &b->way[i], why));
    for (int r = -1; r < how->rounds; r++) {
        for (int i = 0; i < b->n; i++) TH_TRY(measure(&b->way[i], false, why));
        for (int i = 0; i < b->n && r < 0; i++) { /* that was to warm up, and to see how long a run takes */
            b->way[i].batch = b->way[i].best_s < BATCH_S ? (int)(BATCH_S / b->way[i].best_s) + 1 : 1;
            b->way[i].best_s = 1e9;
        }
        for (int i = 0; i < b->n; i++)
            if (b->way[i].layer_s) TH_TRY(measure(&b->way[i], true, why));
    }
    return TH_OK;
}

th_err th_bench_host(const char *word, const th_host_bench *how, json_t **row, th_why *why)
{
    bench b = {0};
    th_target t;
    th_why inner = {0};
    TH_TRY(th_target_find(word, &t, why));
    TH_TRY(th_model_load(t.path, &b.model, why));
    th_err err = run_all(&b, how, &inner);
    if (err) (void)th_why_set(why, err, "%s: %s", t.path, inner.err ? inner.text : th_err_text(err));
    if (!err && !(*row = row_of(&b, &t))) err = th_why_set(why, TH_ENOMEM, "out of memory");
    for (int i = 0; i < b.n; i++) {
        th_runner_free(b.way[i].runner);
        th_plan_free(b.way[i].plan);
        free(b.way[i].layer_s);
    }
    th_model_free(b.model);
    return err;
}
