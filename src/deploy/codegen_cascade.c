/* Several models as C, in one arena.  Each is written as a model alone would be, and then gets names of its own:
 *
 *   model_invoke  -> model2_invoke      MODEL_INPUTS -> MODEL2_INPUTS      "model.h" -> "model2.h"
 *
 * The arena is defined once, in model.c, beside what calls the models by their numbers. */
#include "deploy/codegen_priv.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool in_name(char c)
{
    return c == '_' || isalnum((unsigned char)c);
}

/* Whether a name of the generated code's own begins at text + i. */
static bool is_own(const char *text, size_t i)
{
    const char *c = text + i;
    if (i && in_name(c[-1])) return false;
    return strncmp(c, "model_", 6) == 0 || strncmp(c, "MODEL_", 6) == 0 || strncmp(c, "model.h", 7) == 0 ||
           strncmp(c, "model.c", 7) == 0;
}

/* Puts the model's number behind each "model". Strings are left alone (a label may be called so), but for those of
 * #include: the generator writes escapes as octal numbers, so a quotation mark always begins or ends one. */
static void rename_all(th_writer *w, int32_t number)
{
    th_writer to = {0};
    const char *text = w->text ? w->text : "";
    bool include = false, string = false;
    size_t from = 0, i = 0;
    for (; text[i]; i++) {
        if (!i || text[i - 1] == '\n') {
            include = strncmp(text + i, "#include", 8) == 0;
            string = false;
        }
        if (text[i] == '"') string = !string;
        if ((string && !include) || !is_own(text, i)) continue;
        th_writer_add(&to, "%.*s%d", (int)(i + 5 - from), text + from, (int)number);
        from = i + 5;
    }
    th_writer_add(&to, "%s", text + from);
    if (w->err) to.err = w->err;
    th_writer_free(w);
    *w = to;
}

/* Moves a file of one model to the files of all. */
static void take(th_code *all, th_writer *text, int32_t number, const char *name, bool test)
{
    if (!text->n) return;
    th_code_file *file = &all->more[all->n_more++];
    rename_all(text, number);
    th_text_fmt(file->name, sizeof file->name, "model%d%s", (int)number, name);
    file->test = test;
    file->text = *text;
    *text = (th_writer){0};
}

static th_err add_model(const th_code_part *part, int32_t number, th_code *all, th_why *why)
{
    th_code *one = malloc(sizeof *one);
    if (!one) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    th_err err = th_code_make_one(part->plan, part->app, number, one, why);
    if (!err) {
        take(all, &one->model_h, number, ".h", false);
        take(all, &one->model_c, number, ".c", false);
        if (one->app_c.n) {
            take(all, &one->app_h, number, one->app_name[0] + strlen("model"), false);
            take(all, &one->app_c, number, one->app_name[1] + strlen("model"), false);
        }
        take(all, &one->selftest_c, number, "_selftest.c", true);
        all->listener_bytes += one->listener_bytes;
        all->weight_bytes += one->weight_bytes;
    }
    for (size_t i = 0; !err && i < one->ring.n; i++) err = th_embed_add(&all->ring, one->ring.file[i]->path, why);
    th_code_free(one);
    free(one);
    return err;
}

th_writer *th_code_add_file(th_code *code, const char *name)
{
    th_code_file *file = &code->more[code->n_more++];
    th_text_fmt(file->name, sizeof file->name, "%s", name);
    return &file->text;
}

static void write_arena_h(th_code *all)
{
    th_writer *w = th_code_add_file(all, "arena.h");
    th_code_banner(w, "arena.h", "the memory of all models");
    th_writer_add(w,
                  "#ifndef ARENA_H\n#define ARENA_H\n\n#include <stdint.h>\n\n"
                  "/* Every tensor that is not constant, where the planner put it. */\n"
                  "typedef union shared_arena_t {\n    uint8_t byte[%zu];\n    int64_t whole;\n    double real;\n"
                  "} shared_arena_t;\nextern shared_arena_t shared_arena;\n\n#endif\n",
                  all->arena_bytes ? all->arena_bytes : 1);
}

