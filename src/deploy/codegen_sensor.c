/* What stands around a network that watches a sensor: blocks of features with their tables, the labels, the limit. */
#include "deploy/codegen_priv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int32_t states_of(const th_sensor *s)
{
    return s->answer == TH_ANSWER_LABELS ? s->n_labels : 2;
}

static void write_h(const th_sensor *s, size_t bytes, th_writer *w)
{
    th_code_banner(w, "model_sensor.h", "watching a sensor with the network of model.h");
    th_writer_add(w,
                  "#ifndef MODEL_SENSOR_H\n#define MODEL_SENSOR_H\n\n#include \"dsp/watcher.h\"\n\n"
                  "#define MODEL_AXES %d\n#define MODEL_LABELS %d\n#define MODEL_WATCHER_BYTES %zu\n"
                  "#define MODEL_ANSWER_BYTES (MODEL_OUTPUT0_BYTES)\n\n",
                  (int)s->block.n_axes, (int)states_of(s), bytes);
    if (s->learn > 0)
        th_writer_add(
            w,
            "/* The first %d windows after the start say what is usual at this machine: start it when all is\n"
            " * well. Until then model_watch gives 0 and model_watcher.learning is 1. */\n"
            "#define MODEL_LEARN_WINDOWS %d\n\n",
            (int)s->learn, (int)s->learn);
    th_writer_add(w, "extern const char *const model_labels[MODEL_LABELS]; /* UTF-8, by seen->state */\n"
                     "extern th_watcher model_watcher;\n\n"
                     "/* Starts with no row seen. network: 0 for the network itself. Returns 0. */\n"
                     "int model_watch_start(th_watch_fn *network);\n\n"
                     "/* A row of the sensor. 1: a window was judged; *changed: and it is something else than before,\n"
                     " * model_labels[seen->state], with seen->score / 256. */\n"
                     "int model_watch(const float row[MODEL_AXES], th_sighting *seen, int *changed);\n\n#endif\n");
}

static const char *const type_names[] = {[TH_BLOCK_F32] = "f32", [TH_BLOCK_S16] = "s16", [TH_BLOCK_S32] = "s32"};

static void table_name(char name[32], const th_block_table *t)
{
    if (t->part < 0)
        th_text_fmt(name, 32, "%s", t->name);
    else
        th_text_fmt(name, 32, "part%d_%s", (int)t->part, t->name);
}

static void write_tables(th_writer *w, const th_block *b, th_block_table *table, int32_t n)
{
    static const th_type types[] = {[TH_BLOCK_F32] = TH_F32, [TH_BLOCK_S16] = TH_S16, [TH_BLOCK_S32] = TH_S32};
    char name[32];
    (void)b;
    for (int32_t i = 0; i < n; i++) {
        if (!table[i].count) continue;
        table_name(name, &table[i]);
        th_writer_array(w, name, types[table[i].type], table[i].data, (size_t)table[i].count);
    }
}

static void write_part(th_writer *w, const th_block_part *p)
{
    th_writer_add(w,
                  "{.kind = (th_block_kind)%d, .axes = %d, .upright = %d, .what = %d, .n = %d, .peaks = %d, .frame = "
                  "%d, .hop = %d, "
                  ".n_fft = %d,\n"
                  "         .filter = {.kind = %d, .order = %d, .low_hz = ",
                  (int)p->kind, (int)p->axes, (int)p->upright, (int)p->what, (int)p->n, (int)p->peaks, (int)p->frame,
                  (int)p->hop, (int)p->n_fft, (int)p->filter.kind, (int)p->filter.order);
    th_writer_float(w, p->filter.low_hz);
    th_writer_add(w, ", .high_hz = ");
    th_writer_float(w, p->filter.high_hz);
    th_writer_add(w, "}, .floor = ");
    th_writer_float(w, p->floor);
    th_writer_add(w, "}");
}

static void write_step(th_writer *w, const th_block *b, int32_t k, const th_block_table *table, int32_t n)
{
    const th_block_step *s = &b->step[k];
    th_writer_add(
        w,
        "        {.run = th_block_%s, .n_f32 = %d, .n_s16 = %d, .n_s32 = %d, .n_out = %d, .advance = %d, .stride = %d",
        th_block_kind_name(b->cfg.part[k].kind), (int)s->n_f32, (int)s->n_s16, (int)s->n_s32, (int)s->n_out,
        (int)s->advance, (int)s->stride);
    for (int32_t i = 0; i < n; i++)
        if (table[i].part == k && table[i].count)
            th_writer_add(w, ", .%s = part%d_%s", type_names[table[i].type], (int)k, table[i].name);
    th_writer_add(w, "},\n");
}

static void write_block(th_writer *w, const th_block *b)
{
    const th_block_cfg *c = &b->cfg;
    th_block_table table[TH_BLOCK_TABLES];
    const int32_t n = th_block_tables(b, table);
    write_tables(w, b, table, n);
    th_writer_add(w,
                  "static const th_block block = {\n    .cfg = {.n_parts = %d, .n_axes = %d, .window = %d, .rate_hz = ",
                  (int)c->n_parts, (int)c->n_axes, (int)c->window);
    th_writer_float(w, c->rate_hz);
    th_writer_add(w, ", .part = {\n        ");
    for (int32_t k = 0; k < c->n_parts; k++) {
        write_part(w, &c->part[k]);
        th_writer_add(w, k + 1 < c->n_parts ? ",\n        " : "}},\n    .step = {\n");
    }
    for (int32_t k = 0; k < c->n_parts; k++) write_step(w, b, k, table, n);
    th_writer_add(w, "    },\n    .n_out = %d, .n_norm = %d", (int)b->n_out, (int)b->n_norm);
    if (b->mean && b->inv_std) th_writer_add(w, ", .mean = mean, .inv_std = inv_std");
    if (b->turn) th_writer_add(w, ", .turn = th_block_aligned");
    th_writer_add(w, "\n};\n\n");
}

