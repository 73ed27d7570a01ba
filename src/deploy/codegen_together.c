/* One model wakes another, as C: a cascade of two (codegen_cascade.c), and when the second is woken (dsp/wake.h). */
#include "deploy/codegen_priv.h"

static void write_h(th_writer *w)
{
    th_code_banner(w, "model_together.h", "when the first model wakes the second");
    th_writer_add(w, "#ifndef MODEL_TOGETHER_H\n#define MODEL_TOGETHER_H\n\n#include \"dsp/wake.h\"\n\n"
                     "/* Set to how it was deployed; README.md has the loop around it. */\n"
                     "extern th_wake model_wake;\n\n#endif\n");
}

static void write_c(const th_wake_cfg *cfg, th_writer *w)
{
    th_code_banner(w, "model_together.c", "when the first model wakes the second");
    th_writer_add(w,
                  "#include \"model_together.h\"\n\n"
                  "th_wake model_wake = {.cfg = {.label = %d, .answers = %d, .skip = %d, .rate = %d}};\n",
                  (int)cfg->label, (int)cfg->answers, (int)cfg->skip, (int)cfg->rate);
}

/* How the first model gets what it needs, until it says the word. */
static void write_first(th_writer *w, const th_app *app)
{
    if (app->sound)
        th_writer_add(w,
                      "    static void on_detect(void *ctx, const th_detection *d)\n    {\n"
                      "        th_wake_by(&model_wake, d->label);            /* model1_labels[d->label] was heard */\n"
                      "    }\n\n    model1_listen_start(0);\n    for (;;) {\n"
                      "        model1_listen(samples, n, on_detect, 0, 0);   /* a few ms of sound at a time */\n");
    else if (app->sensor)
        th_writer_add(w, "    model1_watch_start(0);\n    for (;;) {\n"
                         "        if (model1_watch(row, &seen, &changed) && changed) th_wake_by(&model_wake, "
                         "seen.state);\n");
    else
        th_writer_add(w, "    for (;;) {\n"
                         "        model1_camera_start();\n"
                         "        do read_row(line); while (!model1_camera_row(line));\n"
                         "        if (!model1_camera_answer(&label, &score) && label != before)\n"
                         "            th_wake_by(&model_wake, before = label);\n");
}

/* How the second one answers, and what comes after the last answer. */
static void write_second(th_writer *w, const th_app *first, const th_app *second)
{
    th_writer_add(w, "        while (model_wake.left) {\n");
    if (second->sound)
        th_writer_add(w, "            model2_listen_start(0);                   /* then model2_listen, a clip */\n"
                         "            best_of(scores, &label, &score);          /* from its on_scores */\n");
    else if (second->sensor)
        th_writer_add(w,
                      "            model2_watch_start(0);                    /* before the first answer of a look */\n"
                      "            do read_row(row); while (!model2_watch(row, &seen, &changed));\n"
                      "            label = seen.state; score = seen.score;\n");
    else
        th_writer_add(w, "            model2_camera_start();                    /* a frame begins */\n"
                         "            do read_row(line); while (!model2_camera_row(line));\n"
                         "            if (model2_camera_answer(&label, &score)) label = -1;\n");
    th_writer_add(w,
                  "            if (!th_wake_answer(&model_wake, label, score)) continue;\n"
                  "            /* the look is over: model2_labels[model_wake.label], model_wake.score / 256 sure */\n"
                  "%s        }\n    }\n\n",
                  first->sound ? "            model1_listen_start(0);                   /* sound of before is gone */\n"
                  : first->sensor ? "            th_window_gap(&model1_watcher.window);    /* rows were lost */\n"
                                  : "");
}

static void write_usage(th_writer *w, const th_code_part part[2], const th_wake_cfg *cfg)
{
    th_writer_add(w, "The first model is always on. What it says may wake the second, which looks and answers; then "
                     "the first goes on.\nBoth use the same arena, so while one of them is at work nothing of the "
                     "other may run.\n\n    #include \"model.h\"\n    #include \"model_together.h\"\n");
    for (int i = 0; i < 2; i++)
        th_writer_add(w, "    #include \"model%d_%s.h\"\n", i + 1,
                      part[i].app->sound    ? "audio"
                      : part[i].app->sensor ? "sensor"
                                            : "camera");
    th_writer_add(w, "\n");
    if (!part[0].app->sound) th_writer_add(w, "    model_init();\n    th_wake_start(&model_wake);\n");
    write_first(w, part[0].app);
    write_second(w, part[0].app, part[1].app);
    th_writer_add(w, "%sLabel %d of the first wakes the second, for %d answer%s.\n",
                  part[0].app->sound ? "Before it: `model_init(); th_wake_start(&model_wake);`. " : "", (int)cfg->label,
                  (int)cfg->answers, cfg->answers > 1 ? "s, of which the surest counts" : "");
}

th_err th_code_make_together(const th_code_part part[2], const th_wake_cfg *cfg, th_code *code, th_why *why)
{
    TH_TRY(th_code_make_several(part, 2, TH_CODE_TOGETHER, code, why));
    th_writer *h = th_code_add_file(code, "model_together.h"), *c = th_code_add_file(code, "model_together.c");
    write_h(h);
    write_c(cfg, c);
    write_usage(&code->usage, part, cfg);
    if (h->err || c->err || code->usage.err) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    if (part[1].app->sound) TH_TRY(th_embed_add(&code->ring, "dsp/camera.h", why)); /* th_camera_best */
    return th_embed_add(&code->ring, "dsp/wake.h", why);
}
