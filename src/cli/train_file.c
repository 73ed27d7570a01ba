#include "cli/train_file.h"

#include "cli/train_view.h"
#include "base/hash.h"
#include "data/card.h"
#include "os/file.h"
#include "os/run.h"
#include "train/settings.h"
#include "train/transfer.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VAL_SHARE 8

typedef struct file_cmd {
    const th_args *a;
    const char *network; /* first word: preset, description or .tflite */
    char text[TH_PRESET_BYTES];
    th_preset preset;
    char *own;       /* description from a file */
    th_model *model; /* of a .tflite */
    th_import im;
    bool imported, frozen[TH_MAX_LAYERS];
    int32_t frozen_to; /* -1: none */
    th_spec spec;
    th_examples_shape shape;
    th_examples *train, *val;
    int32_t *order; /* examples that are trained on, then, without --val, those that are watched */
    int32_t n_train, n_val;
    th_card card;
    th_examples_scale scale;
    th_picture_change change;
    uint64_t seed;
    th_train_settings settings;
    th_train_view view;
    char out[TH_PATH_BYTES], checkpoint[TH_PATH_BYTES];
} file_cmd;

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* ---- options ---- */

static th_err get_size(file_cmd *c, th_why *why)
{
    const char *text = th_arg(c->a, "size");
    int h, w, ch = 0, used = 0;
    if (!text) return TH_OK;
    const int got = sscanf(text, "%dx%dx%d%n", &h, &w, &ch, &used);
    if (got != 3 || text[used] || h < 1 || w < 1 || ch < 1 || h > 4096 || w > 4096 || ch > 4096)
        return th_why_set(why, TH_EUSAGE, "--size %s: height, width and channels are needed, such as 96x96x3", text);
    c->shape = (th_examples_shape){h, w, ch};
    return TH_OK;
}

static th_err get_pixels(const file_cmd *c, float *lo, float *hi, th_why *why)
{
    const char *text = th_arg(c->a, "pixels");
    int used = 0;
    *lo = 0, *hi = 1;
    if (!text) return TH_OK;
    if (sscanf(text, "%f..%f%n", lo, hi, &used) == 2 && !text[used] && *lo < *hi) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "--pixels %s: two numbers are needed, such as 0..1 or -1..1", text);
}

static th_err get_change(file_cmd *c, th_why *why)
{
    char **list;
    int n;
    const char *text = th_arg(c->a, "change");
    TH_TRY(th_list_split(text ? text : "flip,shift,light", &list, &n, why));
    th_err err = TH_OK;
    for (int i = 0; i < n && !err; i++) {
        if (strcmp(list[i], "flip") == 0)
            c->change.flip = true;
        else if (strcmp(list[i], "shift") == 0)
            c->change.shift = 0.1f;
        else if (strcmp(list[i], "zoom") == 0)
            c->change.zoom = 0.15f;
        else if (strcmp(list[i], "light") == 0)
            c->change.brightness = 0.15f, c->change.contrast = 0.2f;
        else if (strcmp(list[i], "none") != 0 || n > 1)
            err = th_why_set(why, TH_EUSAGE, "--change: \"%s\" is none of flip, shift, zoom, light, none", list[i]);
    }
    th_list_free(list, n);
    return err;
}

/* ---- the network ---- */

/* The layer before the last dense one, for a new head. */
static th_err place_to_cut(const file_cmd *c, int32_t *cut, th_why *why)
{
    const th_spec *s = &c->im.spec;
    const char *name = th_arg(c->a, "cut");
    if (name) {
        *cut = th_import_layer(&c->im, name);
        return *cut >= 0
                   ? TH_OK
                   : th_why_set(why, TH_EUSAGE, "--cut %s: %s has no such layer; thimble train %s --data lists them",
                                name, c->network, c->network);
    }
    int32_t i = s->n_layers - 1;
    while (i >= 0 && s->layer[i].kind != TH_LAYER_DENSE) i--;
    if (i < 1 || s->layer[i].in[0] < 0)
        return th_why_set(why, TH_EUSAGE, "%s has no dense layer to be replaced: say --cut LAYER", c->network);
    *cut = s->layer[i].in[0];
    return TH_OK;
}

