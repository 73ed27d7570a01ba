/* Two networks of the same words as C: a cascade of two (codegen_cascade.c), and the gate between them (dsp/gate.h). */
#include "deploy/codegen_priv.h"

static void write_h(th_writer *w)
{
    th_code_banner(w, "model_gate.h", "the first network says which windows the second one judges");
    th_writer_add(w, "#ifndef MODEL_GATE_H\n#define MODEL_GATE_H\n\n#include \"dsp/gate.h\"\n#include "
                     "\"model2_audio.h\"\n\nextern const th_gate model_gate;\n\n"
                     "/* In place of model2_listen_start(0); then model2_listen as ever. Returns 0. */\n"
                     "int model_gate_start(void);\n\n#endif\n");
}

static void write_c(const th_gate *g, th_writer *w)
{
    th_code_banner(w, "model_gate.c", "the first network says which windows the second one judges");
    th_writer_add(w, "#include \"model_gate.h\"\n\n#include \"model.h\"\n\n#include <string.h>\n\n" TH_CODE_ALIGN_TEXT
                     "\n");
    th_writer_array(w, "gain", TH_F32, g->gain, (size_t)g->n_coef);
    th_writer_array(w, "shift", TH_F32, g->shift, (size_t)g->n_coef);
    th_writer_add(w,
                  "const th_gate model_gate = {.labels = UINT32_C(%lu), .n_small = %d, .least = %d, .n_large = %d,\n"
                  "                            .quiet = %d, .zero = %d, .n_coef = %d, .gain = gain, .shift = shift,\n"
                  "                            .small_scale = ",
                  (unsigned long)g->labels, (int)g->n_small, (int)g->least, (int)g->n_large, (int)g->quiet,
                  (int)g->zero, (int)g->n_coef);
    th_writer_float(w, g->small_scale);
    th_writer_add(w,
                  ", .small_zero = %d};\n\n"
                  "static void network(void *ctx, const int8_t *features, int8_t *scores)\n{\n    (void)ctx;\n"
                  "    model1_init(); /* every window is a clip of its own, as in training */\n"
                  "    th_gate_features(&model_gate, features, MODEL1_INPUT0_BYTES, (int8_t *)model1_input(0));\n"
                  "    th_gate_shut(&model_gate, scores);\n"
                  "    if (model1_invoke() || !th_gate_opens(&model_gate, (const int8_t *)model1_output(0))) return;\n"
                  "    model2_init();\n"
                  "    memcpy(model2_input(0), features, MODEL2_INPUT0_BYTES);\n"
                  "    if (!model2_invoke()) memcpy(scores, model2_output(0), MODEL2_LABELS);\n}\n\n"
                  "int model_gate_start(void)\n{\n    return model2_listen_start(network);\n}\n",
                  (int)g->small_zero);
}

static void write_usage(th_writer *w, const th_pipeline *pipe)
{
    th_writer_add(w,
                  "Both networks hear the same words. The first, small one judges every window; where it takes "
                  "something for a word, the\nsecond judges the window too, and only what that says counts. Both use "
                  "the same features and the same arena.\n\n"
                  "    #include \"model.h\"\n    #include \"model_gate.h\"\n\n"
                  "    static void on_detect(void *ctx, const th_detection *d)\n    {\n"
                  "        /* model2_labels[d->label] was heard, d->time_ms after the start */\n    }\n\n"
                  "    model_init();\n    model_gate_start();\n"
                  "    for (;;) model2_listen(samples, n, on_detect, 0, 0);  /* 16-bit, mono, %d Hz, any n */\n\n",
                  (int)pipe->frontend.rate_hz);
}

th_err th_code_make_gate(const th_code_part part[2], const th_gate *gate, th_code *code, th_why *why)
{
    TH_TRY(th_code_make_several(part, 2, TH_CODE_GATE, code, why));
    th_writer *h = th_code_add_file(code, "model_gate.h"), *c = th_code_add_file(code, "model_gate.c");
    write_h(h);
    write_c(gate, c);
    write_usage(&code->usage, part[1].app->sound);
    if (h->err || c->err || code->usage.err) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    return th_embed_add(&code->ring, "dsp/gate.h", why);
}
