#include "deploy/wasm.h"

#include "base/text.h"
#include "deploy/bundle.h"
#include "os/process.h"
#include "os/run.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err th_wasm_tools(th_why *why)
{
    if (!th_program_exists("clang"))
        return th_why_set(why, TH_ETOOL,
                          "clang is not installed. It is in the Debian package clang: sudo apt install clang lld  "
                          "(`thimble deploy --isa simd128 --as c` works without it)");
    if (!th_program_exists("wasm-ld"))
        return th_why_set(why, TH_ETOOL,
                          "wasm-ld, which links WebAssembly, is not installed. It is in the Debian package lld: sudo "
                          "apt install lld");
    return TH_OK;
}

static th_err out_of_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

/* What the program says of a tensor. */
static void write_tensor(th_writer *w, const th_tensor *t)
{
    th_writer_add(w, "{\"type\": \"%s\", \"shape\": [", th_type_name(t->type));
    for (int32_t i = 0; i < t->shape.rank; i++) th_writer_add(w, "%s%d", i ? ", " : "", (int)t->shape.d[i]);
    th_writer_add(w, "], \"count\": %ld, \"bytes\": %zu", (long)th_shape_count(&t->shape), th_tensor_bytes(t));
    if (t->quant.n == 1)
        th_writer_add(w, ", \"scale\": %.9g, \"zero\": %d", (double)t->quant.scale[0], (int)t->quant.zero[0]);
    th_writer_add(w, "}");
}

static void write_ends(th_writer *w, const char *name, const th_graph *g, const int32_t *list, int32_t n)
{
    th_writer_add(w, "\n  \"%s\": [", name);
    for (int32_t i = 0; i < n; i++) {
        if (i) th_writer_add(w, ", ");
        write_tensor(w, &g->tensors[list[i]]);
    }
    th_writer_add(w, "],");
}

/* A text of JSON that may stand inside of a page: nothing in it can end a script. */
static void write_text(th_writer *w, const char *utf8)
{
    th_writer_add(w, "\"");
    for (const char *c = utf8; *c; c++) {
        if (strchr("\"'\\<>&", *c) || (unsigned char)*c < 32)
            th_writer_add(w, "\\u00%x%x", (unsigned)(unsigned char)*c >> 4, (unsigned)*c & 15u);
        else
            th_writer_add(w, "%c", *c);
    }
    th_writer_add(w, "\"");
}

static void write_labels(th_writer *w, const th_app *app)
{
    const th_sensor *s = app->sensor;
    const int32_t n = app->sound    ? app->sound->n_labels
                      : s           ? (s->answer == TH_ANSWER_LABELS ? s->n_labels : 2)
                      : app->camera ? app->camera->n_labels
                                    : 0;
    th_writer_add(w, "\"labels\": [");
    for (int32_t i = 0; i < n; i++) {
        if (i) th_writer_add(w, ", ");
        write_text(w, app->sound ? app->sound->labels[i] : s ? th_sensor_state(s, i) : app->camera->labels[i]);
    }
    th_writer_add(w, "],");
}

static void write_app(th_writer *w, const th_app *app)
{
    th_writer_add(w, "\n  \"kind\": ");
    if (app->sound)
        th_writer_add(w, "\"sound\", \"rate\": %d, ", (int)app->sound->frontend.rate_hz);
    else if (app->sensor)
        th_writer_add(w, "\"sensor\", \"rate\": %.9g, \"axes\": %d, ", (double)app->sensor->block.rate_hz,
                      (int)app->sensor->block.n_axes);
    else if (app->camera)
        th_writer_add(w, "\"camera\", \"width\": %d, \"height\": %d, ", (int)app->camera->pixels.w,
                      (int)app->camera->pixels.h);
    else
        th_writer_add(w, "\"tensors\", ");
    write_labels(w, app);
}

static th_err write_base64(th_writer *w, const uint8_t *bytes, size_t n, th_why *why)
{
    const size_t cap = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(cap);
    if (!text) return out_of_memory(why);
    th_writer_add(w, "%s", sodium_bin2base64(text, cap, bytes, n, sodium_base64_VARIANT_ORIGINAL));
    free(text);
    return TH_OK;
}