static void list_layers(const file_cmd *c)
{
    const th_spec *s = &c->im.spec;
    for (int32_t i = 0; i < s->n_layers; i++)
        fprintf(stderr, "  %-18s %dx%dx%d%s\n", s->layer[i].name, (int)s->layer[i].out_h, (int)s->layer[i].out_w,
                (int)s->layer[i].out_c, c->frozen[i] ? "  stays" : "");
}

static th_err freeze(file_cmd *c, th_why *why)
{
    const char *name = th_arg(c->a, "freeze");
    c->frozen_to = -1;
    if (!name) return TH_OK;
    c->frozen_to = th_import_layer(&c->im, name);
    if (c->frozen_to < 0) {
        list_layers(c);
        return th_why_set(why, TH_EUSAGE, "--freeze %s: %s has no such layer; its layers stand above", name,
                          c->network);
    }
    for (int32_t i = 0; i <= c->frozen_to; i++) c->frozen[i] = true;
    return TH_OK;
}

static th_err open_import(file_cmd *c, th_why *why)
{
    th_why inner = {0};
    TH_TRY(th_model_load(c->network, &c->model, why));
    const th_err err = th_import_graph(&c->model->graphs[0], &c->im, &inner);
    if (err) return th_why_set(why, err, "%s: %s", c->network, inner.text);
    c->imported = true;
    c->shape = (th_examples_shape){c->im.spec.in_h, c->im.spec.in_w, c->im.spec.in_c};
    return TH_OK;
}

static th_err open_text(file_cmd *c, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(c->network, 1 << 20, &bytes, &n, why));
    c->own = calloc(n + 1, 1);
    if (c->own) memcpy(c->own, bytes, n);
    free(bytes);
    if (!c->own) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->preset = (th_preset){.epochs = 40, .batch = 32, .learning_rate = 2e-3f, .weight_decay = 1e-4f};
    c->preset.text = c->own;
    return TH_OK;
}

static th_err open_network(file_cmd *c, th_why *why)
{
    if (ends_with(c->network, ".tflite")) return open_import(c, why);
    if (ends_with(c->network, ".txt")) return open_text(c, why);
    TH_TRY(th_preset_make(c->network, c->text, &c->preset, why));
    if (strncmp(c->network, "mobilenet", 9) == 0) /* the size is in its name */
        c->shape = (th_examples_shape){c->preset.in_h, c->preset.in_w, c->preset.in_c};
    return TH_OK;
}

/* When the examples and their labels are known. */
static th_err make_spec(file_cmd *c, th_why *why)
{
    const th_examples *e = c->train;
    const char *head = th_arg(c->a, "head");
    if (!c->imported)
        return th_spec_parse_part(c->preset.text, c->own ? c->network : "model description", 1, e->h, e->w, e->c,
                                  e->n_labels, &c->spec, why);
    if (head || th_arg(c->a, "cut") || c->im.spec.n_classes != e->n_labels || c->im.spec.n_classes == 0) {
        int32_t cut = -1;
        char lines[1024];
        TH_TRY(place_to_cut(c, &cut, why));
        snprintf(lines, sizeof lines, "%s\n", head ? head : "dense classes");
        for (char *at = lines; *at; at++)
            if (*at == ';') *at = '\n';
        TH_TRY(th_import_replace_head(&c->im, cut, lines, e->n_labels, why));
    }
    c->spec = c->im.spec;
    return freeze(c, why);
}

/* ---- the examples ---- */

