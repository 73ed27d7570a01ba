#include "data/task_scan.h"

#include "base/text.h"
#include "data/picture.h"
#include "data/picture_folder.h"
#include "data/points.h"
#include "data/windows.h"

#include <stdlib.h>
#include <string.h>

/* ---- recordings ---- */

typedef struct recordings {
    th_windows *w;
    size_t told[TH_N_SPLITS]; /* recordings that say what they are for */
    int part;                 /* what is asked for, then a th_split or TH_PART_ALL */
} recordings;

/* What the first reading takes: as long as nothing is divided, that is all. */
static th_err take_first(void *ctx, const th_recording *r, th_why *why)
{
    recordings *all = ctx;
    if (r->has_split) all->told[r->split]++;
    if (r->has_split && r->split != TH_TEST) TH_TRY(th_windows_learn(all->w, r, why));
    return r->has_split ? TH_OK : th_windows_add(all->w, r, why);
}

static th_err take_part(void *ctx, const th_recording *r, th_why *why)
{
    const recordings *all = ctx;
    const bool wanted = all->part == TH_PART_ALL || (r->has_split && (int)r->split == all->part);
    return wanted ? th_windows_add(all->w, r, why) : TH_OK;
}

/* Twice where the folder is divided: first what there is, and what is normal of each group, then the part. */
static th_err read_part(const th_task *task, const char *dir, const th_layout_cfg *cfg, recordings *all,
                        th_layout_report *report, th_why *why)
{
    TH_TRY(th_layout_read(task, dir, cfg, take_first, all, report, why));
    size_t divided = 0;
    for (int k = 0; k < TH_N_SPLITS; k++) divided += all->told[k];
    if (all->part == TH_PART_TOLD) all->part = th_split_tested(all->told);
    if (!divided && all->part == TH_PART_ALL) return TH_OK;
    th_windows_clear(all->w);
    return th_layout_read(task, dir, cfg, take_part, all, report, why);
}

static th_err nothing_there(const th_card *card, const char *dir, int part, size_t too_short, th_why *why)
{
    if (too_short)
        return th_why_set(why, TH_ENOENT,
                          "%s: there is nothing to test: %zu recordings are shorter than a window of %d ms", dir,
                          too_short, (int)card->recipe.window_ms);
    if (part >= 0)
        return th_why_set(why, TH_ENOENT, "%s has nothing for %s: --split all takes all that is there", dir,
                          th_split_name((th_split)part));
    return th_why_set(why, TH_ENOENT, "%s: there is nothing to test, not one window of one label", dir);
}

static th_err scan_recordings(th_card *card, const char *dir, const th_scan_cfg *scan, th_examples **e, th_why *why)
{
    const th_layout_cfg cfg = {.rate_hz = card->recipe.rate_hz > 0 ? (double)card->recipe.rate_hz : 1,
                               .pause_ms = card->recipe.pause_ms,
                               .device = scan->device ? scan->device : card->device};
    th_layout_report report;
    recordings all = {.part = scan->part};
    char other[TH_LABEL_BYTES];
    size_t too_short, no_label;
    TH_TRY(th_windows_new(card, false, &all.w, why));
    const th_err err = read_part(th_task_find(card->task), dir, &cfg, &all, &report, why);
    *e = err ? NULL : th_windows_take(all.w);
    th_windows_left_out(all.w, &too_short, &no_label, other);
    th_windows_free(all.w);
    if (err) return err;
    if (!*e) return nothing_there(card, dir, all.part, too_short, why);
    (*e)->n_skipped = (int32_t)report.n_bad;
    th_text_fmt((*e)->skipped, sizeof(*e)->skipped, "%s", report.problem);
    return TH_OK;
}

/* ---- pictures ---- */

typedef struct pictures {
    const th_card *card; /* or NULL */
    th_examples *e;
    int32_t cap;
    int part;
    uint8_t *use; /* [e->n] a th_split, or TH_N_SPLITS: not told */
    size_t told[TH_N_SPLITS];
} pictures;

