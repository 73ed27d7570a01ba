#include "data/task_examples.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/kept.h"
#include "data/picture.h"
#include "data/trim.h"
#include "data/windows.h"
#include "model/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

th_err th_pixels_parse(const char *text, float *lo, float *hi, th_why *why)
{
    if (!text) return TH_OK;
    const char *dots = strstr(text, "..");
    char first[32], *stop;
    if (dots && dots > text && dots - text < (ptrdiff_t)sizeof first && dots[2]) {
        memcpy(first, text, (size_t)(dots - text));
        first[dots - text] = 0;
        *lo = strtof(first, &stop);
        if (!*stop) *hi = strtof(dots + 2, &stop);
        if (!*stop && isfinite(*lo) && isfinite(*hi) && *lo < *hi) return TH_OK;
    }
    return th_why_set(why, TH_EUSAGE, "pixels %s: two numbers are needed, such as 0..1 or -1..1", text);
}

static bool are_rows(const char *blocks)
{
    return strncmp(blocks, "raw", 3) == 0 || strncmp(blocks, "aligned", 7) == 0;
}

/* Does it take one line of numbers, rather than rows or a picture?  preset NULL: what thimble.ini has. */
static bool takes_a_line(const th_project *p, const char *preset)
{
    char text[TH_PRESET_BYTES];
    th_preset made;
    th_why unknown = {0};
    if (!preset && p->model[0]) return false;
    if (!preset) preset = p->preset;
    if (th_task_learner(th_project_task(p), preset)) return true;
    return !th_preset_make(preset, text, &made, &unknown) && made.in_h * made.in_w == 1;
}

th_err th_task_card(const th_project *p, const char *preset, th_card *card, th_why *why)
{
    *card = (th_card){.n_labels = p->n_labels, .pixel_hi = 1, .recipe = p->recipe};
    if (p->summary[0] && are_rows(p->recipe.blocks) && takes_a_line(p, preset))
        memcpy(card->recipe.blocks, p->summary, sizeof p->summary);
    memcpy(card->task, p->task, sizeof card->task);
    memcpy(card->labels, p->labels, sizeof card->labels);
    if (th_project_task(p)->input != TH_IN_PICTURE) return TH_OK;
    th_why inner = {0};
    const th_err err = th_pixels_parse(p->pixels, &card->pixel_lo, &card->pixel_hi, &inner);
    return err ? th_why_set(why, TH_EFORMAT, "%s/%s: [picture] %s", p->dir, TH_FILE_INI, inner.text) : TH_OK;
}

/* ---- the sine ---- */

#define TWO_PI 6.2831853f

static th_err make_sine(const th_project *p, th_split split, th_examples *e, th_why *why)
{
    static const int32_t part[] = {1, 5, 2}; /* of the points: all to train, a fifth to watch, half to test */
    e->n = p->sine_points / part[split];
    e->h = e->w = e->c = e->n_targets = 1;
    e->f32 = calloc((size_t)e->n, sizeof *e->f32);
    e->target = calloc((size_t)e->n, sizeof *e->target);
    e->label = calloc((size_t)e->n, sizeof *e->label);
    if (!e->f32 || !e->target || !e->label) return th_why_set(why, TH_ENOMEM, "no memory for %d points", (int)e->n);
    th_rng rng = th_rng_make(p->seed, 400 + (uint64_t)split);
    for (int32_t i = 0; i < e->n; i++) {
        const float noise = th_rng_normal(&rng) * p->sine_noise;
        e->f32[i] = th_rng_range(&rng, 0, TWO_PI);
        e->target[i] = sinf(e->f32[i]) + (split == TH_TEST ? 0 : noise);
        e->label[i] = -1;
    }
    return TH_OK;
}

/* ---- the project's data ---- */

/* Only what anomalies learn from, the first label, without the strangest percent of it; or only all else. */
static th_err keep_kind(th_examples *e, bool normal, float trim, th_why *why)
{
    bool *keep = calloc((size_t)e->n + 1, sizeof *keep);
    if (!keep) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < e->n; i++) keep[i] = (e->label[i] == 0) == normal;
    th_examples_keep(e, keep);
    const th_err err = trim > 0 && e->f32 ? th_trim(e->f32, e->n, e->h * e->w * e->c, (double)trim, keep, why) : TH_OK;
    if (!err && trim > 0 && e->f32) th_examples_keep(e, keep);
    free(keep);
    return err;
}

th_err th_task_recording(const th_dataset *set, const th_sample *s, th_recording_take *take, void *ctx, th_why *why)
{
    th_recording r = {.name = s->name,
                      .channels = s->channels,
                      .label = s->label,
                      .subject = s->subject,
                      .device = s->device,
                      .group = s->group,
                      .rate_hz = s->rate_hz,
                      .n_parts = (int32_t)s->n_segments};
    float *rows;
    th_part *part = calloc(s->n_segments + 1, sizeof *part);
    if (!part) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < s->n_segments; i++)
        part[i] = (th_part){s->segments[i].from, s->segments[i].to, s->segments[i].label};
    r.parts = part;
    th_err err = th_dataset_signal(set, s, &rows, &r.n, &r.n_channels, why);
    if (!err) {
        r.rows = rows;
        err = take(ctx, &r, why);
        free(rows);
    }
    free(part);
    return err;
}

