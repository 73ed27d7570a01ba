/* thimble run: raw tensors through a model, and every tensor in between. */
#include "cli/cmd.h"
#include "cli/run_live.h"

#include "model/package.h"
#include "nn/kernels.h"
#include "os/file.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run: the files it reads and writes. */
typedef struct job {
    const char *name; /* of the model's file */
    th_model *model;
    th_plan *plan;
    th_runner *runner;
    uint8_t *input, *output;
    size_t n_input, n_output;
    int64_t threads; /* 0: by the size of the model */
    uint8_t *file;   /* of a package */
    th_package package;
    uint8_t *memory; /* the package's; NULL: the runner runs the model */
} job;

/* From so many multiplications on, several threads win more than they cost. */
#define LARGE_MACS 20000000

/* The tensors of the first invoke, on their way into the folder. */
typedef struct layer_sink {
    const th_graph *graph;
    const char *dir;
    char *list; /* text of tensors.txt so far */
    size_t n_list;
    th_err err;
    th_why *why;
} layer_sink;

static size_t bytes_of(const th_graph *g, const int32_t *list, int32_t n)
{
    size_t bytes = 0;
    for (int32_t i = 0; i < n; i++) bytes += th_tensor_bytes(&g->tensors[list[i]]);
    return bytes;
}

/* Names may hold anything; one tensor is one line. */
static void print_name(FILE *f, const char *name)
{
    for (; *name; name++) fputc((unsigned char)*name < 0x20 || *name == 0x7f ? '?' : *name, f);
}

/* "op00_t022.bin op=0 tensor=22 bytes=8000 dtype=int8 shape=1x25x5x64 scale=0.07 zp=-128 name=.." */
static char *describe(const th_tensor *t, const char *file, int32_t node, int32_t tensor)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f) return NULL;
    fprintf(f, "%s op=%d tensor=%d bytes=%zu dtype=%s shape=", file, (int)node, (int)tensor, th_tensor_bytes(t),
            th_type_name(t->type));
    for (int32_t i = 0; i < t->shape.rank; i++) fprintf(f, "%s%d", i ? "x" : "", (int)t->shape.d[i]);
    if (t->quant.n > 0) fprintf(f, " scale=%.9g zp=%d", (double)t->quant.scale[0], (int)t->quant.zero[0]);
    fputs(" name=", f);
    print_name(f, t->name);
    fputc('\n', f);
    if (fclose(f) == 0) return text;
    free(text);
    return NULL;
}

static th_err save_layer(layer_sink *s, int32_t node, int32_t tensor, const void *data)
{
    const th_tensor *t = &s->graph->tensors[tensor];
    char file[64], path[TH_PATH_BYTES];
    snprintf(file, sizeof file, "op%02d_t%03d.bin", (int)node, (int)tensor);
    TH_TRY(th_path_join(path, s->dir, file, s->why));
    TH_TRY(th_file_write(path, (th_span){data, th_tensor_bytes(t)}, s->why));
    char *line = describe(t, file, node, tensor);
    const size_t n = line ? strlen(line) : 0;
    char *list = line ? realloc(s->list, s->n_list + n) : NULL;
    if (list) {
        memcpy(list + s->n_list, line, n);
        s->list = list;
        s->n_list += n;
    }
    free(line);
    return list ? TH_OK : th_why_set(s->why, TH_ENOMEM, "out of memory");
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    layer_sink *s = ctx;
    if (!s->err) s->err = save_layer(s, node, tensor, data);
}

static void *input_at(const job *j, int32_t i)
{
    return j->memory ? th_package_input(&j->package, (uint32_t)i) : th_runner_input(j->runner, i);
}

static const void *output_at(const job *j, int32_t i)
{
    return j->memory ? th_package_output(&j->package, (uint32_t)i) : th_runner_output(j->runner, i);
}

static th_err invoke(job *j, th_layer_fn *on_each, void *ctx, th_why *why)
{
    const th_err err = j->memory ? th_package_invoke(&j->package) : th_runner_invoke(j->runner, on_each, ctx);
    return err ? th_why_set(why, err, "%s: %s; it was stopped", j->name, th_err_text(err)) : TH_OK;
}

