/* thimble data pairs: recordings of sound and of a sensor of the same events, to examples for a network of two inputs.
 */
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/emulate.h"

#include "data/audio.h"
#include "os/file.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS 3600.0
enum { ONE_IN = 4 }; /* with --test: every so many pairs of a label test */

static const th_opt options[] = {
    {"sound", "PROJECT", NULL, "whose features the sound gets: a model that hears (needed)"},
    {"sensor", "PROJECT", NULL, "whose features the rows get: a model that watches a sensor (needed)"},
    {"out", "FILE.csv", NULL, "a line an example: values of the sound, of the rows, and the label (needed)"},
    {"test", "FILE.csv", NULL, "every fourth pair of each label goes there, whole"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

typedef struct pairs {
    th_target sound, sensor;
    th_frontend frontend;
    th_block block;
    void *tables[2];
    float *x, *scratch[2]; /* an example: [n_sound + n_rows] */
    int32_t n_sound, n_rows;
    FILE *to[2];             /* learnt from, tested */
    size_t n_pairs, n_alone; /* WAV files without a CSV file */
    size_t n[2];             /* examples */
} pairs;

static th_err open_sound(pairs *p, th_why *why)
{
    const th_pipeline *pipe = &p->sound.pipe;
    const size_t bytes = th_frontend_mem(&pipe->frontend) + TH_ARENA_ALIGN;
    p->tables[0] = malloc(bytes);
    p->scratch[0] = malloc((th_frontend_scratch(&pipe->frontend) + 1) * sizeof(float));
    if (!p->tables[0] || !p->scratch[0]) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(p->tables[0], bytes);
    const th_err err = th_frontend_init(&p->frontend, &pipe->frontend, pipe->mean, pipe->inv_std, &arena);
    p->n_sound = pipe->n_frames * pipe->frontend.n_coef;
    return err ? th_why_set(why, err, "%s: the feature settings are not valid", p->sound.path) : TH_OK;
}

static th_err open_sensor(pairs *p, th_why *why)
{
    const th_sensor *s = &p->sensor.sensor;
    th_watcher_cfg cfg;
    const size_t bytes = th_block_mem(&s->block) + TH_ARENA_ALIGN;
    p->tables[1] = malloc(bytes);
    p->scratch[1] = malloc((th_block_scratch(&s->block) + 1) * sizeof(float));
    if (!p->tables[1] || !p->scratch[1]) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(p->tables[1], bytes);
    TH_TRY(th_sensor_watcher(s, p->sensor.plan->graph, &arena, &p->block, &cfg, why));
    p->n_rows = p->block.n_out;
    return TH_OK;
}

static th_err open_models(const th_args *a, pairs *p, th_why *why)
{
    if (!th_arg(a, "sound") || !th_arg(a, "sensor") || !th_arg(a, "out"))
        return th_why_set(why, TH_EUSAGE,
                          "say whose features, and where to: --sound PROJECT --sensor PROJECT --out FILE.csv");
    TH_TRY(th_target_open(th_arg(a, "sound"), NULL, NULL, &p->sound, why));
    TH_TRY(th_target_open(th_arg(a, "sensor"), NULL, NULL, &p->sensor, why));
    if (!p->sound.has_pipe) return th_why_set(why, TH_EUSAGE, "--sound %s hears nothing", th_arg(a, "sound"));
    if (!p->sensor.has_sensor || p->sensor.sensor.learn)
        return th_why_set(why, TH_EUSAGE, "--sensor %s watches no sensor, or learns what is usual after the start",
                          th_arg(a, "sensor"));
    TH_TRY(open_sound(p, why));
    TH_TRY(open_sensor(p, why));
    p->x = malloc((size_t)(p->n_sound + p->n_rows) * sizeof *p->x);
    return p->x ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static void write_example(pairs *p, int part, const char *label)
{
    for (int32_t i = 0; i < p->n_sound + p->n_rows; i++) fprintf(p->to[part], "%.9g,", (double)p->x[i]);
    fprintf(p->to[part], "%s\n", label);
    p->n[part]++;
}

/* An example for each window of rows before whose end there is a clip of sound. */
static void cut(pairs *p, const int16_t *pcm, int32_t n, const float *rows, int64_t n_rows, int part, const char *label)
{
    const th_pipeline *pipe = &p->sound.pipe;
    const th_sensor *s = &p->sensor.sensor;
    for (int64_t at = 0; at + s->block.window <= n_rows; at += s->hop) {
        const double end_s = (double)(at + s->block.window) / (double)s->block.rate_hz;
        const int64_t end = (int64_t)(end_s * pipe->frontend.rate_hz), from = end - pipe->clip_samples;
        if (from < 0 || end > n) continue;
        th_frontend_clip(&p->frontend, pcm + from, pipe->clip_samples, p->scratch[0], p->x);
        th_block_run(&p->block, rows + at * s->block.n_axes, p->scratch[1], p->x + p->n_sound);
        write_example(p, part, label);
    }
}

static th_err take_pair(pairs *p, const char *wav, const char *csv, int part, const char *label, th_why *why)
{
    int16_t *pcm = NULL;
    float *rows = NULL;
    int32_t n;
    size_t numbers;
    th_err err = th_audio_read(wav, p->sound.pipe.frontend.rate_hz, MOST_SECONDS, &pcm, &n, why);
    if (!err) err = th_target_rows(&p->sensor, csv, &rows, &numbers, why);
    if (!err) cut(p, pcm, n, rows, (int64_t)numbers / p->sensor.sensor.block.n_axes, part, label);
    free(pcm);
    free(rows);
    return err;
}

static th_err take_label(pairs *p, const char *dir, const char *label, th_why *why)
{
    char folder[TH_PATH_BYTES], wav[TH_PATH_BYTES], csv[TH_PATH_BYTES];
    th_names names;
    size_t k = 0;
    TH_TRY(th_path_join(folder, dir, label, why));
    TH_TRY(th_dir_list(folder, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (!th_text_ends(names.name[i], ".wav")) continue;
        err = th_path_join(wav, folder, names.name[i], why);
        th_text_fmt(csv, sizeof csv, "%.*s.csv", (int)(strlen(wav) - 4), wav);
        if (!err && !th_file_exists(csv)) {
            p->n_alone++;
            continue;
        }
        const int part = p->to[1] && k++ % ONE_IN == ONE_IN - 1;
        if (!err && th_interrupted()) err = th_why_set(why, TH_EINTR, "interrupted");
        if (!err) err = take_pair(p, wav, csv, part, label, why);
        p->n_pairs += !err;
    }
    th_names_free(&names);
    return err;
}

static th_err take_all(pairs *p, const char *dir, th_why *why)
{
    th_names names;
    char folder[TH_PATH_BYTES];
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.') continue;
        err = th_path_join(folder, dir, names.name[i], why);
        if (!err && th_dir_exists(folder)) err = take_label(p, dir, names.name[i], why);
    }
    th_names_free(&names);
    if (!err && !p->n[0])
        err = th_why_set(why, TH_ENOENT,
                         "%s has no LABEL/NAME.wav beside a LABEL/NAME.csv that are as long as a window of each", dir);
    return err;
}

static th_err open_file(const char *path, FILE **to, th_why *why)
{
    *to = path ? fopen(path, "w") : NULL;
    return !path || *to ? TH_OK : th_why_set(why, TH_EIO, "%s cannot be written", path);
}

static th_err close_files(pairs *p, const th_args *a, th_why *why)
{
    bool bad = false;
    for (int i = 0; i < 2; i++) {
        if (!p->to[i]) continue;
        if (ferror(p->to[i])) bad = true;
        if (fclose(p->to[i])) bad = true;
    }
    return bad ? th_why_set(why, TH_EIO, "%s could not be written to its end", th_arg(a, "out")) : TH_OK;
}

/* The shape that a model's own network takes. */
static void input_line(const th_target *t, char text[64])
{
    const th_graph *g = t->plan->graph;
    const th_shape *s = &g->tensors[g->inputs[0]].shape;
    int32_t d[3] = {1, 1, 1};
    for (int32_t i = 1; i < s->rank; i++) d[s->rank == 2 ? 2 : i > 3 ? 2 : i - 1] = s->d[i];
    if (s->rank == 3) d[2] = d[1], d[1] = 1;
    th_text_fmt(text, 64, "input %dx%dx%d", (int)d[0], (int)d[1], (int)d[2]);
}

static void show(const th_args *a, const pairs *p)
{
    char line[2][64];
    input_line(&p->sound, line[0]);
    input_line(&p->sensor, line[1]);
    if (th_arg_on(a, "json")) {
        printf("{\"pairs\":%zu,\"alone\":%zu,\"examples\":%zu,\"test\":%zu,\"sound\":\"%s\",\"sensor\":\"%s\"}\n",
               p->n_pairs, p->n_alone, p->n[0], p->n[1], line[0], line[1]);
        return;
    }
    printf("%s: %zu examples of %zu pairs", th_arg(a, "out"), p->n[0], p->n_pairs);
    if (th_arg(a, "test")) printf(", and %zu to test in %s", p->n[1], th_arg(a, "test"));
    printf(". A description of a network begins its two parts with\n  %s\n  %s\n", line[0], line[1]);
    if (p->n_alone) fprintf(stderr, "note: %zu WAV files have no CSV file beside them\n", p->n_alone);
}

static th_err run(const th_args *a, th_why *why)
{
    pairs *p = calloc(1, sizeof *p);
    if (!p) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_interrupt_catch();
    th_err err = open_models(a, p, why);
    if (!err) err = open_file(th_arg(a, "out"), &p->to[0], why);
    if (!err) err = open_file(th_arg(a, "test"), &p->to[1], why);
    if (!err) err = take_all(p, a->word[0], why);
    const th_err closed = close_files(p, a, err ? NULL : why);
    if (!err) err = closed;
    if (!err) show(a, p);
    for (int i = 0; i < 2; i++) free(p->tables[i]), free(p->scratch[i]);
    free(p->x);
    th_target_free(&p->sound);
    th_target_free(&p->sensor);
    free(p);
    return err;
}

const th_cmd th_cmd_data_pairs = {
    .name = "data pairs",
    .words = "DIR --sound PROJECT --sensor PROJECT --out FILE.csv",
    .summary = "sound and rows of the same events: examples for a network of two inputs",
    .detail = "DIR has LABEL/NAME.wav and LABEL/NAME.csv, which begin at the same moment. For each window of rows the\n"
              "sound of the clip that ends with it is taken. Features are those of the two models.\n\n"
              "  thimble data pairs machine --sound hears --sensor feels --out train.csv --test test.csv\n"
              "  thimble train both.txt --data train.csv --out both.tflite\n"
              "  thimble quantize both.tflite --data train.csv --out both8.tflite\n"
              "  thimble test both8.tflite --data test.csv",
    .opts = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
