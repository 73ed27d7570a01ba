#include "data/task_examples.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/windows.h"

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

th_err th_task_card(const th_project *p, th_card *card, th_why *why)
{
    *card = (th_card){.n_labels = p->n_labels, .pixel_hi = 1, .recipe = p->recipe};
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

/* ---- a folder that is only tested ---- */

static th_err take_tested(void *ctx, const th_recording *r, th_why *why)
{
    th_windows *w = ctx;
    if (r->has_split && r->split == TH_TRAIN) TH_TRY(th_windows_learn(w, r, why));
    return r->has_split && r->split != TH_TEST ? TH_OK : th_windows_add(w, r, why);
}

static th_err scan_recordings(th_card *card, const char *dir, const char *device, th_examples **e, th_why *why)
{
    const th_task *task = th_task_find(card->task);
    const th_layout_cfg cfg = {.rate_hz = card->recipe.rate_hz > 0 ? (double)card->recipe.rate_hz : 1,
                               .pause_ms = card->recipe.pause_ms,
                               .device = device ? device : card->device};
    th_layout_report report;
    th_windows *w;
    char other[TH_LABEL_BYTES];
    size_t too_short, no_label;
    TH_TRY(th_windows_new(card, &w, why));
    const th_err err = th_layout_read(task, dir, &cfg, take_tested, w, &report, why);
    *e = err ? NULL : th_windows_take(w);
    th_windows_left_out(w, &too_short, &no_label, other);
    th_windows_free(w);
    if (err) return err;
    if (!*e)
        return th_why_set(why, TH_ENOENT,
                          "%s: there is nothing to test (%zu recordings are shorter than a window of %d ms)", dir,
                          too_short, (int)card->recipe.window_ms);
    (*e)->n_skipped = (int32_t)report.n_bad;
    th_text_fmt((*e)->skipped, sizeof(*e)->skipped, "%s", report.problem);
    return TH_OK;
}

/* Labels of pictures become those of the card; one that it has not is -1. */
static th_err scan_pictures(const th_card *card, const char *dir, const th_examples_shape *shape, th_examples **e,
                            th_why *why)
{
    TH_TRY(th_examples_load(dir, shape, e, why));
    for (int32_t i = 0; i < (*e)->n; i++) {
        const char *label = (*e)->labels[(*e)->label[i]];
        int32_t k = card->n_labels - 1;
        while (k >= 0 && strcmp(card->labels[k], label) != 0) k--;
        (*e)->label[i] = k;
    }
    memcpy((*e)->labels, card->labels, sizeof(*e)->labels);
    (*e)->n_labels = card->n_labels;
    return TH_OK;
}

th_err th_task_scan(const th_card *card, const char *dir, const char *device, const th_examples_shape *shape,
                    th_examples **e, th_why *why)
{
    const th_task *task = th_task_find(card->task);
    *e = NULL;
    if (task->input == TH_IN_PICTURE) return scan_pictures(card, dir, shape, e, why);
    if (task->input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "task %s needs no data: leave out --data", task->name);
    th_card *own = malloc(sizeof *own);
    if (!own) return th_why_set(why, TH_ENOMEM, "out of memory");
    *own = *card;
    const th_err err = scan_recordings(own, dir, device, e, why);
    free(own);
    return err;
}

/* ---- all tasks ---- */

th_err th_task_examples(const th_project *p, th_split split, const th_card *card, th_examples **out, th_why *why)
{
    const th_task *task = th_project_task(p);
    th_examples *e = *out = calloc(1, sizeof *e);
    if (!e) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = TH_EUNSUP;
    if (task->input == TH_IN_NUMBER) err = make_sine(p, split, e, why);
    (void)card;
    if (!err) return TH_OK;
    th_examples_free(e);
    *out = NULL;
    return err;
}
