#include "data/task_import.h"

#include "base/text.h"
#include "data/import.h"
#include "data/mirror.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

/* Sides of small pictures: those of MNIST, CIFAR and icons. */
#define LEAST 16
#define SMALL 48

typedef struct job {
    th_project *p;
    const th_task *task;
    th_dataset *set;
    const th_task_import_cfg *cfg;
    th_task_import_report *report;
    th_hash_index *index;
    size_t before;            /* samples that were there */
    bool recorded;            /* one recording, of now: the samples that were there are divided already */
    bool coloured;            /* a picture that came is not a PNG of grey values */
    char source[256];         /* the folder's own name */
    const th_task_made *made; /* NULL: they are read */
} job;

/* ---- adding ---- */

/* The sample that was just added: away again when the same content is here with the same label. */
static void keep_if_new(job *j)
{
    th_sample *s = &j->set->samples[j->set->n - 1];
    const int64_t twin = th_hash_index_find(j->index, s->hash);
    const bool same = twin >= 0 && strcmp(j->set->samples[twin].label, s->label) == 0;
    if (!same) {
        th_hash_index_add(j->index, j->set->n - 1);
        j->report->added++;
        return;
    }
    j->report->already++;
    free(s->block);
    j->set->n--;
}

static bool is_anomaly(const job *j)
{
    return j->task->output == TH_OUT_INPUT;
}

/* Rows from .. to - 1 of r as a sample. */
static th_err put_part(job *j, const th_recording *r, int32_t from, int32_t to, const char *name, bool fixed,
                       th_split split, th_why *why)
{
    th_segment *seg = calloc((size_t)r->n_parts + 1, sizeof *seg);
    size_t n = 0;
    if (!seg) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < r->n_parts; i++) {
        const int32_t a = r->parts[i].from > from ? r->parts[i].from : from,
                      b = r->parts[i].to < to ? r->parts[i].to : to;
        if (a < b) seg[n++] = (th_segment){a - from, b - from, r->parts[i].label};
    }
    /* one label throughout is the sample's own */
    const bool whole = n == 1 && seg[0].from == 0 && seg[0].to == to - from;
    const th_sample s = {.name = name,
                         .label = whole ? seg[0].label : r->label,
                         .labels = r->labels,
                         .subject = r->subject,
                         .device = r->device,
                         .group = r->group,
                         .source = j->source,
                         .licence = j->made ? j->made->licence : "",
                         .consent = j->made ? j->made->consent : "",
                         .channels = r->channels,
                         .notes = fixed ? "split of the data set" : "",
                         .kind = TH_SIGNAL,
                         .split = split,
                         .rate_hz = r->rate_hz,
                         .segments = seg,
                         .n_segments = whole ? 0 : n};
    const th_err err =
        th_dataset_put_signal(j->set, &s, r->rows + (size_t)from * (size_t)r->n_channels, to - from, why);
    free(seg);
    if (!err) keep_if_new(j);
    return err;
}

/* Normal recordings of a machine in time: to learn from, to watch, to test. */
static th_err put_in_time(job *j, const th_recording *r, th_why *why)
{
    const int32_t ends[] = {(int32_t)((int64_t)r->n * 7 / 10), (int32_t)((int64_t)r->n * 8 / 10), r->n};
    char name[600];
    for (int32_t k = 0, from = 0; k < TH_N_SPLITS; from = ends[k++]) {
        th_text_fmt(name, sizeof name, "%s#%s", r->name, th_split_name((th_split)k));
        if (ends[k] > from) TH_TRY(put_part(j, r, from, ends[k], name, true, (th_split)k, why));
    }
    return TH_OK;
}

/* Is it cut in time?  What is recorded now only where a window fits into the part that watches. */
static bool is_cut(const job *j, const th_recording *r)
{
    const double part_ms = r->rate_hz > 0 ? r->n / r->rate_hz * 100 : 0;
    return is_anomaly(j) && !*r->subject && (!j->recorded || part_ms >= j->p->recipe.window_ms);
}

static th_err take_recording(void *ctx, const th_recording *r, th_why *why)
{
    job *j = ctx;
    const char *normal = j->p->n_labels ? j->p->labels[0] : "normal";
    if (j->before && j->set->n && strcmp(j->set->samples[0].channels, r->channels) != 0)
        return th_why_set(why, TH_EFORMAT, "%s has the channels %s, but the project's data have %s", r->name,
                          r->channels, j->set->samples[0].channels);
    j->before = 1; /* the first of all says which channels there are */
    if (!r->has_split && strcmp(r->label, normal) == 0 && is_cut(j, r)) return put_in_time(j, r, why);
    if (!r->has_split && is_anomaly(j) && r->n_parts == 0 && strcmp(r->label, normal) != 0)
        return put_part(j, r, 0, r->n, r->name, true, TH_TEST, why);
    return put_part(j, r, 0, r->n, r->name, r->has_split, r->split, why);
}

