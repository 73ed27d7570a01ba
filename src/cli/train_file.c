#include "cli/train_file.h"

#include "cli/train_view.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/example_set.h"
#include "data/task_examples.h"
#include "model/near.h"
#include "os/file.h"
#include "os/run.h"
#include "train/settings.h"
#include "train/transfer.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct file_cmd {
    const th_args *a;
    const char *network; /* first word: preset, description or .tflite */
    char text[TH_PRESET_BYTES];
    th_preset preset;
    char *own;       /* description from a file */
    th_model *model; /* of a .tflite */
    th_import im;
    uint64_t start_hash; /* of its file */
    bool imported, frozen[TH_MAX_LAYERS];
    int32_t frozen_to; /* -1: none */
    th_spec spec;
    th_examples_shape shape;
    th_example_set set;
    th_card known; /* of a .tflite that was trained on examples before; has_card */
    bool has_card;
    th_train_settings settings;
    th_train_view view;
    char out[TH_PATH_BYTES], checkpoint[TH_PATH_BYTES];
} file_cmd;

/* ---- the network ---- */

static void list_layers(const file_cmd *c)
{
    const th_spec *s = &c->im.spec;
    fprintf(stderr, "Layers of %s, from input to output, and the shape that each gives:\n", c->network);
    for (int32_t i = 0; i < s->n_layers; i++)
        fprintf(stderr, "  %-18s %dx%dx%d\n", s->layer[i].name, (int)s->layer[i].out_h, (int)s->layer[i].out_w,
                (int)s->layer[i].out_c);
}