static int by_draw(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* Without --val an eighth of the examples, drawn by the seed, is not trained on. */
static th_err divide(file_cmd *c, th_why *why)
{
    const int32_t n = c->train->n;
    uint64_t *draw = calloc((size_t)n, 2 * sizeof *draw);
    c->order = calloc((size_t)n, sizeof *c->order);
    if (!draw || !c->order) {
        free(draw);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    th_rng rng = th_rng_make(c->seed, 77);
    for (int32_t i = 0; i < n; i++) {
        draw[2 * i] = th_rng_u32(&rng);
        draw[2 * i + 1] = (uint64_t)i;
    }
    qsort(draw, (size_t)n, 2 * sizeof *draw, by_draw);
    for (int32_t i = 0; i < n; i++) c->order[i] = (int32_t)draw[2 * i + 1];
    free(draw);
    c->n_val = c->val ? c->val->n : n / VAL_SHARE;
    c->n_train = c->val ? n : n - c->n_val;
    return TH_OK;
}

static void say_examples(const file_cmd *c, const char *what, const char *path, const th_examples *e)
{
    fprintf(stderr, "%s: %s, %d examples of %dx%dx%d, %d labels\n", what, path, (int)e->n, (int)e->h, (int)e->w,
            (int)e->c, (int)e->n_labels);
    if (e->n_skipped)
        fprintf(stderr, "note: %d files could not be read and are left out; the first: %s\n", (int)e->n_skipped,
                e->skipped);
    (void)c;
}

static th_err open_examples(file_cmd *c, th_why *why)
{
    const char *data = th_arg(c->a, "data"), *val = th_arg(c->a, "val");
    float lo, hi;
    TH_TRY(get_pixels(c, &lo, &hi, why));
    TH_TRY(th_examples_load(data, &c->shape, &c->train, why));
    say_examples(c, "learns from", data, c->train);
    if (c->train->n_labels < 2)
        return th_why_set(why, TH_EFORMAT, "%s has one label only (%s): at least two are needed to tell apart", data,
                          c->train->labels[0]);
    const th_examples_shape shape = {c->train->h, c->train->w, c->train->c};
    if (val) {
        TH_TRY(th_examples_load(val, &shape, &c->val, why));
        say_examples(c, "watched by", val, c->val);
        TH_TRY(th_examples_relabel(c->val, c->train, why));
    } else {
        fprintf(stderr,
                "note: without --val, %d of them are set aside to watch the training. If some show the same thing "
                "twice, that flatters: give --val examples of other people or things\n",
                (int)(c->train->n / VAL_SHARE));
    }
    th_card_make(c->train, lo, hi, &c->card);
    c->scale = th_card_scale(&c->card);
    return divide(c, why);
}

static void one_hot(const file_cmd *c, int32_t label, float *y)
{
    for (int32_t k = 0; k < c->train->n_labels; k++) y[k] = k == label;
}

/* Every epoch in another order: a walk through the examples with a step that is prime to their number. */
static int32_t shuffled(const file_cmd *c, int32_t epoch, int32_t i)
{
    th_rng rng = th_rng_make(c->seed, 1000 + (uint64_t)epoch);
    const int64_t n = c->n_train;
    int64_t step = 1 + th_rng_below(&rng, (uint32_t)n), a = step, b = n;
    const int64_t start = th_rng_below(&rng, (uint32_t)n);
    for (;;) {
        for (a = step, b = n; b;) {
            const int64_t r = a % b;
            a = b, b = r;
        }
        if (a == 1) break;
        step++;
    }
    return c->order[(start + step * i) % n];
}

static void train_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const file_cmd *c = ctx;
    const int32_t at = shuffled(c, epoch, i);
    (void)member;
    th_examples_get_changed(c->train, &c->scale, &c->change, c->seed, epoch, at, x);
    one_hot(c, c->train->label[at], y);
}

static void val_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const file_cmd *c = ctx;
    const th_examples *e = c->val ? c->val : c->train;
    const int32_t at = c->val ? i : c->order[c->n_train + i];
    (void)member, (void)epoch;
    th_examples_get(e, &c->scale, at, x);
    one_hot(c, e->label[at], y);
}

/* ---- training ---- */