/* Numbers of the self test's generator, and what the host makes of them. */
static th_err write_test(th_writer *w, const th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    th_runner *r = NULL;
    uint8_t *in = malloc(plan->arena_bytes + 16);
    TH_TRY(in ? th_runner_new(plan, &r, why) : out_of_memory(why));
    const size_t n = th_code_test_input(g, 1, in);
    size_t at = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const size_t bytes = th_tensor_bytes(&g->tensors[g->inputs[i]]);
        memcpy(th_runner_input(r, i), in + at, bytes);
        at += bytes;
    }
    th_err err = th_runner_invoke(r, NULL, NULL);
    if (err) err = th_why_set(why, err, "%s", th_err_text(err));
    th_writer_add(w, "\n  \"test\": {\"in\": \"");
    if (!err) err = write_base64(w, in, n, why);
    th_writer_add(w, "\", \"out\": \"");
    th_writer all = {0};
    for (int32_t i = 0; i < g->n_outputs && !err; i++) {
        const size_t bytes = th_tensor_bytes(&g->tensors[g->outputs[i]]);
        const uint8_t *p = th_runner_output(r, i);
        for (size_t k = 0; k < bytes; k++) th_writer_add(&all, "%c", p[k]);
    }
    if (!err) err = all.err ? out_of_memory(why) : write_base64(w, (const uint8_t *)all.text, all.n, why);
    th_writer_add(w, "\"}\n}");
    th_writer_free(&all);
    th_runner_free(r);
    free(in);
    return err;
}

static th_err write_info(th_writer *w, const char *name, const th_plan *plan, const th_app *app, th_why *why)
{
    const th_graph *g = plan->graph;
    th_writer_add(w, "{\n  \"name\": \"%s\",", name);
    write_app(w, app);
    write_ends(w, "inputs", g, g->inputs, g->n_inputs);
    write_ends(w, "outputs", g, g->outputs, g->n_outputs);
    return write_test(w, plan, why);
}

/* The sources of one module, in a folder of their own. */
static th_err put_sources(const char *dir, const th_code *code, th_why *why)
{
    th_bundle b = {0};
    th_bundle_put(&b, "model.h", TH_WRITER_SPAN(&code->model_h));
    th_bundle_put(&b, "model.c", TH_WRITER_SPAN(&code->model_c));
    if (code->app_c.n) {
        th_bundle_put(&b, code->app_name[0], TH_WRITER_SPAN(&code->app_h));
        th_bundle_put(&b, code->app_name[1], TH_WRITER_SPAN(&code->app_c));
    }
    for (size_t i = 0; i < code->ring.n; i++)
        th_bundle_put(&b, code->ring.file[i]->path, (th_span){code->ring.file[i]->bytes, code->ring.file[i]->size});
    th_err err = th_bundle_template(&b, "web.c", "device/web/web.c", NULL, why);
    if (!err) err = th_bundle_template(&b, "libc.c", "device/libc.c", NULL, why);
    if (!err) err = th_bundle_template(&b, "libc/string.h", "device/string.h", NULL, why);
    if (!err) err = th_bundle_write_folder(&b, dir, why);
    th_bundle_free(&b);
    return err;
}

#define COMMON                                                                                                         \
    "clang", "--target=wasm32", "-std=c11", "-ffp-contract=off", "-nostdlib", "-isystem", "libc",                      \
        "-ffunction-sections", "-fdata-sections"

static th_err run_clang(const char *dir, const char *const *argv, th_why *why)
{
    char tail[2048] = "";
    int status;
    const th_process p = {.argv = argv, .cwd = dir, .timeout_s = 600};
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    TH_TRY(th_process_run(&p, &status, tail, sizeof tail, why));
    if (!status) return TH_OK;
    const char *at = strstr(tail, "error:");
    return th_why_set(why, TH_ETOOL, "clang failed on WebAssembly: %.*s", 500, at ? at : tail);
}

