#include "evaluate/stream.h"

#include "os/run.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 }; /* samples between two looks for Ctrl-C */

struct th_stream {
    th_runner *runner;
    th_err err; /* of an inference */
    size_t in_bytes, out_bytes;
    void *tables, *memory;
    size_t memory_bytes;
    th_frontend frontend;
    th_listener_cfg cfg;
    th_listener listener;
    th_runner *small; /* NULL: without a gate */
    const th_gate *gate;
    th_on_small_fn *on_small;
    void *small_ctx;
    th_on_features_fn *on_features; /* NULL: nobody wants to see them */
    void *features_ctx;
};

/* Whether the small network lets this window through. */
static bool gate_opens(th_stream *s, const int8_t *features)
{
    th_runner_reset(s->small);
    th_gate_features(s->gate, features, (int32_t)s->in_bytes, th_runner_input(s->small, 0));
    if (!s->err) s->err = th_runner_invoke(s->small, NULL, NULL);
    const int8_t *scores = th_runner_output(s->small, 0);
    const bool open = th_gate_opens(s->gate, scores) != 0;
    if (s->on_small) s->on_small(s->small_ctx, scores, open);
    return open;
}

static void classify(void *ctx, const int8_t *features, int8_t *scores)
{
    th_stream *s = ctx;
    if (s->on_features)
        s->on_features(s->features_ctx, (s->listener.n_done - s->cfg.n_frames) * s->frontend.cfg.hop, features,
                       s->in_bytes);
    if (s->small && !gate_opens(s, features)) {
        th_gate_shut(s->gate, scores);
        return;
    }
    th_runner_reset(s->runner); /* every window is a clip of its own, as in training */
    memcpy(th_runner_input(s->runner, 0), features, s->in_bytes);
    if (!s->err) s->err = th_runner_invoke(s->runner, NULL, NULL);
    memcpy(scores, th_runner_output(s->runner, 0), s->out_bytes);
}

static th_err check_fit(const th_pipeline *p, const th_graph *g, th_why *why)
{
    if (g->n_inputs != 1 || g->n_outputs != 1)
        return th_why_set(why, TH_ESHAPE, "the network has %d inputs and %d outputs; a keyword network has one of each",
                          (int)g->n_inputs, (int)g->n_outputs);
    const th_tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];
    if (in->type != TH_S8 || out->type != TH_S8 || in->quant.n != 1)
        return th_why_set(why, TH_EUNSUP, "the streaming run needs the int8 network: thimble quantize makes it");
    if (th_shape_count(&in->shape) != p->n_frames * p->frontend.n_coef || th_shape_count(&out->shape) != p->n_labels)
        return th_why_set(why, TH_ESHAPE, "the network's shapes are not those of its metadata");
    return TH_OK;
}