static th_err take_learn(void *ctx, const th_recording *r, th_why *why)
{
    return th_windows_learn(ctx, r, why);
}

static th_err take_add(void *ctx, const th_recording *r, th_why *why)
{
    return th_windows_add(ctx, r, why);
}

static th_err add_signals(const th_dataset *set, th_split split, const char *device, th_windows *w, bool learn,
                          th_why *why)
{
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        const bool wanted = s->kind == TH_SIGNAL && (!*device || strcmp(device, s->device) == 0);
        if (wanted && learn && s->split == split) TH_TRY(th_task_recording(set, s, take_learn, w, why));
        if (wanted && !learn && s->split == split) TH_TRY(th_task_recording(set, s, take_add, w, why));
    }
    return TH_OK;
}

/* The device of all signals to learn from; "" when there are several, or its name (a browser's) does not fit a card. */
static void find_device(const th_dataset *set, th_card *card)
{
    const char *device = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        if (s->split != TH_TRAIN) continue;
        if (device && strcmp(device, s->device) != 0) return;
        device = s->device;
    }
    if (device && strlen(device) < sizeof card->device) th_text_fmt(card->device, sizeof card->device, "%s", device);
}

static th_err no_examples(const th_project *p, th_split split, size_t samples, size_t too_short, th_why *why)
{
    const th_task *task = th_project_task(p);
    if (!samples)
        return th_why_set(why, TH_ENOENT, "%s has no data yet. Bring some in: thimble data import FOLDER --project %s",
                          p->dir, p->dir);
    if (too_short)
        return th_why_set(why, TH_ENOENT,
                          "%s: not one of %zu recordings to %s is as long as a window ([signal] window_ms = %d)",
                          p->dir, too_short,
                          split == TH_TRAIN ? "learn from"
                          : split == TH_VAL ? "watch"
                                            : "test",
                          (int)p->recipe.window_ms);
    return th_why_set(why, TH_ENOENT,
                      "%s has no %s for %s. Divide its data anew: thimble data split --project %s, or import more",
                      p->dir, task->noun, th_split_name(split), p->dir);
}

/* All windows of a split, held against their groups' where the card says so. */
static th_err add_split(const th_dataset *set, th_split split, const th_card *card, th_windows *w, th_why *why)
{
    for (int k = TH_TRAIN; k <= TH_VAL && th_card_by_group(card); k++)
        TH_TRY(add_signals(set, (th_split)k, card->device, w, true, why));
    TH_TRY(add_signals(set, split, card->device, w, false, why));
    return split == TH_TRAIN ? th_windows_thin(w, why) : TH_OK;
}

th_err th_task_faults(const th_project *p, th_card *card, th_examples **e, th_why *why)
{
    th_dataset *set;
    th_windows *w;
    *e = NULL;
    TH_TRY(th_dataset_load(p, &set, why));
    th_err err = th_windows_new(card, true, &w, why);
    if (!err) {
        err = add_split(set, TH_VAL, card, w, why);
        *e = err ? NULL : th_windows_take(w);
        th_windows_free(w);
    }
    th_dataset_free(set);
    if (*e) err = keep_kind(*e, false, 0, why);
    if (!err && (!*e || (*e)->n)) return TH_OK;
    th_examples_free(*e);
    *e = NULL;
    return err;
}

static th_err from_signals(const th_project *p, const th_dataset *set, th_split split, th_card *card, th_examples **e,
                           th_why *why)
{
    th_windows *w;
    size_t too_short, no_label;
    char other[TH_LABEL_BYTES];
    if (!card->device[0]) find_device(set, card);
    TH_TRY(th_windows_new(card, split != TH_TEST, &w, why));
    th_err err = add_split(set, split, card, w, why);
    *e = err ? NULL : th_windows_take(w);
    th_windows_left_out(w, &too_short, &no_label, other);
    th_windows_free(w);
    if (*e && th_project_task(p)->output == TH_OUT_INPUT && split != TH_TEST)
        err = keep_kind(*e, true, card->recipe.trim, why);
    if (err || !*e || (*e)->n == 0) {
        th_examples_free(*e);
        *e = NULL;
        return err ? err : no_examples(p, split, set->n, too_short, why);
    }
    if (no_label && split != TH_TEST && th_project_task(p)->output == TH_OUT_LABELS)
        return th_why_set(
            why, TH_EFORMAT,
            "%s: the data have the label \"%s\", which is not among labels = .. of thimble.ini: add it, or "
            "take those data out",
            p->dir, other);
    return TH_OK;
}

static int32_t picture_channels(const th_project *p)
{
    return strcmp(p->colour, "grey") == 0 ? 1 : 3;
}

