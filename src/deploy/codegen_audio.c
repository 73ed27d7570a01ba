/* What stands around a keyword network: the front end's tables, the labels, the detector. */
#include "deploy/codegen_priv.h"
#include "dsp/listener.h"

#include <stdlib.h>

static th_err check_fit(const th_plan *plan, const th_pipeline *pipe, th_why *why)
{
    const th_graph *g = plan->graph;
    if (g->n_inputs != 1 || g->n_outputs != 1)
        return th_why_set(why, TH_ESHAPE, "a keyword network has one input and one output, this one has %d and %d",
                          (int)g->n_inputs, (int)g->n_outputs);
    const th_tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];
    if (in->type != TH_S8 || out->type != TH_S8 || in->quant.n != 1)
        return th_why_set(why, TH_EUNSUP, "the network is not int8: deploy the file that `thimble quantize` writes");
    if (th_shape_count(&in->shape) != pipe->n_frames * pipe->frontend.n_coef)
        return th_why_set(why, TH_ESHAPE, "the network takes %d values, the features of its metadata are %d x %d",
                          (int)th_shape_count(&in->shape), (int)pipe->n_frames, (int)pipe->frontend.n_coef);
    if (th_shape_count(&out->shape) != pipe->n_labels)
        return th_why_set(why, TH_ESHAPE, "the network gives %d scores, its metadata has %d labels",
                          (int)th_shape_count(&out->shape), (int)pipe->n_labels);
    return TH_OK;
}

static th_listener_cfg listener_cfg(const th_plan *plan, const th_pipeline *pipe, const th_frontend *f)
{
    const th_quant *q = &plan->graph->tensors[plan->graph->inputs[0]].quant;
    return (th_listener_cfg){
        .frontend = f,
        .n_frames = pipe->n_frames,
        .stride_frames = th_pipeline_stride_frames(pipe),
        .in_scale = q->scale[0],
        .in_zero = q->zero[0],
        .detector = th_pipeline_detector(pipe),
    };
}

int th_code_has_state(const th_plan *plan)
{
    const th_graph *g = plan->graph;
    if (plan->n_variables) return 1;
    for (int32_t i = 0; i < plan->n_sub; i++)
        if (plan->sub[i] && th_code_has_state(plan->sub[i])) return 1;
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (plan->steps[i].state_bytes) return 1;
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].is_variable) return 1;
    return 0;
}

static void write_h(const th_pipeline *pipe, size_t listener_bytes, th_writer *w)
{
    th_code_banner(w, "model_audio.h", "hearing words with the network of model.h");
    th_writer_add(w,
                  "#ifndef MODEL_AUDIO_H\n#define MODEL_AUDIO_H\n\n#include \"dsp/listener.h\"\n\n"
                  "#define MODEL_RATE_HZ %d\n#define MODEL_CLIP_SAMPLES %d /* what one inference hears */\n"
                  "#define MODEL_HOP_SAMPLES %d\n#define MODEL_LABELS %d\n#define MODEL_LISTENER_BYTES %zu\n\n",
                  (int)pipe->frontend.rate_hz, (int)pipe->clip_samples, (int)pipe->frontend.hop, (int)pipe->n_labels,
                  listener_bytes);
    th_writer_add(
        w, "extern const char *const model_labels[MODEL_LABELS]; /* UTF-8 */\n"
           "extern th_listener model_listener;\n\n"
           "/* Starts from silence. classify: 0 for the network itself. Returns 0. */\n"
           "int model_listen_start(th_classify_fn *classify);\n\n"
           "/* Feeds n samples, any n; on_detect is called for each word that is heard:\n"
           " * d->label counts in model_labels, d->score / 256 is the score, d->time_ms the time since the start.\n"
           " * on_scores may be 0. */\n"
           "void model_listen(const int16_t *pcm, int32_t n, th_on_detect_fn *on_detect,\n"
           "                  th_on_scores_fn *on_scores, void *ctx);\n\n#endif\n");
}

static void write_frontend(th_writer *w, const th_frontend *f)
{
    const th_frontend_cfg *c = &f->cfg;
    th_frontend_table table[TH_FRONTEND_TABLES];
    th_frontend_tables(f, table);
    for (int i = 0; i < TH_FRONTEND_TABLES; i++)
        if (table[i].data)
            th_writer_array(w, table[i].name, table[i].is_float ? TH_F32 : TH_S32, table[i].data,
                            (size_t)table[i].count);
    th_writer_add(w,
                  "static const th_frontend frontend = {\n"
                  "    .cfg = {.kind = %s, .rate_hz = %d, .window = %d, .hop = %d, .n_fft = %d, .n_mel = %d,\n"
                  "            .n_coef = %d, .low_hz = ",
                  c->kind == TH_MFCC ? "TH_MFCC" : "TH_LOGMEL", (int)c->rate_hz, (int)c->window, (int)c->hop,
                  (int)c->n_fft, (int)c->n_mel, (int)c->n_coef);
    th_writer_float(w, c->low_hz);
    th_writer_add(w, ", .high_hz = ");
    th_writer_float(w, c->high_hz);
    th_writer_add(w, "},\n    .n_twiddle = %d", (int)f->n_twiddle);
    for (int i = 0; i < TH_FRONTEND_TABLES; i++)
        if (table[i].data) th_writer_add(w, ",\n    .%s = %s", table[i].name, table[i].name);
    th_writer_add(w, "\n};\n\n");
}