static th_err make_settings(file_cmd *c, th_why *why)
{
    static const char *const names[] = {
#define X(name, value, def, help) name,
        TH_TRAIN_SETTING_LIST(X)
#undef X
    };
    const th_preset *p = &c->preset;
    th_train_settings *s = &c->settings;
    int64_t seed, epochs, threads, counts[TH_MAX_LABELS] = {0};
    const char *labels[TH_MAX_LABELS];
    TH_TRY(th_arg_int(c->a, "seed", 0, INT64_MAX, 1, &seed, why));
    TH_TRY(th_arg_int(c->a, "epochs", 1, 10000, c->imported ? 20 : p->epochs > 0 ? p->epochs : 40, &epochs, why));
    TH_TRY(th_arg_int(c->a, "threads", 1, TH_MAX_MEMBERS, th_cpu_count(), &threads, why));
    *s = (th_train_settings){.cfg = th_train_default()};
    c->seed = s->cfg.seed = (uint64_t)seed;
    s->cfg.epochs = (int32_t)epochs;
    s->cfg.n_threads = (int)threads;
    s->cfg.batch = p->batch > 1 ? p->batch : 32;
    s->cfg.learning_rate = p->learning_rate > 0 ? p->learning_rate : 1e-3f;
    s->cfg.weight_decay = p->weight_decay > 0 ? p->weight_decay : 1e-4f;
    s->cfg.loss.smoothing = p->label_smoothing;
    s->cfg.ema = p->ema;
    s->cfg.patience = epochs / 3 > 10 ? (int32_t)epochs / 3 : 10;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        th_why inner = {0};
        const char *value = th_arg(c->a, names[i]);
        if (value && th_train_set(s, names[i], value, &inner)) return th_why_set(why, TH_EUSAGE, "--%s", inner.text);
    }
    if (!c->train) return TH_OK;
    for (int32_t i = 0; i < c->train->n_labels; i++) labels[i] = c->train->labels[i];
    for (int32_t i = 0; i < c->n_train; i++) counts[c->train->label[c->order[i]]]++;
    if (s->cfg.loss.row->head != TH_HEAD_SOFTMAX)
        return th_why_set(why, TH_EUSAGE, "labelled examples are classes, which take --loss cross-entropy");
    return th_train_settle(s, labels, counts, c->train->n_labels, why);
}

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    th_train_view_epoch(&((file_cmd *)ctx)->view, r);
    return true;
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    if (epoch == 0)
        th_progress("features", part);
    else
        th_train_view_progress(&((file_cmd *)ctx)->view, epoch, part);
}

/* Data, weights to start from, and what is done to pictures. */
static uint64_t hash_job(const file_cmd *c)
{
    const size_t n = (size_t)c->train->n * (size_t)(c->train->h * c->train->w * c->train->c);
    const th_picture_change *ch = &c->change;
    const float change[] = {ch->flip,     ch->shift,        ch->zoom,        ch->brightness,
                            ch->contrast, c->card.pixel_lo, c->card.pixel_hi};
    uint64_t h = TH_FNV1A_START;
    if (c->train->u8) h = th_fnv1a(h, (th_span){c->train->u8, n});
    if (c->train->f32) h = th_fnv1a(h, (th_span){(const uint8_t *)c->train->f32, n * sizeof(float)});
    h = th_fnv1a(h, (th_span){(const uint8_t *)c->train->label, (size_t)c->train->n * sizeof(int32_t)});
    h = th_fnv1a(h, (th_span){(const uint8_t *)change, sizeof change});
    h = th_fnv1a(h, (th_span){(const uint8_t *)c->frozen, sizeof c->frozen});
    return th_fnv1a(h, (th_span){(const uint8_t *)c->network, strlen(c->network)});
}

static th_err train_it(file_cmd *c, th_model **model, th_why *why)
{
    int64_t keep;
    TH_TRY(th_arg_int(c->a, "keep", 0, 1000, 0, &keep, why));
    if (keep && c->frozen_to < 0)
        return th_why_set(why, TH_EUSAGE, "--keep needs --freeze LAYER: what is kept is what frozen layers made");
    const th_train_job job = {.spec = &c->spec,
                              .start = c->imported ? &c->im : NULL,
                              .frozen = c->frozen_to >= 0 ? c->frozen : NULL,
                              .cfg = c->settings.cfg,
                              .train = train_example,
                              .val = val_example,
                              .train_ctx = c,
                              .val_ctx = c,
                              .n_train = c->n_train,
                              .n_val = c->n_val,
                              .checkpoint = c->checkpoint,
                              .resume = th_arg_on(c->a, "resume"),
                              .job_hash = hash_job(c),
                              .on_epoch = on_epoch,
                              .on_progress = on_progress,
                              .ctx = c};
    c->view = (th_train_view){
        .epochs = job.cfg.epochs, .n_train = job.n_train, .has_val = job.n_val > 0, .live = th_stderr_is_terminal()};
    c->view.done = calloc((size_t)job.cfg.epochs, sizeof *c->view.done);
    if (!c->view.done) return th_why_set(why, TH_ENOMEM, "out of memory");
    fprintf(stderr, "%s: %lld parameters, %lld multiplications per answer\n", c->network,
            (long long)th_spec_parameters(&c->spec), (long long)th_spec_macs(&c->spec));
    const th_err err =
        keep ? th_transfer_train(&job, &c->im, c->frozen_to, (int32_t)keep, model, why) : th_train(&job, model, why);
    th_train_view_end(&c->view);
    return err;
}