static th_err setup(th_stream *s, const th_pipeline *p, const th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    TH_TRY(check_fit(p, g, why));
    const th_tensor *in = &g->tensors[g->inputs[0]];
    s->in_bytes = th_tensor_bytes(in);
    s->out_bytes = th_tensor_bytes(&g->tensors[g->outputs[0]]);
    const size_t table_bytes = th_frontend_mem(&p->frontend);
    s->tables = malloc(table_bytes + TH_ARENA_ALIGN);
    if (!s->tables) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(s->tables, table_bytes + TH_ARENA_ALIGN);
    th_err err = th_frontend_init(&s->frontend, &p->frontend, p->mean, p->inv_std, &arena);
    if (err) return th_why_set(why, err, "the model's feature settings are not valid");
    s->cfg = (th_listener_cfg){.frontend = &s->frontend,
                               .n_frames = p->n_frames,
                               .stride_frames = th_pipeline_stride_frames(p),
                               .in_scale = in->quant.scale[0],
                               .in_zero = in->quant.zero[0],
                               .detector = th_pipeline_detector(p),
                               .classify = classify,
                               .ctx = s};
    s->memory_bytes = th_listener_mem(&s->cfg) + TH_ARENA_ALIGN;
    s->memory = malloc(s->memory_bytes);
    if (!s->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    return th_runner_new(plan, &s->runner, why);
}

th_err th_stream_new(const th_pipeline *pipe, const th_plan *plan, th_stream **stream, th_why *why)
{
    th_stream *s = *stream = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = setup(s, pipe, plan, why);
    if (!err) return TH_OK;
    th_stream_free(s);
    *stream = NULL;
    return err;
}

th_err th_stream_gate(th_stream *s, const th_plan *small, const th_gate *gate, th_on_small_fn *on_small, void *ctx,
                      th_why *why)
{
    s->gate = gate;
    s->on_small = on_small;
    s->small_ctx = ctx;
    return th_runner_new(small, &s->small, why);
}

void th_stream_show_features(th_stream *s, th_on_features_fn *on_features, void *ctx)
{
    s->on_features = on_features;
    s->features_ctx = ctx;
}

th_err th_stream_start(th_stream *s, th_why *why)
{
    th_arena arena = th_arena_over(s->memory, s->memory_bytes);
    const th_err err = th_listener_init(&s->listener, &s->cfg, &arena);
    return err ? th_why_set(why, err, "the model's detection settings are not valid") : TH_OK;
}

void th_stream_free(th_stream *s)
{
    if (!s) return;
    th_runner_free(s->small);
    th_runner_free(s->runner);
    free(s->memory);
    free(s->tables);
    free(s);
}

th_err th_stream_push(th_stream *s, const int16_t *pcm, int64_t n, th_on_detect_fn *on_detect,
                      th_on_scores_fn *on_scores, void *ctx, th_why *why)
{
    for (int64_t i = 0; i < n; i += BLOCK) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        th_listener_push(&s->listener, pcm + i, (int32_t)(n - i < BLOCK ? n - i : BLOCK), on_detect, on_scores, ctx);
        if (s->err) return th_why_set(why, s->err, "%s", th_err_text(s->err));
    }
    return TH_OK;
}

th_err th_stream_run(const th_pipeline *pipe, const th_plan *plan, const int16_t *pcm, int64_t n,
                     th_on_detect_fn *on_detect, th_on_scores_fn *on_scores, void *ctx, th_why *why)
{
    th_stream *s;
    TH_TRY(th_stream_new(pipe, plan, &s, why));
    th_err err = th_stream_start(s, why);
    if (!err) err = th_stream_push(s, pcm, n, on_detect, on_scores, ctx, why);
    th_stream_free(s);
    return err;
}

/* The first inference of a clip is the clip's. */
typedef struct first {
    int8_t *scores;
    size_t n;
    int32_t seen;
} first;

static void ignore(void *ctx, const th_detection *d)
{
    (void)ctx;
    (void)d;
}

static void take_first(void *ctx, int32_t time_ms, const int8_t *scores)
{
    first *f = ctx;
    (void)time_ms;
    if (!f->seen++) memcpy(f->scores, scores, f->n);
}

th_err th_stream_clip(th_stream *s, const int16_t *pcm, int32_t n, int8_t *scores, th_why *why)
{
    first f = {scores, s->out_bytes, 0};
    TH_TRY(th_stream_start(s, why));
    TH_TRY(th_stream_push(s, pcm, n, ignore, take_first, &f, why));
    return f.seen ? TH_OK : th_why_set(why, TH_ESHAPE, "a clip of the model is shorter than what its network hears");
}

th_err th_stream_clips(const th_pipeline *pipe, const th_plan *plan, const int16_t *pcm, int32_t n_clips,
                       int8_t *scores, th_why *why)
{
    th_stream *s;
    TH_TRY(th_stream_new(pipe, plan, &s, why));
    th_err err = TH_OK;
    for (int32_t i = 0; i < n_clips && !err; i++)
        err = th_stream_clip(s, pcm + (size_t)i * (size_t)pipe->clip_samples, pipe->clip_samples,
                             scores + (size_t)i * s->out_bytes, why);
    th_stream_free(s);
    return err;
}