/* A layer of the imported network by the option that names it; -1 when the option was not given. */
static th_err named_layer(const file_cmd *c, const char *option, int32_t *layer, th_why *why)
{
    const char *name = th_arg(c->a, option), *meant = NULL;
    int32_t distance = 0;
    *layer = -1;
    if (!name) return TH_OK;
    *layer = th_import_layer(&c->im, name);
    if (*layer >= 0) return TH_OK;
    for (int32_t i = 0; i < c->im.spec.n_layers; i++) th_word_nearer(name, c->im.spec.layer[i].name, &meant, &distance);
    list_layers(c);
    return th_why_set(why, TH_EUSAGE, "--%s %s: there is no such layer (all of them stand above)%s%s%s", option, name,
                      meant ? ", did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
}

/* The layer before the last dense one, for a new head. */
static th_err place_to_cut(const file_cmd *c, int32_t *cut, th_why *why)
{
    th_why inner = {0};
    TH_TRY(named_layer(c, "cut", cut, why));
    if (*cut >= 0) return TH_OK;
    const th_err err = th_import_before_head(&c->im, cut, &inner);
    return err ? th_why_set(why, err, "%s: %s: say --cut LAYER", c->network, inner.text) : TH_OK;
}

static th_err freeze(file_cmd *c, th_why *why)
{
    TH_TRY(named_layer(c, "freeze", &c->frozen_to, why));
    for (int32_t i = 0; i <= c->frozen_to; i++) c->frozen[i] = true;
    return TH_OK;
}

static th_err open_import(file_cmd *c, th_why *why)
{
    th_why inner = {0};
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(c->network, 0, &bytes, &n, why));
    c->start_hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    TH_TRY(th_model_load(c->network, &c->model, why));
    const th_err err = th_import_graph(&c->model->graphs[0], &c->im, &inner);
    if (err) return th_why_set(why, err, "%s: %s", c->network, inner.text);
    c->imported = true;
    c->shape = (th_examples_shape){c->im.spec.in_h, c->im.spec.in_w, c->im.spec.in_c};
    c->has_card = th_model_metadata(c->model, TH_CARD_METADATA).n > 0;
    return c->has_card ? th_card_from(c->model, &c->known, why) : TH_OK;
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

/* Options of networks that were trained before; a wrong word is found before the examples are read. */
static th_err check_layers(const file_cmd *c, th_why *why)
{
    static const char *const options[] = {"freeze", "cut", "head"};
    int32_t layer;
    for (int i = 0; i < 3; i++) {
        if (th_arg(c->a, options[i]) && !c->imported)
            return th_why_set(why, TH_EUSAGE, "--%s is for a .tflite that was trained before; %s is none", options[i],
                              c->network);
        if (i < 2) TH_TRY(named_layer(c, options[i], &layer, why));
    }
    return TH_OK;
}

static th_err open_network(file_cmd *c, th_why *why)
{
    if (th_text_ends(c->network, ".tflite")) return open_import(c, why);
    if (th_text_ends(c->network, ".txt")) return open_text(c, why);
    TH_TRY(th_preset_make(c->network, c->text, &c->preset, why));
    if (strncmp(c->network, "mobilenet", 9) == 0) /* the size is in its name */
        c->shape = (th_examples_shape){c->preset.in_h, c->preset.in_w, c->preset.in_c};
    return TH_OK;
}

static bool new_end(const file_cmd *c)
{
    return th_arg(c->a, "head") || th_arg(c->a, "cut");
}

static th_err open_examples(file_cmd *c, th_why *why)
{
    th_example_files f = {.data = th_arg(c->a, "data"),
                          .val = th_arg(c->a, "val"),
                          .shape = c->shape,
                          .card = c->has_card ? &c->known : NULL,
                          .new_labels = new_end(c),
                          .change = th_arg(c->a, "change"),
                          .pixel_lo = 0,
                          .pixel_hi = 1};
    TH_TRY(th_pixels_parse(th_arg(c->a, "pixels"), &f.pixel_lo, &f.pixel_hi, why));
    TH_TRY(th_example_set_open(&c->set, &f, why));
    if (!f.val)
        fprintf(stderr,
                "note: without --val, %d of them are set aside to watch the training. If some show the same thing "
                "twice, that flatters: give --val examples of other people or things\n",
                (int)c->set.n_val);
    return TH_OK;
}

/* Labels, or what goes in. */
static th_err get_target(file_cmd *c, th_why *why)
{
    const char *text = th_arg(c->a, "target");
    if (!text) text = strstr(c->preset.name, "autoencoder") ? "input" : "labels";
    c->set.to_input = strcmp(text, "input") == 0;
    if (c->set.to_input || strcmp(text, "labels") == 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "--target %s: it is labels or input", text);
}

static th_err make_autoencoder(file_cmd *c, th_why *why)
{
    const th_examples *e = c->set.train;
    if (c->imported)
        c->spec = c->im.spec;
    else
        TH_TRY(th_spec_parse_part(c->preset.text, c->own ? c->network : "model description", 1, e->h, e->w, e->c, 0,
                                  &c->spec, why));
    const th_layer *last = &c->spec.layer[c->spec.n_layers - 1];
    const int32_t in = e->h * e->w * e->c, out = last->out_h * last->out_w * last->out_c;
    if (in != out)
        return th_why_set(why, TH_ESHAPE,
                          "an autoencoder gives back what goes in: %d values of %dx%dx%d, but %s gives %d%s", (int)in,
                          (int)e->h, (int)e->w, (int)e->c, c->network, (int)out,
                          strncmp(c->network, "autoencoder", 11) == 0 ? "; write their number behind a dash" : "");
    return c->imported ? freeze(c, why) : TH_OK;
}

/* When the examples and their labels are known. */
static th_err make_spec(file_cmd *c, th_why *why)
{
    const th_examples *e = c->set.train;
    const char *head = th_arg(c->a, "head");
    if (c->set.to_input) return make_autoencoder(c, why);
    if (!c->imported)
        return th_spec_parse_part(c->preset.text, c->own ? c->network : "model description", 1, e->h, e->w, e->c,
                                  e->n_labels, &c->spec, why);
    if (new_end(c) || c->set.new_labels || c->im.spec.n_classes != e->n_labels || c->im.spec.n_classes == 0) {
        int32_t cut = -1;
        char lines[1024];
        TH_TRY(place_to_cut(c, &cut, why));
        if (snprintf(lines, sizeof lines, "%s\n", head ? head : "dense classes") >= (int)sizeof lines)
            return th_why_set(why, TH_ERANGE, "--head is longer than %zu letters", sizeof lines);
        for (char *at = lines; *at; at++)
            if (*at == ';') *at = '\n';
        TH_TRY(th_import_replace_head(&c->im, cut, lines, e->n_labels, why));
    }
    c->spec = c->im.spec;
    return freeze(c, why);
}

/* ---- training ---- */

static th_err settle_input(th_train_settings *s, th_why *why)
{
    if (s->cfg.loss.row->head != TH_HEAD_LINEAR)
        return th_why_set(why, TH_EUSAGE, "--target input are numbers, which take --loss mse, mae or huber");
    return th_train_settle(s, NULL, NULL, 0, why);
}

/* Classes that nothing is learnt of: IDX and .labels files count them, so that one may be left out. */
static void say_empty(const char *const *labels, const int64_t *counts, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (counts[i] == 0)
            fprintf(stderr,
                    "note: there is no example of class %s to train on, so the network will not learn to say it\n",
                    labels[i]);
}

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
    c->set.seed = s->cfg.seed = (uint64_t)seed;
    s->cfg.epochs = (int32_t)epochs;
    s->cfg.n_threads = (int)threads;
    s->cfg.batch = p->batch > 1 ? p->batch : 32;
    s->cfg.learning_rate = p->learning_rate > 0 ? p->learning_rate : 1e-3f;
    s->cfg.weight_decay = p->weight_decay > 0 ? p->weight_decay : 1e-4f;
    s->cfg.loss.smoothing = p->label_smoothing;
    if (c->set.to_input) s->cfg.loss.row = th_loss_find("mse");
    s->cfg.ema = p->ema;
    s->cfg.patience = epochs / 3 > 10 ? (int32_t)epochs / 3 : 10;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        th_why inner = {0};
        const char *value = th_arg(c->a, names[i]);
        if (value && th_train_set(s, names[i], value, &inner)) return th_why_set(why, TH_EUSAGE, "--%s", inner.text);
    }
    const th_examples *e = c->set.train;
    if (!e) return TH_OK;
    if (c->set.to_input) return settle_input(s, why);
    for (int32_t i = 0; i < e->n_labels; i++) labels[i] = e->labels[i];
    for (int32_t i = 0; i < c->set.n_train; i++) counts[e->label[c->set.order[i]]]++;
    say_empty(labels, counts, e->n_labels);
    if (s->cfg.loss.row->head != TH_HEAD_SOFTMAX)
        return th_why_set(why, TH_EUSAGE, "labelled examples are classes, which take --loss cross-entropy");
    return th_train_settle(s, labels, counts, e->n_labels, why);
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