static th_err first_invoke(job *j, const char *layers, th_why *why)
{
    if (!layers) return invoke(j, NULL, NULL, why);
    char path[TH_PATH_BYTES];
    layer_sink s = {.graph = j->plan->graph, .dir = layers, .why = why};
    TH_TRY(th_dir_make(layers, why));
    TH_TRY(th_path_join(path, layers, "tensors.txt", why));
    const th_err err = invoke(j, on_layer, &s, why);
    if (!s.err) s.err = err;
    if (!s.err) s.err = th_file_write(path, (th_span){(const uint8_t *)s.list, s.n_list}, why);
    free(s.list);
    return s.err;
}

/* All invokes, one input after the other; variable tensors keep their state. */
static th_err invoke_all(job *j, size_t n_in, size_t n_out, const char *layers, th_why *why)
{
    const th_graph *g = j->plan->graph;
    const uint8_t *from = j->input;
    uint8_t *to = j->output;
    for (size_t k = 0; k < j->n_input / n_in; k++) {
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t bytes = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            memcpy(input_at(j, i), from, bytes);
            from += bytes;
        }
        if (k == 0)
            TH_TRY(first_invoke(j, layers, why));
        else
            TH_TRY(invoke(j, NULL, NULL, why));
        for (int32_t i = 0; i < g->n_outputs; i++) {
            const size_t bytes = th_tensor_bytes(&g->tensors[g->outputs[i]]);
            memcpy(to, output_at(j, i), bytes);
            to += bytes;
        }
    }
    j->n_output = j->n_input / n_in * n_out;
    return TH_OK;
}

/* The executor for a package whose kernels this machine has; j->memory stays NULL for others. */
static th_err start_package(job *j, th_span file, th_isa isa, th_why *why)
{
    th_diag diag = {0, "it cannot be run"};
    if (!th_package_runs_here(isa)) {
        fprintf(stderr, "note: %s is packed for %s; its model runs with this computer's kernels\n", j->name,
                th_isa_name(isa));
        return TH_OK;
    }
    const th_err err = th_package_open(&j->package, file, &th_kernels_here, &diag);
    if (err) return th_why_set(why, err, "%s, byte %zu: %s", j->name, diag.pos, diag.msg);
    j->memory = aligned_alloc(TH_ARENA_ALIGN, (j->package.memory_bytes / TH_ARENA_ALIGN + 1) * TH_ARENA_ALIGN);
    if (!j->memory || th_package_start(&j->package, j->memory, j->package.memory_bytes))
        return th_why_set(why, TH_ENOMEM, "no memory for an arena of %zu bytes", j->package.memory_bytes);
    return TH_OK;
}

/* A .tflite file, or a package: that is run by the executor as it is, once it is known to be what it says. */
static th_err load(job *j, const char *path, bool layers, th_why *why)
{
    uint8_t head[4];
    size_t n = 0;
    th_isa isa = TH_ISA_PLAIN;
    th_why cause = {0};
    TH_TRY(th_file_head(path, head, sizeof head, &n, why));
    if (!th_is_package((th_span){head, n})) return th_model_load(path, &j->model, why);
    TH_TRY(th_file_read(path, 0, &j->file, &n, why));
    const th_err err = th_package_model((th_span){j->file, n}, &j->model, &isa, &cause);
    if (err) return th_why_set(why, err, "%s: %s", path, cause.text);
    return layers ? TH_OK : start_package(j, (th_span){j->file, n}, isa, why);
}

static th_err run_job(job *j, const char *model, const char *in, const char *out, const char *layers, th_why *why)
{
    TH_TRY(load(j, model, layers != NULL, why));
    th_why cause = {0};
    const th_err err = th_plan_make_host(&j->model->graphs[0], &j->plan, &cause);
    if (err) return th_why_set(why, err, "%s: %s", model, cause.text);
    const th_graph *g = j->plan->graph;
    const size_t n_in = bytes_of(g, g->inputs, g->n_inputs), n_out = bytes_of(g, g->outputs, g->n_outputs);
    if (n_in == 0 || n_out == 0) return th_why_set(why, TH_EFORMAT, "%s: the model has no inputs or no outputs", model);
    TH_TRY(th_file_read(in, 0, &j->input, &j->n_input, why));
    if (j->n_input == 0 || j->n_input % n_in != 0)
        return th_why_set(
            why, TH_EFORMAT,
            "%s has %zu bytes, but one input of %s is %zu bytes: give one input, or several after one another", in,
            j->n_input, model, n_in);
    TH_TRY(th_runner_new(j->plan, &j->runner, why));
    const int threads = j->threads ? (int)j->threads : j->plan->macs >= LARGE_MACS ? th_cpu_count() : 1;
    TH_TRY(th_runner_threads(j->runner, threads, why));
    j->output = calloc(j->n_input / n_in, n_out);
    if (!j->output) return th_why_set(why, TH_ENOMEM, "no memory for the outputs of %zu inputs", j->n_input / n_in);
    TH_TRY(invoke_all(j, n_in, n_out, layers, why));
    return th_file_write(out, (th_span){j->output, j->n_output}, why);
}

