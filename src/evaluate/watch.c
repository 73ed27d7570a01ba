#include "evaluate/watch.h"

#include "os/run.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 }; /* rows between two looks for Ctrl-C */

struct th_watch {
    th_runner *runner;
    th_err err; /* of an inference */
    size_t in_bytes, out_bytes;
    void *tables, *memory;
    th_block block;
    th_watcher watcher;
    th_watcher_cfg cfg;
    size_t memory_bytes;
};

static void network(void *ctx, const void *in, void *out)
{
    th_watch *w = ctx;
    th_runner_reset(w->runner); /* every window stands alone, as in training */
    memcpy(th_runner_input(w->runner, 0), in, w->in_bytes);
    if (!w->err) w->err = th_runner_invoke(w->runner, NULL, NULL);
    memcpy(out, th_runner_output(w->runner, 0), w->out_bytes);
}

static th_err setup(th_watch *w, const th_sensor *s, const th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    const size_t tables = th_block_mem(&s->block) + TH_ARENA_ALIGN;
    w->tables = malloc(tables);
    if (!w->tables) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(w->tables, tables);
    TH_TRY(th_sensor_watcher(s, g, &arena, &w->block, &w->cfg, why));
    w->in_bytes = th_tensor_bytes(&g->tensors[g->inputs[0]]);
    w->out_bytes = th_tensor_bytes(&g->tensors[g->outputs[0]]);
    w->cfg.network = network;
    w->cfg.ctx = w;
    w->memory_bytes = th_watcher_mem(&w->cfg) + TH_ARENA_ALIGN;
    w->memory = malloc(w->memory_bytes);
    if (!w->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    return th_runner_new(plan, &w->runner, why);
}

th_err th_watch_new(const th_sensor *s, const th_plan *plan, th_watch **watch, th_why *why)
{
    th_watch *w = *watch = calloc(1, sizeof *w);
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = setup(w, s, plan, why);
    if (!err) err = th_watch_start(w, why);
    if (!err) return TH_OK;
    th_watch_free(w);
    *watch = NULL;
    return err;
}

th_err th_watch_start(th_watch *w, th_why *why)
{
    th_arena arena = th_arena_over(w->memory, w->memory_bytes);
    const th_err err = th_watcher_init(&w->watcher, &w->cfg, &arena);
    return err ? th_why_set(why, err, "the model's settings for its sensor are not valid") : TH_OK;
}

void th_watch_gap(th_watch *w)
{
    th_window_gap(&w->watcher.window);
}

th_err th_watch_row(th_watch *w, const float *row, th_sighting *seen, bool *changed, const void **answer, th_why *why)
{
    int differs;
    const int full = th_watcher_push(&w->watcher, row, seen, &differs);
    if (w->err) return th_why_set(why, w->err, "the network stopped: %s", th_err_text(w->err));
    *answer = full ? w->watcher.out : NULL;
    *changed = differs != 0;
    return TH_OK;
}

size_t th_watch_answer_bytes(const th_watch *w)
{
    return w->out_bytes;
}

void th_watch_free(th_watch *w)
{
    if (!w) return;
    th_runner_free(w->runner);
    free(w->memory);
    free(w->tables);
    free(w);
}

static th_err feed(th_watch *w, const float *rows, int64_t n, th_on_window_fn *on_window, void *ctx, th_why *why)
{
    const size_t axes = (size_t)w->block.cfg.n_axes;
    for (int64_t i = 0; i < n; i++, rows += axes) {
        th_sighting seen;
        bool changed = false;
        const void *answer = NULL;
        if (i % BLOCK == 0 && th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(th_watch_row(w, rows, &seen, &changed, &answer, why));
        if (answer) on_window(ctx, answer, w->out_bytes, changed ? &seen : NULL);
    }
    return TH_OK;
}

th_err th_watch_run(const th_sensor *s, const th_plan *plan, const float *rows, int64_t n, th_on_window_fn *on_window,
                    void *ctx, th_why *why)
{
    th_watch *w;
    TH_TRY(th_watch_new(s, plan, &w, why));
    const th_err err = feed(w, rows, n, on_window, ctx, why);
    th_watch_free(w);
    return err;
}