static void write_h(const th_code_part *part, int32_t n, unsigned how, const th_code *all, th_writer *w)
{
    th_code_banner(w, "model.h", "models in one arena, each of which may wake the next");
    th_writer_add(w,
                  "#ifndef MODEL_H\n#define MODEL_H\n\n#include <stdint.h>\n\n"
                  "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
                  "#define MODEL_CASCADE %d /* models; their numbers here are 0 .. MODEL_CASCADE - 1 */\n"
                  "#define MODEL_AUDIO 0 /* a model's own: MODEL1_AUDIO in model1.h */\n"
                  "#define MODEL_ARENA_BYTES %zu\n"
                  "/* 1: a model's outputs stand until the last one of the round has run; 0: until the inputs of the "
                  "next\n * one are written. */\n#define MODEL_KEPT %d\n%s\n",
                  (int)n, all->arena_bytes, how & TH_CODE_KEPT ? 1 : 0,
                  how & TH_CODE_TOGETHER
                      ? "#define MODEL_TOGETHER 1 /* the first wakes the second: model_together.h */\n"
                  : how & TH_CODE_GATE ? "#define MODEL_GATE 1 /* the first lets windows through: model_gate.h */\n"
                                       : "");
    for (int32_t i = 0; i < n; i++) {
        const char *name = strrchr(part[i].file, '/');
        th_writer_add(w, "#include \"model%d.h\" /* ", (int)i + 1);
        for (const char *c = name ? name + 1 : part[i].file; *c; c++) th_writer_add(w, "%c", in_name(*c) ? *c : '.');
        th_writer_add(w, " */\n");
    }
    th_writer_add(w,
                  "\n/* Sets the state of all models back. 0, or the first error. */\nint model_init(void);\n\n"
                  "int model_inputs(int model);\nint model_outputs(int model);\n"
                  "uint32_t model_input_bytes(int model, int index);\n"
                  "uint32_t model_output_bytes(int model, int index);\n"
                  "void *model_input(int model, int index);\nconst void *model_output(int model, int index);\n\n"
                  "/* Runs one of them. 0, or -1 when a loop in it came to no end. */\nint model_invoke(int model);\n\n"
                  "/* One round: the first model runs, then the next as long as the one before wakes it.\n"
                  " *   fill  writes the inputs of a model that is to run\n"
                  " *   wake  a model has run: looks at its outputs; not 0: the next one is to run\n"
                  " * How many have run; -1: a loop came to no end. */\n"
                  "typedef void model_fill_fn(void *ctx, int model);\n"
                  "typedef int model_wake_fn(void *ctx, int model);\n"
                  "int model_round(model_fill_fn *fill, model_wake_fn *wake, void *ctx);\n\n"
                  "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* A function of the model's number: "return CALL;" with each model's number in it. */
static void write_switch(th_writer *w, int32_t n, const char *head, const char *call)
{
    th_writer_add(w, "\n%s\n{\n    switch (model) {\n", head);
    for (int32_t i = n; i > 0; i--) {
        if (i > 1)
            th_writer_add(w, "    case %d: return ", (int)i - 1);
        else
            th_writer_add(w, "    default: return ");
        for (const char *c = call; *c; c++) {
            if (*c == '#')
                th_writer_add(w, "%d", (int)i);
            else
                th_writer_add(w, "%c", *c);
        }
        th_writer_add(w, ";\n");
    }
    th_writer_add(w, "    }\n}\n");
}

static void write_c(int32_t n, th_writer *w)
{
    th_code_banner(w, "model.c", "the arena of all models, and their round");
    th_writer_add(w, "#include \"model.h\"\n\n#include \"arena.h\"\n\n" TH_CODE_ALIGN_TEXT
                     "\nshared_arena_t shared_arena TH_CODE_ALIGN(16);\n\nint model_init(void)\n{\n    int err = 0;\n");
    for (int32_t i = 1; i <= n; i++) th_writer_add(w, "    if (!err) err = model%d_init();\n", (int)i);
    th_writer_add(w, "    return err;\n}\n");
    write_switch(w, n, "int model_inputs(int model)", "MODEL#_INPUTS");
    write_switch(w, n, "int model_outputs(int model)", "MODEL#_OUTPUTS");
    write_switch(w, n, "uint32_t model_input_bytes(int model, int index)", "model#_input_bytes[index]");
    write_switch(w, n, "uint32_t model_output_bytes(int model, int index)", "model#_output_bytes[index]");
    write_switch(w, n, "void *model_input(int model, int index)", "model#_input(index)");
    write_switch(w, n, "const void *model_output(int model, int index)", "model#_output(index)");
    write_switch(w, n, "int model_invoke(int model)", "model#_invoke()");
    th_writer_add(w, "\nint model_round(model_fill_fn *fill, model_wake_fn *wake, void *ctx)\n{\n    int model = 0;\n"
                     "    do {\n        fill(ctx, model);\n        if (model_invoke(model)) return -1;\n"
                     "    } while (wake(ctx, model++) && model < MODEL_CASCADE);\n    return model;\n}\n");
}

static void write_selftest(int32_t n, th_writer *w)
{
    th_code_banner(w, "main_selftest.c",
                   "exit code 0: this compiler and machine give the outputs that the host computed");
    th_writer_add(w, "#include \"model.h\"\n\n");
    for (int32_t i = 1; i <= n; i++)
        th_writer_add(w, "void model%d_test_fill(int seed);\nint model%d_test_same(int seed);\n", (int)i, (int)i);
    th_writer_add(w, "\nstatic void fill(int model, int seed)\n{\n");
    for (int32_t i = 1; i <= n; i++)
        th_writer_add(w, "    if (model == %d) model%d_test_fill(seed);\n", (int)i - 1, (int)i);
    th_writer_add(w, "}\n");
    write_switch(w, n, "static int same(int model, int seed)", "model#_test_same(seed)");
    th_writer_add(w,
                  "\n/* A loop without an end is the same everywhere, too: it is the outputs that count. */\n"
                  "int main(void)\n{\n    int seed, model;\n    for (seed = 1; seed <= %d; seed++) {\n"
                  "        if (model_init()) return seed;\n        for (model = 0; model < MODEL_CASCADE; model++) {\n"
                  "            fill(model, seed);\n            (void)model_invoke(model);\n"
                  "            if (!same(model, seed)) return seed;\n        }\n"
                  "        for (model = 0; MODEL_KEPT && model < MODEL_CASCADE; model++)\n"
                  "            if (!same(model, seed)) return 10 + seed;\n    }\n    return 0;\n}\n",
                  TH_SELFTEST_SETS);
}

/* Files of one model: .h, .c, two for its sense, its part of the self test.  Of all: arena.h, and model_together.h, .c.
 */
#define MODEL_FILES  5
#define COMMON_FILES 3

th_err th_code_make_several(const th_code_part *part, int32_t n, unsigned how, th_code *code, th_why *why)
{
    memset(code, 0, sizeof *code);
    code->arena_bytes = part[0].plan->arena_bytes;
    code->more = calloc((size_t)n * MODEL_FILES + COMMON_FILES, sizeof *code->more);
    if (!code->more) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    write_arena_h(code);
    for (int32_t i = 0; i < n; i++) TH_TRY(add_model(&part[i], i + 1, code, why));
    write_h(part, n, how, code, &code->model_h);
    write_c(n, &code->model_c);
    write_selftest(n, &code->selftest_c);
    for (size_t i = 0; i < code->n_more; i++)
        if (code->more[i].text.err) return th_why_set(why, code->more[i].text.err, "out of memory while writing C");
    return TH_OK;
}

th_err th_code_make_cascade(const th_code_part *part, int32_t n, bool kept, th_code *code, th_why *why)
{
    return th_code_make_several(part, n, kept ? TH_CODE_KEPT : 0, code, why);
}
