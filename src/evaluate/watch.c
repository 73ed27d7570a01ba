#include "evaluate/watch.h"

#include "os/run.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 }; /* rows between two looks for Ctrl-C */

typedef struct watch {
    th_runner *runner;
    th_err err; /* of an inference */
    size_t in_bytes, out_bytes;
    void *tables, *memory;
    th_block block;
    th_watcher watcher;
} watch;

static void network(void *ctx, const void *in, void *out)
{
    watch *w = ctx;
    th_runner_reset(w->runner); /* every window stands alone, as in training */
    memcpy(th_runner_input(w->runner, 0), in, w->in_bytes);
    if (!w->err) w->err = th_runner_invoke(w->runner, NULL, NULL);
    memcpy(out, th_runner_output(w->runner, 0), w->out_bytes);
}

static th_err setup(watch *w, const th_sensor *s, const th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    th_watcher_cfg cfg;
    const size_t tables = th_block_mem(&s->block) + TH_ARENA_ALIGN;
    w->tables = malloc(tables);
    if (!w->tables) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(w->tables, tables);
    TH_TRY(th_sensor_watcher(s, g, &arena, &w->block, &cfg, why));
    w->in_bytes = th_tensor_bytes(&g->tensors[g->inputs[0]]);
    w->out_bytes = th_tensor_bytes(&g->tensors[g->outputs[0]]);
    cfg.network = network;
    cfg.ctx = w;
    const size_t bytes = th_watcher_mem(&cfg) + TH_ARENA_ALIGN;
    w->memory = malloc(bytes);
    if (!w->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    arena = th_arena_over(w->memory, bytes);
    const th_err err = th_watcher_init(&w->watcher, &cfg, &arena);
    if (err) return th_why_set(why, err, "the model's settings for its sensor are not valid");
    return th_runner_new(plan, &w->runner, why);
}

static th_err feed(watch *w, const float *rows, int64_t n, th_on_window_fn *on_window, void *ctx, th_why *why)
{
    const size_t axes = (size_t)w->block.cfg.n_axes;
    for (int64_t i = 0; i < n; i++, rows += axes) {
        th_sighting seen;
        int changed;
        if (i % BLOCK == 0 && th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        const int full = th_watcher_push(&w->watcher, rows, &seen, &changed);
        if (w->err) return th_why_set(why, w->err, "the network stopped: %s", th_err_text(w->err));
        if (full) on_window(ctx, w->watcher.out, w->out_bytes, changed ? &seen : NULL);
    }
    return TH_OK;
}

th_err th_watch_run(const th_sensor *s, const th_plan *plan, const float *rows, int64_t n, th_on_window_fn *on_window,
                    void *ctx, th_why *why)
{
    watch w = {0};
    th_err err = setup(&w, s, plan, why);
    if (!err) err = feed(&w, rows, n, on_window, ctx, why);
    th_runner_free(w.runner);
    free(w.memory);
    free(w.tables);
    return err;
}
