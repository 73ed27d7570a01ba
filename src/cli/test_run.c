/* Networks and clips of `thimble test`, and the counting. */
#include "cli/test.h"

#include "base/hash.h"
#include "base/text.h"
#include "cli/quantized.h"
#include "data/split.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_SAMPLES INT64_C(134217728) /* of long files kept in memory: 256 MB */

typedef struct th_long_file {
    const char *file; /* of the dataset */
    int16_t *pcm;
    int32_t n;
} th_long_file;

/* ---- networks ------------------------------------------------------------------------------- */

/* The model in a file into the slot of its input type; its description must fit the one that is known. */
static th_err load_net(const char *path, th_test *t, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    th_model *model;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const uint64_t hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    TH_TRY(th_model_load(path, &model, why));
    const th_graph *g = &model->graphs[0];
    const int slot = g->n_inputs > 0 && g->tensors[g->inputs[0]].type == TH_F32 ? TH_NET_FLOAT : TH_NET_INT8;
    th_model_free(t->net[slot]);
    t->net[slot] = model;
    t->hash[slot] = hash;
    th_why inner = {0};
    th_err err = th_pipeline_from(model, &t->pipe, &inner);
    if (err == TH_ENOENT) {
        t->of_examples = true;
        t->has_card = th_model_metadata(model, TH_CARD_METADATA).n > 0;
        inner = (th_why){0};
        err = t->has_card ? th_card_from(model, &t->card, &inner) : TH_OK;
    }
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

/* A project that has just the model's labels and rate: enough to read recordings. */
static th_err project_of_model(th_test *t, th_why *why)
{
    static const char *const some[] = {"yes"};
    TH_TRY(th_project_defaults("keyword", some, 1, &t->project, why));
    snprintf(t->project.dir, sizeof t->project.dir, ".");
    return TH_OK;
}

/* Labels and rate of the model rule: it may be older than thimble.ini. */
static void use_labels_of_model(th_test *t)
{
    th_project *p = &t->project;
    bool same = p->n_labels == t->pipe.n_labels;
    for (int32_t i = 0; same && i < p->n_labels; i++) same = strcmp(p->labels[i], t->pipe.labels[i]) == 0;
    if (!same && t->has_project)
        fprintf(stderr,
                "note: the model was trained for other labels than thimble.ini has now; it is tested with its own. "
                "To use the new ones: thimble train %s\n",
                p->dir);
    p->n_labels = t->pipe.n_labels;
    memcpy(p->labels, t->pipe.labels, sizeof p->labels);
    p->rate_hz = t->pipe.frontend.rate_hz;
    p->clip_ms = (int32_t)((int64_t)t->pipe.clip_samples * 1000 / t->pipe.frontend.rate_hz);
}

static th_err open_project(const char *dir, const char *model, th_test *t, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_load(dir, &t->project, why));
    t->has_project = true;
    if (model) return load_net(model, t, why);
    TH_TRY(th_project_path(&t->project, TH_FILE_FLOAT, path, why));
    const bool has_float = th_file_exists(path);
    if (has_float) TH_TRY(load_net(path, t, why));
    bool made = false;
    if (has_float) TH_TRY(th_project_quantize_if_stale(&t->project, &made, why));
    if (made)
        fprintf(stderr, "%s/%s is made from the float model and the settings as they are now\n", dir, TH_FILE_INT8);
    TH_TRY(th_project_path(&t->project, TH_FILE_INT8, path, why));
    const bool has_int8 = th_file_exists(path);
    if (!has_float && !has_int8)
        return th_why_set(why, TH_ENOENT, "%s has no model yet. Make one: thimble train %s", dir, dir);
    return has_int8 ? load_net(path, t, why) : TH_OK;
}

