/* Milliseconds of one run of each model of ../shared/models (or of the files given) with the kernels of each processor
 * family that this machine has, and how many times faster than the plain ones they are:
 *   make MODE=o2 build/o2/bench/bench_kernels && build/o2/bench/bench_kernels [--layers] [MODEL.tflite..]
 * CSV: benchmark,model,family,threads,ms,times_plain        with --layers: layer,model,family,operator,kernel,us
 * The least of many runs counts; families take turns, so that a busy machine is the same for all. */
#include "model/plan.h"
#include "os/run.h"

#include "base/rng.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS    30
#define ROUND_S   0.02 /* of one way of running, in each round */
#define MOST_OPS  512
#define MOST_WAYS (TH_ISA_N + 1)

typedef struct way {
    th_isa isa;
    int threads;
    th_plan *plan;
    th_runner *runner;
    double best_s, layer_s[MOST_OPS];
} way;

typedef struct layers {
    double at, *best;
} layers;

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    layers *l = ctx;
    const double now = th_clock_s();
    (void)tensor, (void)data;
    if (node < MOST_OPS && now - l->at < l->best[node]) l->best[node] = now - l->at;
    l->at = th_clock_s();
}

static th_err prepare(const th_graph *g, way *w, th_why *why)
{
    w->best_s = 1e9;
    for (int i = 0; i < MOST_OPS; i++) w->layer_s[i] = 1e9;
    TH_TRY(th_plan_make_for(g, w->isa, &w->plan, why));
    TH_TRY(th_runner_new(w->plan, &w->runner, why));
    TH_TRY(th_runner_threads(w->runner, w->threads, why));
    th_rng rng = th_rng_make(1, 1);
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const th_tensor *t = &g->tensors[g->inputs[i]];
        const size_t n = th_tensor_bytes(t);
        for (size_t k = 0; t->type != TH_F32 && k < n; k++)
            ((uint8_t *)th_runner_input(w->runner, i))[k] = (uint8_t)th_rng_u32(&rng);
        for (size_t k = 0; t->type == TH_F32 && k < n / 4; k++)
            ((float *)th_runner_input(w->runner, i))[k] = th_rng_range(&rng, -1.0f, 1.0f);
    }
    return TH_OK;
}

static th_err measure(way *w, bool by_layer)
{
    const double start = th_clock_s();
    double now = start;
    do {
        layers l = {th_clock_s(), w->layer_s};
        TH_TRY(th_runner_invoke(w->runner, by_layer ? on_layer : NULL, &l));
        const double then = now;
        now = th_clock_s();
        if (now - then < w->best_s) w->best_s = now - then;
    } while (now - start < ROUND_S);
    return TH_OK;
}

static void print_layers(const char *name, const way *w)
{
    for (int32_t k = 0; k < w->plan->graph->n_nodes && k < MOST_OPS; k++)
        if (w->layer_s[k] < 1e8)
            printf("layer,%s,%s,%s,%s,%.2f\n", name, th_isa_name(w->isa),
                   th_op_find((int32_t)w->plan->graph->nodes[k].op)->name, w->plan->steps[k].kernel_name,
                   w->layer_s[k] * 1e6);
}

static int bench(const char *path, bool by_layer)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    static way ways[MOST_WAYS];
    th_why why = {0};
    th_model *model;
    int n = 0;
    if (th_model_load(path, &model, &why)) return fprintf(stderr, "%s: %s\n", name, why.text), 1;
    memset(ways, 0, sizeof ways);
    for (int isa = TH_ISA_PLAIN; isa < TH_ISA_N; isa++)
        if (th_isa_runs_here((th_isa)isa)) ways[n].isa = (th_isa)isa, ways[n++].threads = 1;
    if (!by_layer) ways[n].isa = th_isa_host(), ways[n++].threads = 2;
    th_err err = TH_OK;
    for (int i = 0; i < n && !err; i++) err = prepare(&model->graphs[0], &ways[i], &why);
    for (int r = 0; r < ROUNDS && !err; r++)
        for (int i = 0; i < n && !err; i++) err = measure(&ways[i], by_layer);
    if (err) fprintf(stderr, "%s: %s\n", name, why.text);
    for (int i = 0; i < n; i++) {
        if (!err && by_layer) print_layers(name, &ways[i]);
        if (!err && !by_layer)
            printf("kernels,%s,%s,%d,%.4f,%.1f\n", name, th_isa_name(ways[i].isa), ways[i].threads,
                   ways[i].best_s * 1e3, ways[0].best_s / ways[i].best_s);
        th_runner_free(ways[i].runner);
        th_plan_free(ways[i].plan);
    }
    th_model_free(model);
    return 0; /* some models of the folder can't be run, on purpose */
}

static int bench_folder(bool by_layer)
{
    const char *shared = getenv("THIMBLE_SHARED");
    char folder[2048], path[4096];
    snprintf(folder, sizeof folder, "%s/models", shared ? shared : "../shared");
    struct dirent **list;
    const int n = scandir(folder, &list, NULL, alphasort);
    if (n < 0) return printf("SKIPPED: %s is not here\n", folder), 0;
    int rc = 0;
    for (int i = 0; i < n; i++) {
        const char *dot = strrchr(list[i]->d_name, '.');
        snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
        if (dot && strcmp(dot, ".tflite") == 0) rc |= bench(path, by_layer);
        free(list[i]);
    }
    free(list);
    return rc;
}

int main(int argc, char **argv)
{
    const bool by_layer = argc > 1 && strcmp(argv[1], "--layers") == 0;
    int rc = 0;
    if (argc == 1 + by_layer) return bench_folder(by_layer);
    for (int i = 1 + by_layer; i < argc; i++) rc |= bench(argv[i], by_layer);
    return rc;
}