static th_err run(const th_args *a, th_why *why)
{
    const char *in = th_arg(a, "in"), *out = th_arg(a, "out");
    static const char *const of_live[] = {"seconds", "rate", "channels", "baud", "timeout", "json"};
    if (th_arg(a, "live") && (in || out || th_arg(a, "layers")))
        return th_why_set(why, TH_EUSAGE,
                          "--live runs on a microphone or a sensor: leave out --in, --out and --layers");
    if (th_arg(a, "live")) return th_run_live(a, why);
    for (size_t i = 0; i < sizeof of_live / sizeof *of_live; i++)
        if (th_arg(a, of_live[i])) return th_why_set(why, TH_EUSAGE, "--%s belongs to --live SOURCE", of_live[i]);
    if (!in || !out || !a->n_words)
        return th_why_set(why, TH_EUSAGE,
                          "thimble run needs MODEL --in FILE --out FILE, or --live SOURCE. See: thimble run --help");
    job j = {.name = a->word[0]};
    TH_TRY(th_arg_int(a, "threads", 1, 64, 0, &j.threads, why));
    const th_err err = run_job(&j, a->word[0], in, out, th_arg(a, "layers"), why);
    th_runner_free(j.runner);
    th_plan_free(j.plan);
    th_model_free(j.model);
    free(j.file);
    free(j.memory);
    free(j.input);
    free(j.output);
    return err;
}

static const th_opt opts[] = {
    {"in", "FILE", NULL, "raw bytes of the inputs, one after another; several sets are run in a row"},
    {"out", "FILE", NULL, "raw bytes of the outputs, in the same order"},
    {"threads", "N", NULL, "processors to use (default: 1, for large models all)"},
    {"layers", "DIR", NULL, "also writes what every operator made in the first run"},
    {"live", "SOURCE", NULL, "hear or watch: microphone, serial:PORT, fifo:PATH or - (standard input)"},
    {"seconds", "S", NULL, "of --live: end after so long"},
    {"rate", "HZ", NULL, "of --live: rows a second, instead of measuring it; of raw samples in a pipe: their rate"},
    {"channels", "A,B,..", NULL, "of --live: names of the numbers in a line; time_ms as the first: its time"},
    {"baud", "N", "115200", "of --live: speed of the serial port"},
    {"timeout", "S", "10", "of --live: a source that gives nothing for so long has failed"},
    {"json", NULL, NULL, "of --live: a line of JSON for each detection"},
    {0},
};

const th_cmd th_cmd_run = {
    .name = "run",
    .words = "[PROJECT|MODEL.tflite|MODEL.thm] --in FILE --out FILE | --live SOURCE",
    .summary = "run a model on raw tensors, or live on a microphone or a sensor",
    .detail =
        "Tensors are little-endian, in the types that the model has (int8 stays int8). State that a model keeps "
        "between\n"
        "runs is kept from one input set to the next. A package (.thm) is checked against the model inside it, then\n"
        "run by the executor that runs it on a device; with --layers its model is run operator by operator.\n\n"
        "  thimble run model.tflite --in features.bin --out scores.bin --layers layers/\n\n"
        "Live, the model of a project does what the device will do: it prints each word that it hears, or each change "
        "of\nwhat the sensor's rows show. Sources are those of thimble data record.\n\n"
        "  thimble run kitchen --live microphone\n"
        "  thimble run steps --live serial:/dev/ttyACM0",
    .opts = opts,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