static void write_numbers(th_writer *w, const char *name, const th_numbers *t)
{
    th_writer_add(w, "    cfg.%s.n = %d;\n    cfg.%s.scale = ", name, (int)t->n, name);
    th_writer_float(w, t->scale);
    th_writer_add(w, ";\n    cfg.%s.zero = %d;\n", name, (int)t->zero);
}

static void write_start(th_writer *w, const th_watcher_cfg *cfg)
{
    th_writer_add(w,
                  "int model_watch_start(th_watch_fn *network)\n{\n"
                  "    th_arena arena = th_arena_over(memory.byte, sizeof memory.byte);\n"
                  "    th_watcher_cfg cfg = {0};\n    cfg.block = &block;\n    cfg.scratch = %zu;\n    cfg.hop = %d;\n"
                  "    cfg.answer = (th_answer)%d;\n    cfg.limit = ",
                  cfg->scratch, (int)cfg->hop, (int)cfg->answer);
    th_writer_float(w, cfg->limit);
    th_writer_add(w, ";\n    cfg.least = ");
    th_writer_float(w, cfg->least);
    th_writer_add(w, ";\n");
    if (cfg->baseline) {
        th_writer_add(w,
                      "    cfg.baseline = &th_baseline_group;\n    cfg.learn = %d;\n    cfg.gain = ", (int)cfg->learn);
        th_writer_float(w, cfg->gain);
        th_writer_add(w, ";\n");
    }
    write_numbers(w, "in", &cfg->in);
    write_numbers(w, "out", &cfg->out);
    th_writer_add(w, "    cfg.network = network ? network : own_network;\n"
                     "    return th_watcher_init(&model_watcher, &cfg, &arena);\n}\n\n"
                     "int model_watch(const float row[MODEL_AXES], th_sighting *seen, int *changed)\n{\n"
                     "    return th_watcher_push(&model_watcher, row, seen, changed);\n}\n");
}

static void write_c(const th_plan *plan, const th_sensor *s, const th_block *b, const th_watcher_cfg *cfg, th_writer *w)
{
    th_code_banner(w, "model_sensor.c", "features, labels and limits");
    th_writer_add(w, "#include \"model_sensor.h\"\n\n#include \"dsp/block_priv.h\"\n#include \"model.h\"\n\n"
                     "#include <string.h>\n\n" TH_CODE_ALIGN_TEXT "\nconst char *const model_labels[MODEL_LABELS] = {");
    for (int32_t i = 0; i < states_of(s); i++) {
        th_writer_add(w, i ? ", " : "");
        th_writer_string(w, th_sensor_state(s, i));
    }
    th_writer_add(w, "};\n\nth_watcher model_watcher;\n"
                     "static union {\n    uint8_t byte[MODEL_WATCHER_BYTES];\n    int64_t whole;\n} memory "
                     "TH_CODE_ALIGN(16);\n\n");
    write_block(w, b);
    th_writer_add(w,
                  "static void own_network(void *ctx, const void *in, void *out)\n{\n    (void)ctx;\n%s"
                  "    memcpy(model_input(0), in, MODEL_INPUT0_BYTES);\n"
                  "    if (model_invoke())\n        memset(out, 0, MODEL_OUTPUT0_BYTES); /* no end */\n"
                  "    else\n        memcpy(out, model_output(0), MODEL_OUTPUT0_BYTES);\n}\n\n",
                  th_code_has_state(plan) ? "    model_init(); /* every window stands alone, as in training */\n" : "");
    write_start(w, cfg);
}

/* The files that run: those of the kinds that are there, not the table of all. */
static th_err add_sources(const th_block *b, th_code *code, th_why *why)
{
    char path[64];
    const int32_t n = b->cfg.n_parts;
    for (int32_t k = 0; k < n + (b->turn != NULL); k++) {
        const char *kind = th_block_kind_name(k < n ? b->cfg.part[k].kind : TH_BLOCK_ALIGNED);
        th_text_fmt(code->block[k], sizeof code->block[k], "th_block_%s", kind);
        th_text_fmt(path, sizeof path, "dsp/block_%s.c", kind);
        TH_TRY(th_embed_add(&code->ring, path, why));
    }
    TH_TRY(th_embed_add(&code->ring, "dsp/block_run.c", why));
    return th_embed_add(&code->ring, "dsp/watcher.h", why);
}

th_err th_code_sensor(const th_plan *plan, const th_sensor *s, th_code *code, th_why *why)
{
    th_watcher_cfg cfg;
    th_block block;
    const size_t bytes = th_block_mem(&s->block) + TH_ARENA_ALIGN;
    void *memory = malloc(bytes);
    if (!memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(memory, bytes);
    th_err err = th_sensor_watcher(s, plan->graph, &arena, &block, &cfg, why);
    if (!err) {
        code->listener_bytes = th_watcher_mem(&cfg);
        code->app_name[0] = "model_sensor.h";
        code->app_name[1] = "model_sensor.c";
        write_h(s, code->listener_bytes, &code->app_h);
        write_c(plan, s, &block, &cfg, &code->app_c);
        err = add_sources(&block, code, why);
    }
    free(memory);
    return err;
}