/* Data, and weights to start from. */
static uint64_t hash_job(const file_cmd *c)
{
    uint64_t h = th_example_set_hash(&c->set);
    h = th_fnv1a(h, (th_span){(const uint8_t *)c->frozen, sizeof c->frozen});
    return th_fnv1a(h, (th_span){(const uint8_t *)&c->start_hash, sizeof c->start_hash});
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
                              .train = th_example_set_train,
                              .val = th_example_set_val,
                              .train_ctx = &c->set,
                              .val_ctx = &c->set,
                              .n_train = c->set.n_train,
                              .n_val = c->set.n_val,
                              .checkpoint = c->checkpoint,
                              .resume = th_arg_on(c->a, "resume"),
                              .light = c->set.train->f32 != NULL,
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
    const bool file = th_text_ends(name, ".txt") || c->imported;
    const int stem = file ? (int)(dot - name) : (int)strlen(name);
    const int n = out ? snprintf(c->out, sizeof c->out, "%s", out)
                      : snprintf(c->out, sizeof c->out, "%.*s%s.tflite", stem, name, c->imported ? "_trained" : "");
    if (n < 0 || (size_t)n + 8 > sizeof c->out) return th_why_set(why, TH_ERANGE, "the path of the model is too long");
    if (!th_text_ends(c->out, ".tflite"))
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
    const double accuracy = best && c->set.n_val && !c->set.to_input ? best->value[TH_VAL_ACCURACY] : (double)NAN;
    if (th_arg_on(c->a, "json")) {
        json_t *o =
            json_pack("{ss si sI sI sf si si}", "model", c->out, "epochs", (int)c->view.n, "parameters",
                      (json_int_t)th_spec_parameters(&c->spec), "macs", (json_int_t)th_spec_macs(&c->spec), "seconds",
                      seconds, "examples", (int)c->set.n_train, "best_epoch", best ? (int)best->epoch : 0);
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
    TH_TRY(open_network(c, why));
    TH_TRY(check_layers(c, why));
    TH_TRY(get_target(c, why));
    TH_TRY(th_example_size(th_arg(c->a, "size"), &c->shape, why));
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
    if (!err) err = th_card_attach(&c->set.card, model, why);
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
    th_example_set_free(&c->set);
    th_model_free(c->model);
    free(c->view.done);
    free(c->own);
    free(c);
    return err;
}