th_err th_test_open(const char *word, const char *model, th_test *t, th_why *why)
{
    memset(t, 0, sizeof *t);
    if (th_dir_exists(word)) {
        TH_TRY(open_project(word, model, t, why));
    } else if (th_file_exists(word)) {
        if (model) return th_why_set(why, TH_EUSAGE, "%s is a model already: leave out --model", word);
        TH_TRY(load_net(word, t, why));
        if (t->of_examples) return TH_OK;
        TH_TRY(project_of_model(t, why));
    } else {
        return th_why_set(why, TH_ENOENT, "there is no project folder or model file %s", word);
    }
    const bool sound = th_project_task(&t->project)->input == TH_IN_SOUND;
    if (t->of_examples && !sound) return TH_OK;
    if (!t->of_examples && !sound)
        return th_why_set(why, TH_EFORMAT,
                          "%s has task = %s, but its model is one of sounds. Train it again: thimble "
                          "train %s",
                          word, t->project.task, word);
    if (t->of_examples)
        return th_why_set(why, TH_ENOENT,
                          "the model holds no description of its labels and features (%s), so recordings cannot be "
                          "tested with it. Models made by `thimble train` and `thimble quantize` have one",
                          TH_PIPELINE_METADATA);
    use_labels_of_model(t);
    return TH_OK;
}

void th_test_free(th_test *t)
{
    for (int k = 0; k < TH_MAX_NETS; k++) th_model_free(t->net[k]);
    th_dataset_free(t->set);
    th_examples_free(t->shown);
    for (int k = 0; k < TH_TEST_NETS; k++) free(t->out[k]);
    free(t->clip);
    free(t->truth);
    free(t->verdict);
    for (size_t i = 0; i < t->n_long; i++) free(t->long_file[i].pcm);
    free(t->long_file);
    memset(t, 0, sizeof *t);
}

/* ---- clips ---------------------------------------------------------------------------------- */

static const th_long_file *find_long(const th_test *t, const char *file)
{
    for (size_t i = 0; i < t->n_long; i++)
        if (strcmp(t->long_file[i].file, file) == 0) return &t->long_file[i];
    return NULL;
}

/* Reads each recording that was cut into pieces once, instead of once per piece. */
static th_err read_long_files(th_test *t, th_why *why)
{
    int64_t room = LONG_SAMPLES;
    for (size_t i = 0; i < t->n && room > 0; i++) {
        const th_sample *c = &t->set->samples[t->clip[i]];
        if (c->start == 0 || find_long(t, c->file)) continue;
        th_long_file *more = realloc(t->long_file, (t->n_long + 1) * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory");
        t->long_file = more;
        th_sample whole = *c;
        whole.start = whole.n_rows = 0; /* all of the file */
        th_long_file f = {.file = c->file};
        if (th_dataset_samples(t->set, &whole, &f.pcm, &f.n, NULL)) continue; /* each piece will say so */
        room -= f.n;
        t->long_file[t->n_long++] = f;
    }
    return TH_OK;
}

th_err th_test_split(const char *name, th_split *split, th_why *why)
{
    int part;
    TH_TRY(th_split_part(name ? name : th_split_name(TH_TEST), &part, why));
    if (part == TH_PART_ALL)
        return th_why_set(why, TH_EUSAGE, "--split all is for --data; of a project: train, val or test");
    *split = (th_split)part;
    return TH_OK;
}

static th_err read_split(th_test *t, const char *name, th_split *split, th_why *why)
{
    TH_TRY(th_test_split(name, split, why));
    if (!t->has_project)
        return th_why_set(why, TH_EUSAGE,
                          "a model file has no clips of its own: name a folder with --data DIR, or a long recording "
                          "with --stream FILE.wav");
    return th_dataset_load(&t->project, &t->set, why);
}

th_err th_test_choose(th_test *t, const char *dir, const char *split_name, th_why *why)
{
    th_split split = TH_TEST;
    if (dir) {
        int part;
        TH_TRY(th_split_part(split_name, &part, why));
        TH_TRY(th_dataset_scan(&t->project, dir, part, &t->set, why));
    } else {
        TH_TRY(read_split(t, split_name, &split, why));
        split_name = th_split_name(split);
    }
    const size_t n = t->set->n;
    t->clip = malloc((n + 1) * sizeof *t->clip);
    t->truth = malloc((n + 1) * sizeof *t->truth);
    t->verdict = malloc((n + 1) * sizeof *t->verdict);
    if (!t->clip || !t->truth || !t->verdict) return th_why_set(why, TH_ENOMEM, "out of memory for %zu clips", n);
    for (size_t i = 0; i < n; i++) {
        const th_sample *c = &t->set->samples[i];
        if (c->split != split) continue;
        t->truth[t->n] = th_pipeline_label(&t->pipe, c->label);
        t->clip[t->n++] = i;
    }
    th_text_fmt(t->what, sizeof t->what, dir ? "recordings below %s" : "%s clips", dir ? dir : split_name);
    if (t->n == 0)
        return th_why_set(
            why, TH_ENOENT,
            n ? "none of the project's %zu clips is kept for %s. Divide them anew: thimble data split --project %s"
              : "the project has %zu clips, so there is nothing for %s. Bring some: thimble data import FOLDER "
                "--project %s",
            n, split_name, t->project.dir);
    return TH_OK;
}

/* ---- the test ------------------------------------------------------------------------------- */

th_err th_test_clip(void *ctx, size_t i, int16_t *pcm)
{
    const th_test *t = ctx;
    int16_t *all;
    int32_t n;
    const th_sample *c = &t->set->samples[t->clip[i]];
    const th_long_file *f = find_long(t, c->file);
    if (f && c->start < f->n) {
        th_clip_window(f->pcm + c->start, f->n - c->start < c->n_rows ? f->n - c->start : c->n_rows, 0, pcm,
                       t->pipe.clip_samples);
        return TH_OK;
    }
    const th_err err = th_dataset_samples(t->set, c, &all, &n, NULL);
    if (err) return err;
    th_clip_window(all, n, 0, pcm, t->pipe.clip_samples);
    free(all);
    return TH_OK;
}

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("test", part);
}