/* PNG, 11.2.2: the kind of colour is byte 9 of IHDR's data, the file's byte 25; 0 is grey. */
static bool is_grey_png(th_span file)
{
    return file.n > 25 && file.p[1] == 'P' && file.p[25] == 0;
}

static th_err take_picture(void *ctx, const th_found_picture *f, th_why *why)
{
    job *j = ctx;
    const th_sample s = {.name = f->name,
                         .label = f->label,
                         .subject = f->subject,
                         .source = j->source,
                         .licence = j->made ? j->made->licence : "",
                         .consent = j->made ? j->made->consent : "",
                         .notes = f->has_split ? "split of the data set" : "",
                         .kind = TH_PICTURE,
                         .split = f->split,
                         .width = f->w,
                         .height = f->h,
                         .boxes = f->boxes,
                         .n_boxes = f->n_boxes};
    TH_TRY(th_dataset_put_picture(j->set, &s, f->file, why));
    j->coloured |= !is_grey_png(f->file);
    keep_if_new(j);
    return TH_OK;
}

/* ---- afterwards ---- */

/* Where a set says what learns and one more part, that one tests, and some of what learns watches: what a training is
 * stopped by would flatter as a test. */
static void use_parts(th_split_item *item, size_t first, size_t n, th_split_cfg *cfg)
{
    size_t count[TH_N_SPLITS] = {0};
    for (size_t i = first; i < n; i++) count[item[i].split] += item[i].fixed;
    if (!count[TH_VAL] && !count[TH_TEST]) return;
    cfg->test = 0;
    for (size_t i = first; i < n; i++) {
        if (!item[i].fixed) continue;
        if (!count[TH_TEST] && item[i].split == TH_VAL) item[i].split = TH_TEST;
        if ((!count[TH_TEST] || !count[TH_VAL]) && item[i].split == TH_TRAIN) item[i].fixed = false;
    }
}

#define MANY_SUBJECTS 30

/* Is there a label that is learnt from fewer than MANY_SUBJECTS subjects? */
static bool few_subjects(const th_split_item *item, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *seen[MANY_SUBJECTS];
        int k = 0;
        if (item[i].fixed || !*item[i].subject) continue;
        for (size_t j = 0; j < n && k < MANY_SUBJECTS; j++) {
            int m = 0;
            if (item[j].fixed || strcmp(item[j].label, item[i].label) != 0) continue;
            while (m < k && strcmp(seen[m], item[j].subject) != 0) m++;
            if (m == k) seen[k++] = item[j].subject;
        }
        if (k < MANY_SUBJECTS) return true;
        while (i + 1 < n && strcmp(item[i + 1].label, item[i].label) == 0) i++;
    }
    return false;
}

#define ENOUGH_TO_WATCH 1000

/* So many tell one in a hundred apart (one standard deviation of 90 % right); what is beyond is better learnt from. */
static void cap_watched(const th_split_item *item, size_t n, th_split_cfg *cfg)
{
    size_t free_ones = 0;
    for (size_t i = 0; i < n; i++) free_ones += !item[i].fixed;
    if (cfg->val * (double)free_ones > ENOUGH_TO_WATCH) cfg->val = ENOUGH_TO_WATCH / (double)free_ones;
}

/* Samples that are new and that the set did not divide. */
static th_err divide(job *j, size_t first, th_why *why)
{
    th_dataset *set = j->set;
    th_split_item *item = calloc(set->n + 1, sizeof *item);
    if (!item) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        item[i] = (th_split_item){.label = *s->label || !s->n_segments ? s->label : s->segments[0].label,
                                  .subject = *s->subject ? s->subject : s->group,
                                  .key = s->name,
                                  .fixed = i < first || *s->notes,
                                  .split = s->split};
    }
    th_split_cfg cfg = j->cfg->split;
    if (!is_anomaly(j)) use_parts(item, first, set->n, &cfg);
    /* Where the set has a test of its own, subjects that only choose the epoch are better learnt from when they are
     * few: the training then sets pictures aside itself. */
    if (j->task->input == TH_IN_PICTURE && !(cfg.test > 0) && few_subjects(item, set->n)) cfg.val = 0;
    if (j->task->input == TH_IN_PICTURE) cap_watched(item, set->n, &cfg);
    th_err err = TH_OK;
    if (!j->recorded) err = th_split_choose(item, set->n, &cfg, &j->report->by_subject, why);
    for (size_t i = first; i < set->n && j->recorded && !err; i++) err = th_split_next(item, i + 1, i, &cfg, why);
    for (size_t i = first; i < set->n && !err; i++) set->samples[i].split = item[i].split;
    free(item);
    return err;
}