static void write_cfg(th_writer *w, const th_listener_cfg *cfg, int shares)
{
    const th_detector_cfg *d = &cfg->detector;
    th_writer_add(w,
                  "int model_listen_start(th_classify_fn *classify)\n{\n"
                  "    static const th_detector_cfg detector = {\n"
                  "        .window_ms = %d, .suppress_ms = %d, .min_count = %d, .threshold = %d, .stride_ms = %d,\n"
                  "        .n_classes = %d, .keyword_mask = UINT32_C(%lu)\n    };\n",
                  (int)d->window_ms, (int)d->suppress_ms, (int)d->min_count, (int)d->threshold, (int)d->stride_ms,
                  (int)d->n_classes, (unsigned long)d->keyword_mask);
    th_writer_add(
        w,
        "    th_arena arena = th_arena_over(memory.byte, sizeof memory.byte);\n"
        "    th_listener_cfg cfg = {0};\n"
        "    cfg.frontend = &frontend;\n    cfg.n_frames = %d;\n    cfg.stride_frames = %d;\n    cfg.in_scale = ",
        (int)cfg->n_frames, (int)cfg->stride_frames);
    th_writer_float(w, cfg->in_scale);
    th_writer_add(w,
                  ";\n    cfg.in_zero = %d;\n    cfg.detector = detector;\n"
                  "    cfg.classify = classify ? classify : network;\n",
                  (int)cfg->in_zero);
    if (shares)
        th_writer_add(w, "    cfg.scratch = model_memory(); /* features and network take turns in the arena */\n");
    th_writer_add(w, "    return th_listener_init(&model_listener, &cfg, &arena);\n}\n\n"
                     "void model_listen(const int16_t *pcm, int32_t n, th_on_detect_fn *on_detect,\n"
                     "                  th_on_scores_fn *on_scores, void *ctx)\n{\n"
                     "    th_listener_push(&model_listener, pcm, n, on_detect, on_scores, ctx);\n}\n");
}

static void write_c(const th_plan *plan, const th_pipeline *pipe, const th_frontend *f, const th_listener_cfg *cfg,
                    int shares, th_writer *w)
{
    th_code_banner(w, "model_audio.c", "the front end's tables, the labels and the settings");
    th_writer_add(w, "#include \"model_audio.h\"\n\n#include \"model.h\"\n\n#include <string.h>\n\n" TH_CODE_ALIGN_TEXT
                     "\nconst char *const model_labels[MODEL_LABELS] = {");
    for (int i = 0; i < pipe->n_labels; i++) {
        th_writer_add(w, i ? ", " : "");
        th_writer_string(w, pipe->labels[i]);
    }
    th_writer_add(
        w,
        "};\n\nth_listener model_listener;\n"
        "static union {\n    uint8_t byte[MODEL_LISTENER_BYTES];\n    int64_t whole;\n} memory TH_CODE_ALIGN(16);\n\n");
    write_frontend(w, f);
    th_writer_add(
        w,
        "static void network(void *ctx, const int8_t *features, int8_t *scores)\n{\n    (void)ctx;\n%s"
        "    memcpy(model_input(0), features, MODEL_INPUT0_BYTES);\n"
        "    if (model_invoke())\n        memset(scores, -128, MODEL_LABELS); /* no end: nothing was heard */\n"
        "    else\n        memcpy(scores, model_output(0), MODEL_LABELS);\n}\n\n",
        th_code_has_state(plan) ? "    model_init(); /* every window is a clip of its own, as in training */\n" : "");
    write_cfg(w, cfg, shares);
}

th_err th_code_audio(const th_plan *plan, const th_pipeline *pipe, th_code *code, th_why *why)
{
    TH_TRY(check_fit(plan, pipe, why));
    const size_t bytes = th_frontend_mem(&pipe->frontend) + TH_ARENA_ALIGN;
    void *memory = malloc(bytes);
    if (!memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(memory, bytes);
    th_frontend f;
    th_err err = th_frontend_init(&f, &pipe->frontend, pipe->mean, pipe->inv_std, &arena);
    if (err) {
        free(memory);
        return th_why_set(why, err, "the model's feature settings are not valid");
    }
    th_listener_cfg cfg = listener_cfg(plan, pipe, &f);
    const int shares = !th_code_has_state(plan) && plan->own_bytes >= th_frontend_scratch(&f.cfg) * sizeof(float);
    float place;
    if (shares) cfg.scratch = &place; /* only looked at for being there */
    code->listener_bytes = th_listener_mem(&cfg);
    code->app_name[0] = "model_audio.h";
    code->app_name[1] = "model_audio.c";
    write_h(pipe, code->listener_bytes, &code->app_h);
    write_c(plan, pipe, &f, &cfg, shares, &code->app_c);
    free(memory);
    return TH_OK;
}