/* device/libc.c apart: who makes memcpy of a loop must not make that loop a call of memcpy. */
static th_err compile(const char *dir, const th_code *code, const char *vectors, th_why *why)
{
    static const char *const libc[] = {COMMON,   "-O2", "-ffreestanding", "-fno-builtin", "-c", "libc.c", "-o",
                                       "libc.o", NULL};
    static const char *const first[] = {COMMON,
                                        "-O2",
                                        "-I.",
                                        "libc.o",
                                        "web.c",
                                        "model.c",
                                        "-Wl,--no-entry",
                                        "-Wl,--gc-sections",
                                        "-Wl,--strip-all",
                                        "-Wl,--stack-first",
                                        "-Wl,-z,stack-size=65536",
                                        "-Wl,--export=model_input",
                                        "-Wl,--export=model_output",
                                        "-Wl,--export=model_invoke",
                                        "-Wl,--export=web_start",
                                        "-Wl,--export=web_feed",
                                        "-Wl,--export=web_push",
                                        "-Wl,--export=web_events",
                                        "-o",
                                        "module.wasm"};
    enum { N_FIRST = sizeof first / sizeof first[0] };
    const char *argv[N_FIRST + TH_EMBED_MAX + 4];
    size_t n = N_FIRST;
    memcpy(argv, first, sizeof first);
    if (vectors) argv[n++] = vectors;
    if (code->app_c.n) argv[n++] = code->app_name[1];
    for (size_t i = 0; i < code->ring.n; i++) {
        const char *path = code->ring.file[i]->path;
        if (strcmp(path + strlen(path) - 2, ".c") == 0) argv[n++] = path;
    }
    argv[n] = NULL;
    TH_TRY(run_clang(dir, libc, why));
    return run_clang(dir, argv, why);
}

/* One module's bytes. */
static th_err make_module(const th_plan *plan, const th_app *app, const char *vectors, uint8_t **bytes, size_t *n,
                          th_why *why)
{
    th_code code;
    char dir[TH_PATH_BYTES], sources[TH_PATH_BYTES], path[TH_PATH_BYTES];
    TH_TRY(th_dir_temp(dir, why));
    th_err err = th_code_make(plan, app, &code, why);
    if (!err) err = th_path_join(sources, dir, "sources", why);
    if (!err) err = put_sources(sources, &code, why);
    if (!err) err = compile(sources, &code, vectors, why);
    if (!err) err = th_path_join(path, sources, "module.wasm", why);
    if (!err) err = th_file_read(path, 0, bytes, n, why);
    th_code_free(&code);
    th_dir_remove(dir);
    return err;
}

/* The module without the word export, for a page's own script. */
static void write_inline(th_writer *w, const char *module)
{
    while (*module) {
        const size_t n = strcspn(module, "\n");
        const bool exported = strncmp(module, "export ", 7) == 0;
        th_writer_add(w, "%.*s\n", (int)(n - (exported ? 7 : 0)), module + (exported ? 7 : 0));
        module += n + (module[n] == '\n');
    }
}

static void put_readme(th_bundle *b, const char *name, const th_wasm_sizes *sizes)
{
    th_writer w = {0};
    th_writer_add(
        &w,
        "# %s as WebAssembly\n\nWritten by `thimble deploy --as wasm`.\n\n"
        "| file | bytes | |\n|---|---|---|\n"
        "| `index.html` | | the model in a page: open it, also from the disk; it asks nobody for anything |\n"
        "| `%s.mjs` | | ES module for a page or program of your own (browsers, node.js); its first lines say how |\n"
        "| `%s.json` | | what goes in and comes out, as JSON: for programs that take the modules by themselves |\n"
        "| `%s.wasm` | %zu | for any engine |\n| `%s.simd.wasm` | %zu | for engines with vectors: all browsers "
        "since 2023, node.js since 16.4 |\n\n"
        "    import {load} from './%s.mjs';\n    const model = await load();\n    const [out] = model.run([input]);\n\n"
        "A browser gives microphone, camera and motion only to pages from `https:` or `http://127.0.0.1`:\n\n"
        "    python3 -m http.server --bind 127.0.0.1        # in this folder, then open http://127.0.0.1:8000\n\n"
        "On a telephone put the folder on any server with https. The modules import nothing and allocate "
        "nothing;\nboth give the same bytes as `thimble run`, and the page says whether they do so where it "
        "is open.\n",
        name, name, name, name, sizes->plain, name, sizes->simd, name);
    th_bundle_text(b, "README.md", &w);
}