static size_t size_of(const th_examples *e)
{
    return (size_t)e->h * (size_t)e->w * (size_t)e->c;
}

static th_err room(pictures *p, th_why *why)
{
    th_examples *e = p->e;
    if (e->n < p->cap) return TH_OK;
    const size_t cap = p->cap ? (size_t)p->cap * 2 : 64;
    uint8_t *u8 = cap <= INT32_MAX / size_of(e) ? realloc(e->u8, cap * size_of(e)) : NULL;
    if (u8) e->u8 = u8;
    int32_t *label = realloc(e->label, cap * sizeof *label);
    if (label) e->label = label;
    char **file = realloc(e->file, cap * sizeof *file);
    if (file) e->file = file;
    uint8_t *use = realloc(p->use, cap);
    if (use) p->use = use;
    if (!u8 || !label || !file || !use) return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", cap);
    p->cap = (int32_t)cap;
    return TH_OK;
}

/* Number of a label; without a card new ones are added.  -1: there is none. */
static int32_t label_number(const pictures *p, const char *label)
{
    th_examples *e = p->e;
    for (int32_t k = 0; k < e->n_labels; k++)
        if (strcmp(e->labels[k], label) == 0) return k;
    if (p->card || e->n_labels == TH_MAX_LABELS) return -1;
    th_text_fmt(e->labels[e->n_labels], TH_LABEL_BYTES, "%s", label);
    return e->n_labels++;
}

static bool is_wanted(int part, int use)
{
    return part == TH_PART_ALL || use == part;
}

/* What is not tested for certain is not kept: sets are large. */
static bool may_be_wanted(const pictures *p, int use)
{
    if (p->part != TH_PART_TOLD) return is_wanted(p->part, use);
    return use == TH_TEST || !p->told[TH_TEST];
}

static th_err take_picture(void *ctx, const th_found_picture *f, th_why *why)
{
    pictures *p = ctx;
    th_examples *e = p->e;
    uint8_t *bytes;
    int32_t h, w;
    const int use = f->has_split ? (int)f->split : TH_N_SPLITS;
    if (f->has_split) p->told[f->split]++;
    if (!may_be_wanted(p, use)) return TH_OK;
    TH_TRY(th_picture_parse(f->file, f->name, e->c, &bytes, &h, &w, why));
    if (e->h == 0) e->h = h, e->w = w;
    th_err err = room(p, why);
    char *name = err ? NULL : strdup(f->name);
    if (!err && !name) err = th_why_set(why, TH_ENOMEM, "no memory for %s", f->name);
    if (!err) err = th_picture_fit(bytes, h, w, e->c, e->u8 + (size_t)e->n * size_of(e), e->h, e->w, why);
    free(bytes);
    if (err) {
        free(name);
        return err;
    }
    p->use[e->n] = (uint8_t)use;
    e->file[e->n] = name;
    e->label[e->n++] = label_number(p, f->label);
    return TH_OK;
}

static void keep_part(pictures *p)
{
    th_examples *e = p->e;
    int32_t n = 0;
    if (p->part == TH_PART_TOLD) p->part = th_split_tested(p->told);
    for (int32_t i = 0; i < e->n; i++) {
        if (!is_wanted(p->part, p->use[i])) {
            free(e->file[i]);
            continue;
        }
        memmove(e->u8 + (size_t)n * size_of(e), e->u8 + (size_t)i * size_of(e), size_of(e));
        e->file[n] = e->file[i];
        e->label[n++] = e->label[i];
    }
    e->n = n;
}