/* ---- results ---- */

static th_err name_output(file_cmd *c, th_why *why)
{
    const char *out = th_arg(c->a, "out"), *slash = strrchr(c->network, '/'), *name = slash ? slash + 1 : c->network,
               *dot = strrchr(name, '.');
    const bool file = ends_with(name, ".txt") || c->imported;
    const int stem = file ? (int)(dot - name) : (int)strlen(name);
    const int n = out ? snprintf(c->out, sizeof c->out, "%s", out)
                      : snprintf(c->out, sizeof c->out, "%.*s%s.tflite", stem, name, c->imported ? "_trained" : "");
    if (n < 0 || (size_t)n + 8 > sizeof c->out) return th_why_set(why, TH_ERANGE, "the path of the model is too long");
    if (!ends_with(c->out, ".tflite"))
        return th_why_set(why, TH_EUSAGE, "--out %s: the model is a .tflite file", c->out);
    snprintf(c->checkpoint, sizeof c->checkpoint, "%.*s.thc", (int)(strlen(c->out) - 7), c->out);
    return TH_OK;
}

static void print_result(const file_cmd *c)
{
    const th_epoch_report *best = NULL;
    double seconds = 0;
    for (int32_t i = 0; i < c->view.n; i++) {
        if (c->view.done[i].best) best = &c->view.done[i];
        seconds += c->view.done[i].value[TH_SECONDS];
    }
    const double accuracy = best && c->n_val ? best->value[TH_VAL_ACCURACY] : (double)NAN;
    if (th_arg_on(c->a, "json")) {
        json_t *o =
            json_pack("{ss si sI sI sf si si}", "model", c->out, "epochs", (int)c->view.n, "parameters",
                      (json_int_t)th_spec_parameters(&c->spec), "macs", (json_int_t)th_spec_macs(&c->spec), "seconds",
                      seconds, "examples", (int)c->n_train, "best_epoch", best ? (int)best->epoch : 0);
        if (o && isfinite(accuracy)) json_object_set_new(o, "val_accuracy", json_real(accuracy));
        char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
        if (text) puts(text);
        free(text);
        json_decref(o);
        return;
    }
    printf("%s", c->out);
    if (isfinite(accuracy))
        printf(": epoch %d was best, %.1f %% of the watched examples right", (int)best->epoch, 100 * accuracy);
    printf(" (%.0f s)\nnext: thimble test %s --data OTHER_EXAMPLES\n", seconds, c->out);
}

static th_err all(file_cmd *c, th_why *why)
{
    th_model *model = NULL;
    th_why stop = {0};
    TH_TRY(get_change(c, why));
    TH_TRY(open_network(c, why));
    TH_TRY(get_size(c, why));
    TH_TRY(name_output(c, why));
    TH_TRY(make_settings(c, why)); /* the seed divides the examples */
    TH_TRY(open_examples(c, why));
    TH_TRY(make_settings(c, why));
    TH_TRY(make_spec(c, why));
    th_err err = train_it(c, &model, &stop);
    if (err == TH_EINTR && c->view.n)
        err = th_why_set(why, err, "%s. Go on with the same command and --resume", stop.text);
    else if (err)
        err = th_why_set(why, err, "%s", stop.text);
    if (!err) err = th_card_attach(&c->card, model, why);
    if (!err) err = th_model_save(model, c->out, why);
    th_model_free(model);
    if (!err) {
        th_file_remove(c->checkpoint);
        print_result(c);
    }
    return err;
}

th_err th_train_file(const th_args *a, th_why *why)
{
    file_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->a = a;
    c->frozen_to = -1;
    c->network = th_word(a, 0, "mobilenet-v1");
    const th_err err = all(c, why);
    th_examples_free(c->train);
    th_examples_free(c->val);
    th_model_free(c->model);
    free(c->view.done);
    free(c->order);
    free(c->own);
    free(c);
    return err;
}