typedef struct modules {
    uint8_t *plain, *simd;
    size_t n_plain, n_simd;
} modules;

static th_err put_files(th_bundle *b, const char *name, const th_plan *plan, const th_app *app, const modules *m,
                        th_why *why)
{
    char file[96];
    th_writer info = {0}, script = {0}, plain = {0}, simd = {0};
    const th_wasm_sizes sizes = {m->n_plain, m->n_simd};
    th_err err = write_info(&info, name, plan, app, why);
    if (!err) err = write_base64(&plain, m->plain, m->n_plain, why);
    if (!err) err = write_base64(&simd, m->simd, m->n_simd, why);
    const th_embed_file *runtime = th_embed_find("device/web/runtime.mjs");
    if (!err && !runtime)
        err = th_why_set(why, TH_ENOENT, "device/web is not part of this program: build thimble again");
    const th_bundle_word words[] = {{"@NAME@", name},
                                    {"@INFO@", info.text},
                                    {"@RUNTIME@", runtime ? (const char *)runtime->bytes : ""},
                                    {NULL, NULL}};
    th_text_fmt(file, sizeof file, "%s.mjs", name);
    if (!err) err = th_bundle_template(b, file, "device/web/model.mjs", words, why);
    if (!err && !b->err) {
        write_inline(&script, (const char *)th_bundle_find(b, file)->bytes);
        const th_bundle_word page[] = {
            {"@NAME@", name}, {"@MODULE@", script.text}, {"@PLAIN@", plain.text}, {"@SIMD@", simd.text}, {NULL, NULL}};
        err = th_bundle_template(b, "index.html", "device/web/index.html", page, why);
    }
    th_text_fmt(file, sizeof file, "%s.json", name);
    th_bundle_put(b, file, TH_WRITER_SPAN(&info));
    th_text_fmt(file, sizeof file, "%s.wasm", name);
    th_bundle_put(b, file, (th_span){m->plain, m->n_plain});
    th_text_fmt(file, sizeof file, "%s.simd.wasm", name);
    th_bundle_put(b, file, (th_span){m->simd, m->n_simd});
    put_readme(b, name, &sizes);
    if (!err && (b->err || info.err || script.err || plain.err || simd.err)) err = out_of_memory(why);
    th_writer_free(&info);
    th_writer_free(&script);
    th_writer_free(&plain);
    th_writer_free(&simd);
    return err;
}

/* The folder's name, as far as it can be part of a file's and of a script. */
static void name_of(const char *out, char name[64])
{
    size_t n = strlen(out), k = 0;
    while (n && out[n - 1] == '/') n--;
    size_t from = n;
    while (from && out[from - 1] != '/') from--;
    for (; from < n && k < 63; from++)
        name[k++] = isalnum((unsigned char)out[from]) || out[from] == '_' ? out[from] : '-';
    name[k] = '\0';
    if (!k || !isalnum((unsigned char)name[0])) th_text_fmt(name, 64, "model");
}

th_err th_export_wasm(const th_plan *plain, const th_plan *simd, const th_app *app, const char *out,
                      th_wasm_sizes *sizes, th_why *why)
{
    char name[64];
    th_bundle b = {0};
    modules m = {0};
    TH_TRY(th_wasm_tools(why));
    name_of(out, name);
    th_err err = make_module(plain, app, NULL, &m.plain, &m.n_plain, why);
    if (!err) err = make_module(simd, app, "-msimd128", &m.simd, &m.n_simd, why);
    if (!err) err = put_files(&b, name, plain, app, &m, why);
    if (!err) err = th_bundle_write_folder(&b, out, why);
    *sizes = (th_wasm_sizes){m.n_plain, m.n_simd};
    th_bundle_free(&b);
    free(m.plain);
    free(m.simd);
    return err;
}