/* Numbers by their value, before names, which go by their letters. */
static int by_name(const void *a, const void *b)
{
    const char *x = a, *y = b, *end[2];
    const long v[2] = {strtol(x, (char **)(void *)&end[0], 10), strtol(y, (char **)(void *)&end[1], 10)};
    if (*x && *y && !*end[0] && !*end[1] && v[0] != v[1]) return v[0] < v[1] ? -1 : 1;
    return strcmp(x, y);
}

static void sort_labels(th_examples *e)
{
    char was[TH_MAX_LABELS][TH_LABEL_BYTES];
    int32_t place[TH_MAX_LABELS] = {0};
    memcpy(was, e->labels, sizeof was);
    qsort(e->labels, (size_t)e->n_labels, sizeof *e->labels, by_name);
    for (int32_t i = 0; i < e->n_labels; i++)
        for (int32_t k = 0; k < e->n_labels; k++)
            if (strcmp(was[i], e->labels[k]) == 0) place[i] = k;
    for (int32_t i = 0; i < e->n; i++)
        if (e->label[i] >= 0) e->label[i] = place[e->label[i]];
}

static th_err find_pictures(pictures *p, const char *dir, th_why *why)
{
    const char *layout;
    size_t bad = 0;
    TH_TRY(th_pictures_find(dir, take_picture, p, &layout, &bad, p->e->skipped, sizeof p->e->skipped, why));
    p->e->n_skipped = (int32_t)bad;
    keep_part(p);
    if (!p->card) sort_labels(p->e);
    if (p->e->n) return TH_OK;
    return th_why_set(why, TH_ENOENT, "%s has no pictures for %s: --split all takes all that are there", dir,
                      p->part >= 0 ? th_split_name((th_split)p->part) : "this");
}

th_err th_scan_pictures(const th_card *card, const char *dir, const th_scan_cfg *cfg, th_examples **out, th_why *why)
{
    pictures p = {.card = card, .part = cfg->part};
    *out = NULL;
    if (cfg->shape.c != 1 && cfg->shape.c != 3)
        return th_why_set(why, TH_ESHAPE, "%s has pictures, of 1 or 3 channels, but inputs of %dx%dx%d are wanted", dir,
                          (int)cfg->shape.h, (int)cfg->shape.w, (int)cfg->shape.c);
    p.e = calloc(1, sizeof *p.e);
    if (!p.e) return th_why_set(why, TH_ENOMEM, "out of memory");
    p.e->h = cfg->shape.h, p.e->w = cfg->shape.w, p.e->c = cfg->shape.c;
    if (card) {
        p.e->n_labels = card->n_labels;
        memcpy(p.e->labels, card->labels, sizeof p.e->labels);
    }
    const th_err err = find_pictures(&p, dir, why);
    free(p.use);
    if (err)
        th_examples_free(p.e);
    else
        *out = p.e;
    return err;
}

/* One file: IDX, or a table of the network's inputs. */
static th_err scan_file(const th_card *card, const char *path, const th_scan_cfg *cfg, th_examples **e, th_why *why)
{
    TH_TRY(th_examples_load(path, &cfg->shape, e, why));
    th_why inner = {0};
    const th_err err = th_card_relabel(card, *e, true, &inner);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

/* ---- all ---- */

th_err th_task_scan(const th_card *card, const char *dir, const th_scan_cfg *cfg, th_examples **e, th_why *why)
{
    const th_task *task = th_task_find(card->task);
    *e = NULL;
    if (task->input == TH_IN_PICTURE)
        return th_dir_exists(dir) ? th_scan_pictures(card, dir, cfg, e, why) : scan_file(card, dir, cfg, e, why);
    if (task->input == TH_IN_NUMBER)
        return th_points_load(dir, cfg->shape.h * cfg->shape.w * cfg->shape.c, cfg->n_targets, e, why);
    th_card *own = malloc(sizeof *own);
    if (!own) return th_why_set(why, TH_ENOMEM, "out of memory");
    *own = *card;
    const th_err err = scan_recordings(own, dir, cfg, e, why);
    free(own);
    return err;
}