static void note_unreadable(th_test *t, size_t i)
{
    th_why why = {0};
    int16_t *pcm;
    int32_t n;
    if (t->unreadable++) return;
    if (!th_dataset_samples(t->set, &t->set->samples[t->clip[i]], &pcm, &n, &why)) free(pcm);
    snprintf(t->first_problem, sizeof t->first_problem, "%s", why.err ? why.text : th_err_text(t->verdict[i].err));
}

/* Of two labels: how often the score of the second is higher for one of its own than for one of the first; -1 where
 * there are not two, or one does not occur. */
static double pair_auc(const th_test *t, int k)
{
    size_t n = 0;
    th_scored *s = t->pipe.n_labels == 2 && t->net[k] ? malloc((t->n + 1) * sizeof *s) : NULL;
    for (size_t i = 0; s && i < t->n; i++)
        if (!t->verdict[i].err && t->truth[i] >= 0) s[n++] = (th_scored){t->verdict[i].score[k][1], t->truth[i] == 1};
    const double auc = s ? th_anomaly_auc(s, n) : -1;
    free(s);
    return auc;
}

void th_test_count(th_test *t)
{
    t->confusion[0] = t->confusion[1] = (th_confusion){.n = t->pipe.n_labels};
    for (size_t i = 0; i < t->n; i++) {
        const th_verdict *v = &t->verdict[i];
        if (v->err) {
            note_unreadable(t, i);
            continue;
        }
        if (t->truth[i] < 0) {
            t->no_class++;
            continue;
        }
        t->tested++;
        for (int k = 0; k < TH_MAX_NETS; k++)
            if (t->net[k]) th_confusion_add(&t->confusion[k], t->truth[i], v->said[k]);
        t->agree += t->net[0] && t->net[1] && v->said[0] == v->said[1];
    }
    for (int k = 0; k < TH_TEST_NETS; k++) t->auc[k] = k < TH_MAX_NETS ? pair_auc(t, k) : -1;
    t->unreadable += t->set ? t->set->n_skipped : (size_t)t->shown->n_skipped; /* left out while reading */
}

th_err th_test_classify(th_test *t, th_why *why)
{
    const th_classify_job job = {.pipe = &t->pipe,
                                 .net = {t->net[0], t->net[1]},
                                 .fill = th_test_clip,
                                 .n_clips = t->n,
                                 .ctx = t,
                                 .progress = on_progress,
                                 .n_threads = th_cpu_count()};
    TH_TRY(read_long_files(t, why));
    TH_TRY(th_classify_clips(&job, t->verdict, why));
    th_test_count(t);
    if (t->unreadable)
        fprintf(stderr, "note: %zu recordings could not be used%s%s\n", t->unreadable,
                *t->first_problem ? "; the first: " : "", t->first_problem);
    if (t->no_class)
        fprintf(stderr, "note: %zu clips were left out: this network has no class for their label\n", t->no_class);
    if (t->tested == 0)
        return th_why_set(why, TH_EFORMAT, "not one of %zu clips could be used. %s", t->n, t->first_problem);
    return TH_OK;
}