static th_err from_pictures(const th_project *p, const th_dataset *set, th_split split, const th_card *card,
                            th_examples **out, th_why *why)
{
    const int32_t h = p->picture_h, w = p->picture_w, c = picture_channels(p);
    const size_t size = (size_t)h * (size_t)w * (size_t)c;
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) n += set->samples[i].kind == TH_PICTURE && set->samples[i].split == split;
    if (!n) return no_examples(p, split, set->n, 0, why);
    th_examples *e = *out = calloc(1, sizeof *e);
    if (!e) return th_why_set(why, TH_ENOMEM, "out of memory");
    *e = (th_examples){.h = h, .w = w, .c = c, .n_labels = card->n_labels};
    memcpy(e->labels, card->labels, sizeof e->labels);
    e->u8 = malloc(n * size);
    e->label = malloc(n * sizeof *e->label);
    e->file = calloc(n, sizeof *e->file);
    if (!e->u8 || !e->label || !e->file) return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", n);
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        char path[TH_PATH_BYTES];
        uint8_t *bytes;
        int32_t from_h, from_w, k = card->n_labels - 1;
        if (s->kind != TH_PICTURE || s->split != split) continue;
        while (k >= 0 && strcmp(card->labels[k], s->label) != 0) k--;
        if (k < 0 && split != TH_TEST)
            return th_why_set(
                why, TH_EFORMAT,
                "%s: the data have the label \"%s\", which is not among labels = .. of thimble.ini: add it, "
                "or take those data out",
                p->dir, s->label);
        TH_TRY(th_dataset_path(set, s, path, why));
        TH_TRY(th_picture_read(path, c, &bytes, &from_h, &from_w, why));
        const th_err err = th_picture_fit(bytes, from_h, from_w, c, e->u8 + (size_t)e->n * size, h, w, why);
        free(bytes);
        if (err) return err;
        e->label[e->n] = k;
        e->file[e->n++] = strdup(s->name);
    }
    return TH_OK;
}

static th_err from_data(const th_project *p, th_split split, th_card *card, th_examples **e, th_why *why)
{
    th_dataset *set;
    char key[TH_HASH_BYTES];
    TH_TRY(th_dataset_load(p, &set, why));
    th_err err = th_kept_key(p, set, split, card, key, why);
    if (!err && (*e = th_kept_load(p, split, key, card))) {
        th_dataset_free(set);
        return TH_OK;
    }
    if (!err)
        err = th_project_task(p)->input == TH_IN_PICTURE ? from_pictures(p, set, split, card, e, why)
                                                         : from_signals(p, set, split, card, e, why);
    th_dataset_free(set);
    if (!err) th_kept_save(p, split, key, card, *e);
    return err;
}

/* ---- all tasks ---- */

th_err th_task_examples(const th_project *p, th_split split, th_card *card, th_examples **out, th_why *why)
{
    th_err err = TH_ENOMEM;
    *out = NULL;
    if (th_project_task(p)->input != TH_IN_NUMBER)
        err = from_data(p, split, card, out, why);
    else if ((*out = calloc(1, sizeof **out)))
        err = make_sine(p, split, *out, why);
    if (!err) return TH_OK;
    th_examples_free(*out);
    *out = NULL;
    return err;
}

/* ---- their shape ---- */

/* Channels of the first signal of the device, 0: there is none. */
static int32_t first_axes(const th_dataset *set, const char *device)
{
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        if (s->kind != TH_SIGNAL || s->split != TH_TRAIN || (*device && strcmp(device, s->device) != 0)) continue;
        int32_t n = 1;
        for (const char *c = s->channels; *c; c++) n += *c == ',';
        return n;
    }
    return 0;
}

static th_err find_axes(const th_project *p, int32_t axes_else, th_card *card, bool *assumed, th_why *why)
{
    th_dataset *set;
    if (card->axes > 0) return TH_OK;
    TH_TRY(th_dataset_load(p, &set, why));
    if (!card->device[0]) find_device(set, card);
    card->axes = first_axes(set, card->device);
    th_dataset_free(set);
    if (card->axes > 0) return TH_OK;
    *assumed = true;
    card->axes = axes_else;
    return TH_OK;
}

th_err th_task_shape(const th_project *p, int32_t axes_else, th_card *card, th_examples_shape *shape, bool *assumed,
                     th_why *why)
{
    th_block_cfg cfg;
    int32_t hop;
    *shape = (th_examples_shape){1, 1, 1};
    switch (th_project_task(p)->input) {
    case TH_IN_SOUND:
    case TH_IN_NUMBER: return TH_OK;
    case TH_IN_PICTURE: *shape = (th_examples_shape){p->picture_h, p->picture_w, picture_channels(p)}; return TH_OK;
    case TH_IN_STROKE: *shape = th_windows_stroke(&card->recipe); return TH_OK;
    case TH_IN_SIGNAL: break;
    }
    TH_TRY(find_axes(p, axes_else, card, assumed, why));
    TH_TRY(th_windows_block(card, &cfg, &hop, why));
    return th_block_shape(&cfg, &shape->h, &shape->w, &shape->c)
               ? th_why_set(why, TH_EFORMAT, "%s: these [features] do not go together with windows of %d rows",
                            TH_FILE_INI, (int)cfg.window)
               : TH_OK;
}