static th_err add_label(char ***list, int *n, const char *label, th_why *why)
{
    for (int i = 0; i < *n; i++)
        if (strcmp((*list)[i], label) == 0) return TH_OK;
    if (!*label || *n == TH_MAX_LABELS) return TH_OK;
    char **more = realloc(*list, (size_t)(*n + 1) * sizeof *more);
    if (!more) return th_why_set(why, TH_ENOMEM, "out of memory");
    *list = more;
    more[*n] = strdup(label);
    return more[(*n)++] ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static void free_list(char **list, int n)
{
    for (int i = 0; i < n; i++) free(list[i]);
    free(list);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A project without labels gets those of its data, in the order of their names. */
static th_err fill_labels(job *j, th_why *why)
{
    char **list = NULL;
    int n = 0;
    th_err err = TH_OK;
    if (j->p->n_labels || j->task->output != TH_OUT_LABELS) return TH_OK;
    for (size_t i = 0; i < j->set->n && !err; i++) {
        const th_sample *s = &j->set->samples[i];
        err = add_label(&list, &n, s->label, why);
        for (size_t k = 0; k < s->n_segments && !err; k++) err = add_label(&list, &n, s->segments[k].label, why);
    }
    if (!err && n) qsort(list, (size_t)n, sizeof *list, by_text);
    if (!err) err = th_project_set_labels(j->p, (const char *const *)list, n, why);
    if (!err) err = th_project_save_labels(j->p, why);
    free_list(list, n);
    j->report->new_labels = !err;
    return err;
}

static void set_source(job *j, const char *dir)
{
    char path[TH_PATH_BYTES];
    if (th_path_absolute(path, dir, NULL)) th_text_fmt(path, sizeof path, "%s", dir);
    const char *slash = strrchr(path, '/');
    th_text_fmt(j->source, sizeof j->source, "%s", slash && slash[1] ? slash + 1 : path);
}

static th_err read_recordings(job *j, const char *dir, th_why *why)
{
    const th_recipe *r = &j->p->recipe;
    const th_layout_cfg cfg = {.rate_hz = r->rate_hz > 0 ? (double)r->rate_hz : 1,
                               .pause_ms = r->pause_ms,
                               .device = j->cfg->device ? j->cfg->device : "",
                               .hmac_key = j->cfg->hmac_key};
    th_layout_report report;
    const size_t before = j->set->n;
    TH_TRY(th_layout_read(j->task, dir, &cfg, take_recording, j, &report, why));
    j->report->layout = report.layout->name;
    j->report->bad = report.n_bad;
    th_text_fmt(j->report->problem, sizeof j->report->problem, "%s", report.problem);
    const th_layout *l = report.layout;
    const char *settings = l->device && strcmp(l->device, cfg.device) == 0 ? l->device_settings : l->settings;
    if (before || !settings) return TH_OK;
    j->report->new_settings = true;
    return th_project_apply(j->p, settings, why);
}

#define MOST_LOOKED_AT 4000

/* The picture's grey bytes, of the size of all, and the number of its label in list. */
static th_err look_at(const job *j, const th_sample *s, char ***list, int *labels, uint8_t *grey, int32_t *label,
                      th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    int32_t h, w;
    TH_TRY(add_label(list, labels, s->label, why));
    for (*label = 0; *label < *labels && strcmp((*list)[*label], s->label) != 0;) ++*label;
    if (*label == *labels) return TH_OK; /* more labels than there can be */
    TH_TRY(th_dataset_path(j->set, s, path, why));
    TH_TRY(th_picture_read(path, 1, &bytes, &h, &w, why));
    if (h == s->height && w == s->width)
        memcpy(grey, bytes, (size_t)h * (size_t)w);
    else
        *label = *labels;
    free(bytes);
    return TH_OK;
}

/* Does a mirror leave the labels of what is learnt from as they are?  All pictures have the size of the first. */
static th_err may_flip(const job *j, bool *may, th_why *why)
{
    const th_sample *first = j->set->samples;
    const size_t size = (size_t)first->width * (size_t)first->height, step = 1 + j->set->n / MOST_LOOKED_AT;
    uint8_t *grey = malloc(MOST_LOOKED_AT * size);
    int32_t *label = malloc(MOST_LOOKED_AT * sizeof *label);
    char **list = NULL;
    int labels = 0;
    size_t n = 0;
    th_err err = grey && label ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < j->set->n && !err; i += step) {
        if (first[i].split == TH_TEST || !*first[i].label) continue;
        err = look_at(j, &first[i], &list, &labels, grey + n * size, &label[n], why);
        n += !err && label[n] < labels;
    }
    if (!err) err = th_mirror_keeps(grey, label, n, first->height, first->width, labels, may, why);
    free_list(list, labels);
    free(grey);
    free(label);
    return err;
}

/* Pictures that are all small and of one size: a network for 96 x 96 would only see them with larger points.  They may
 * be digits, of which a mirror makes something else. */
static th_err suit_small(job *j, th_why *why)
{
    const th_sample *first = j->set->samples;
    char lines[160];
    bool flip;
    if (strcmp(j->p->preset, j->task->preset) != 0) return TH_OK; /* somebody chose */
    for (size_t i = 0; i < j->set->n; i++) {
        const th_sample *s = &first[i];
        if (s->width != first->width || s->height != first->height) return TH_OK;
    }
    if (!j->set->n || first->width < LEAST || first->width > SMALL || first->height < LEAST || first->height > SMALL)
        return TH_OK;
    TH_TRY(may_flip(j, &flip, why));
    th_text_fmt(lines, sizeof lines,
                "[picture]\nsize = %dx%d\ncolour = %s\nchange = %s\n[train]\npreset = picture-conv\n",
                (int)first->height, (int)first->width, j->coloured ? "rgb" : "grey", flip ? "flip" : "none");
    j->report->new_settings = true;
    return th_project_apply(j->p, lines, why);
}

static th_err read_pictures(job *j, const char *dir, th_why *why)
{
    TH_TRY(th_pictures_find(dir, take_picture, j, &j->report->layout, &j->report->bad, j->report->problem,
                            sizeof j->report->problem, why));
    return j->before ? TH_OK : suit_small(j, why);
}

static th_err give_made(job *j, th_why *why)
{
    const th_task_gate gate = {.recording = take_recording, .picture = take_picture, .ctx = j};
    return j->made->give(j->made->ctx, &gate, why);
}

/* dir, or j->made. */
static th_err import(job *j, const char *dir, th_why *why)
{
    const size_t first = j->set->n;
    *j->report = (th_task_import_report){0};
    if (j->task->input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "task %s needs no data: thimble train %s", j->p->task, j->p->dir);
    TH_TRY(th_hash_index_new(j->set, &j->index, why));
    th_err err = j->made                           ? give_made(j, why)
                 : j->task->input == TH_IN_PICTURE ? read_pictures(j, dir, why)
                                                   : read_recordings(j, dir, why);
    th_hash_index_free(j->index);
    if (!err) err = divide(j, first, why);
    if (!err) err = fill_labels(j, why);
    return err ? err : th_dataset_save(j->p, j->set, why);
}

th_err th_task_import(th_project *p, th_dataset *set, const char *dir, const th_task_import_cfg *cfg,
                      th_task_import_report *report, th_why *why)
{
    job j = {.p = p, .task = th_project_task(p), .set = set, .cfg = cfg, .report = report, .before = set->n};
    set_source(&j, dir);
    return import(&j, dir, why);
}

th_err th_task_import_made(th_project *p, th_dataset *set, const th_task_made *made, const th_task_import_cfg *cfg,
                           th_task_import_report *report, th_why *why)
{
    job j = {.p = p, .task = th_project_task(p), .set = set, .cfg = cfg, .report = report, .before = set->n};
    j.made = made;
    th_text_fmt(j.source, sizeof j.source, "%s", made->source);
    return import(&j, NULL, why);
}

/* r, or else f. */
static th_err import_one(th_project *p, th_dataset *set, const th_recording *r, const th_found_picture *f,
                         const char *source, const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why)
{
    job j = {.p = p,
             .task = th_project_task(p),
             .set = set,
             .cfg = cfg,
             .report = report,
             .before = set->n,
             .recorded = true};
    const size_t first = set->n;
    *report = (th_task_import_report){0};
    th_text_fmt(j.source, sizeof j.source, "%s", source);
    TH_TRY(th_hash_index_new(set, &j.index, why));
    th_err err = r ? take_recording(&j, r, why) : take_picture(&j, f, why);
    th_hash_index_free(j.index);
    if (!err) err = divide(&j, first, why);
    if (!err) err = fill_labels(&j, why);
    if (!err && !report->added)
        err = th_why_set(why, TH_EEXIST,
                         r ? "these very rows are in the data already" : "this very picture is in the data already");
    return err;
}

th_err th_task_import_recorded(th_project *p, th_dataset *set, const th_recording *r, const char *source,
                               const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why)
{
    return import_one(p, set, r, NULL, source, cfg, report, why);
}

th_err th_task_import_taken(th_project *p, th_dataset *set, const th_found_picture *f, const char *source,
                            const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why)
{
    return import_one(p, set, NULL, f, source, cfg, report, why);
}
