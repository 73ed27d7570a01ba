#include "data/windows.h"

#include "base/text.h"
#include "data/groups.h"
#include "dsp/raster.h"
#include "model/blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RASTER 32

struct th_windows {
    th_card *card;
    const th_task *task;
    th_examples *e;
    int32_t cap;
    /* of signals; made with the first recording */
    th_block block;
    void *tables;
    float *scratch;
    int32_t window, hop; /* rows */
    th_groups *groups;   /* NULL: baseline = none */
    float *features;     /* of a window that is learnt from */
    size_t too_short, no_label;
    char other[TH_LABEL_BYTES];
};

static th_err fresh(th_windows *w, th_why *why)
{
    w->e = calloc(1, sizeof *w->e);
    if (!w->e) return th_why_set(why, TH_ENOMEM, "out of memory");
    w->e->n_labels = w->card->n_labels;
    memcpy(w->e->labels, w->card->labels, sizeof w->e->labels);
    w->cap = 0;
    return TH_OK;
}

th_err th_windows_new(th_card *card, bool early, th_windows **out, th_why *why)
{
    th_windows *w = *out = calloc(1, sizeof *w);
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory");
    w->card = card;
    w->task = th_task_find(card->task);
    if (th_card_by_group(card) && !(w->groups = th_groups_new(early, card->recipe.trim)))
        return th_why_set(why, TH_ENOMEM, "out of memory");
    return fresh(w, why);
}

void th_windows_free(th_windows *w)
{
    if (!w) return;
    th_examples_free(w->e);
    free(w->tables);
    free(w->scratch);
    th_groups_free(w->groups);
    free(w->features);
    free(w);
}

void th_windows_clear(th_windows *w)
{
    for (int32_t i = 0; i < w->e->n; i++) free(w->e->file[i]);
    w->e->n = 0;
    w->too_short = w->no_label = 0;
    w->other[0] = 0;
}

th_examples *th_windows_take(th_windows *w)
{
    th_examples *e = w->e;
    w->e = NULL;
    if (e->n) return e;
    th_examples_free(e);
    return NULL;
}

void th_windows_left_out(const th_windows *w, size_t *too_short, size_t *no_label, char other[TH_LABEL_BYTES])
{
    *too_short = w->too_short;
    *no_label = w->no_label;
    memcpy(other, w->other, TH_LABEL_BYTES);
}

static size_t size_of(const th_examples *e)
{
    return (size_t)e->h * (size_t)e->w * (size_t)e->c;
}

/* Room for one more. */
static th_err room(th_windows *w, th_why *why)
{
    th_examples *e = w->e;
    if (e->n < w->cap) return TH_OK;
    const size_t cap = w->cap ? (size_t)w->cap * 2 : 256,
                 bytes = e->c == 3 && e->h == RASTER && w->task->input == TH_IN_STROKE;
    void *x = bytes ? realloc(e->u8, cap * size_of(e)) : realloc(e->f32, cap * size_of(e) * sizeof(float));
    if (x && bytes)
        e->u8 = x;
    else if (x)
        e->f32 = x;
    int32_t *label = realloc(e->label, cap * sizeof *label);
    if (label) e->label = label;
    char **file = realloc(e->file, cap * sizeof *file);
    if (file) e->file = file;
    if (!x || !label || !file) return th_why_set(why, TH_ENOMEM, "no memory for %zu examples", cap);
    w->cap = (int32_t)cap;
    return TH_OK;
}

/* The last place of e is filled: its label, and where it comes from. */
static th_err add(th_windows *w, const char *label, const th_recording *r, int32_t row, th_why *why)
{
    th_examples *e = w->e;
    char name[600];
    int32_t k = 0;
    if (r->rate_hz > 0)
        th_text_fmt(name, sizeof name, "%s, row %d", r->name, (int)row + 1);
    else
        th_text_fmt(name, sizeof name, "%s", r->name);
    while (k < e->n_labels && strcmp(e->labels[k], label) != 0) k++;
    if (k == e->n_labels && w->task->output == TH_OUT_INPUT && k > 1) {
        k = 1; /* whatever is not normal is an anomaly */
    } else if (k == e->n_labels) {
        if (w->no_label++ == 0) th_text_fmt(w->other, sizeof w->other, "%s", label);
        k = -1;
    }
    e->file[e->n] = strdup(name);
    if (!e->file[e->n]) return th_why_set(why, TH_ENOMEM, "out of memory");
    e->label[e->n++] = k;
    return TH_OK;
}

/* ---- signals ---- */

th_err th_windows_block(const th_card *card, th_block_cfg *cfg, int32_t *hop_rows, th_why *why)
{
    const th_recipe *s = &card->recipe;
    th_why inner = {0};
    const double window = floor((double)s->window_ms * (double)s->rate_hz / 1000 + 0.5),
                 hop = floor((double)s->hop_ms * (double)s->rate_hz / 1000 + 0.5);
    *hop_rows = hop < 1 ? 1 : hop > 1e6 ? 1000000 : (int32_t)hop;
    *cfg = (th_block_cfg){.n_axes = card->axes,
                          .window = window > TH_BLOCK_ROWS ? TH_BLOCK_ROWS + 1 : (int32_t)window,
                          .rate_hz = s->rate_hz};
    return th_blocks_parse(s->blocks, cfg, &inner)
               ? th_why_set(why, TH_EFORMAT, "%s: [features] %s", TH_FILE_INI, inner.text)
               : TH_OK;
}

static th_err open_blocks(th_windows *w, const th_recording *r, th_why *why)
{
    th_block_cfg cfg;
    if (w->tables) return TH_OK;
    if (w->card->axes == 0) w->card->axes = r->n_channels;
    TH_TRY(th_windows_block(w->card, &cfg, &w->hop, why));
    w->window = cfg.window;
    const size_t bytes = th_block_mem(&cfg) + TH_ARENA_ALIGN;
    w->tables = malloc(bytes);
    w->scratch = malloc(th_block_scratch(&cfg) * sizeof *w->scratch);
    if (!w->tables || !w->scratch) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(w->tables, bytes);
    TH_TRY(th_block_init(&w->block, &cfg, &arena));
    return th_block_shape(&cfg, &w->e->h, &w->e->w, &w->e->c);
}

/* Rows at the recipe's rate, fresh memory, and of each the row of r that it is (next) behind. */
static th_err to_rate(const th_windows *w, const th_recording *r, float **x, int32_t **from, int32_t *n, th_why *why)
{
    const double rate = (double)w->card->recipe.rate_hz, step = r->rate_hz > 0 ? r->rate_hz / rate : 1;
    const size_t c = (size_t)r->n_channels;
    const double count = r->n > 0 ? floor((r->n - 1) / step * (1 + 1e-9)) + 1 : 0;
    if (count > 2e8) return th_why_set(why, TH_ERANGE, "%s: %g Hz makes too many rows of it", r->name, rate);
    *n = (int32_t)count;
    *x = malloc(((size_t)*n + 1) * c * sizeof **x);
    *from = malloc(((size_t)*n + 1) * sizeof **from);
    if (!*x || !*from) return th_why_set(why, TH_ENOMEM, "no memory for %d rows", (int)*n);
    for (int32_t t = 0; t < *n; t++) {
        const double at = t * step;
        int32_t i = (int32_t)at;
        if (i > r->n - 1) i = r->n - 1;
        const float share = (float)(at - i), *a = r->rows + (size_t)i * c, *b = i + 1 < r->n ? a + c : a;
        for (size_t k = 0; k < c; k++) (*x)[(size_t)t * c + k] = a[k] + share * (b[k] - a[k]);
        (*from)[t] = i;
    }
    return TH_OK;
}

/* Label of row i: that of its part, or the recording's; "" for none. */
static const char *label_at(const th_recording *r, int32_t i, int32_t *part)
{
    while (*part < r->n_parts && r->parts[*part].to <= i) ++*part;
    if (*part < r->n_parts && r->parts[*part].from <= i) return r->parts[*part].label;
    return r->label;
}

/* The label of rows at [n]. */
static const char *window_label(const th_windows *w, const th_recording *r, const int32_t *at, int32_t n)
{
    const char *name[TH_MAX_LABELS] = {0}, *best = "";
    int32_t votes[TH_MAX_LABELS], kinds = 0, most = 0, part = 0;
    if (w->task->output == TH_OUT_INPUT) return label_at(r, at[n - 1], &part);
    for (int32_t t = 0; t < n; t++) {
        const char *label = label_at(r, at[t], &part);
        int32_t k = 0;
        while (k < kinds && strcmp(name[k], label) != 0) k++;
        if (k == kinds && kinds < TH_MAX_LABELS) name[kinds] = label, votes[kinds++] = 0;
        if (k < kinds) votes[k]++;
    }
    for (int32_t k = 0; k < kinds; k++)
        if (votes[k] > most) most = votes[k], best = name[k];
    return 4 * most >= 3 * n ? best : "";
}

static th_err add_window(th_windows *w, const th_recording *r, const char *label, const float *x, int32_t row,
                         th_why *why)
{
    const int32_t size = (int32_t)size_of(w->e);
    TH_TRY(room(w, why));
    float *to = w->e->f32 + (size_t)w->e->n * (size_t)size;
    th_block_run(&w->block, x, w->scratch, to);
    if (w->groups) TH_TRY(th_groups_hold(w->groups, r->group, r->name, to, size, why));
    return add(w, label, r, row, why);
}

/* Of anomalies only what is normal, the first label, says what is usual. */
static th_err learn_window(th_windows *w, const th_recording *r, const char *label, const float *x, int32_t row,
                           th_why *why)
{
    const int32_t size = (int32_t)size_of(w->e);
    (void)row;
    if (w->task->output == TH_OUT_INPUT && strcmp(label, w->card->labels[0]) != 0) return TH_OK;
    if (!w->features) w->features = malloc((size_t)size * sizeof *w->features);
    if (!w->features) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_block_run(&w->block, x, w->scratch, w->features);
    return th_groups_learn(w->groups, r->group, w->features, size, why);
}

/* What a window is for. */
typedef th_err window_fn(th_windows *w, const th_recording *r, const char *label, const float *x, int32_t row,
                         th_why *why);

static th_err each_window(th_windows *w, const th_recording *r, window_fn *fn, th_why *why)
{
    float *x = NULL;
    int32_t *at = NULL, n = 0;
    TH_TRY(open_blocks(w, r, why));
    if (r->n_channels != w->card->axes)
        return th_why_set(why, TH_ESHAPE, "%s has %d channels (%s), but %d are needed", r->name, (int)r->n_channels,
                          r->channels, (int)w->card->axes);
    th_err err = to_rate(w, r, &x, &at, &n, why);
    if (!err && n < w->window) w->too_short += fn == add_window;
    for (int32_t t = 0; t + w->window <= n && !err; t += w->hop) {
        const char *label = window_label(w, r, at + t, w->window);
        if (*label) err = fn(w, r, label, x + (size_t)t * (size_t)r->n_channels, at[t], why);
    }
    free(x);
    free(at);
    return err;
}

th_err th_windows_learn(th_windows *w, const th_recording *r, th_why *why)
{
    return w->groups ? each_window(w, r, learn_window, why) : TH_OK;
}

th_err th_windows_thin(th_windows *w, th_why *why)
{
    if (!w->groups || !w->e->n) return TH_OK;
    bool *keep = calloc((size_t)w->e->n, sizeof *keep);
    const th_err err = keep ? th_groups_thin(w->groups, keep, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) th_examples_keep(w->e, keep);
    free(keep);
    return err;
}

/* ---- strokes ---- */

/* Points p [n][2] -> x [to][2], evenly spaced along the way. */
static void along(const float *p, int32_t n, float *x, int32_t to)
{
    float way = 0, done = 0;
    for (int32_t i = 1; i < n; i++) way += hypotf(p[2 * i] - p[2 * i - 2], p[2 * i + 1] - p[2 * i - 1]);
    for (int32_t t = 0, i = 0; t < to; t++) {
        const float want = way * (float)t / (float)(to - 1);
        float step = 0;
        for (; i + 1 < n; i++) {
            step = hypotf(p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]);
            if (done + step >= want || i + 2 == n) break;
            done += step;
        }
        const float share = step > 0 ? fminf(1, (want - done) / step) : 0;
        for (int k = 0; k < 2; k++)
            x[2 * t + k] = p[2 * i + k] + (n > 1 ? share * (p[2 * i + 2 + k] - p[2 * i + k]) : 0);
    }
}

/* The middle of the box of x [n][2] to 0, its larger side to 2. */
static void centre(float *x, int32_t n)
{
    float lo[2] = {x[0], x[1]}, hi[2] = {x[0], x[1]};
    for (int32_t t = 0; t < n; t++)
        for (int k = 0; k < 2; k++) lo[k] = fminf(lo[k], x[2 * t + k]), hi[k] = fmaxf(hi[k], x[2 * t + k]);
    const float side = fmaxf(fmaxf(hi[0] - lo[0], hi[1] - lo[1]), 1e-6f);
    for (int32_t t = 0; t < n; t++)
        for (int k = 0; k < 2; k++) x[2 * t + k] = (x[2 * t + k] - (lo[k] + hi[k]) / 2) * 2 / side;
}

static th_err draw(const th_recording *r, uint8_t *to, th_why *why)
{
    const th_raster_cfg cfg = {.h = RASTER, .w = RASTER, .part = 230};
    float *x = malloc(2 * (size_t)r->n * sizeof *x);
    th_point *p = malloc((size_t)r->n * sizeof *p);
    th_err err = x && p ? TH_OK : TH_ENOMEM;
    if (!err) {
        memcpy(x, r->rows, 2 * (size_t)r->n * sizeof *x);
        centre(x, r->n);
        for (int32_t i = 0; i < r->n; i++)
            p[i] = (th_point){(int16_t)(8000 * x[2 * i]), (int16_t)(8000 * x[2 * i + 1])};
        err = th_raster_stroke(&cfg, p, r->n, to);
    }
    free(x);
    free(p);
    return err ? th_why_set(why, err, "%s: a stroke has 1 to %d points, not %d", r->name, TH_RASTER_POINTS, (int)r->n)
               : TH_OK;
}

static bool is_raster(const th_recipe *r)
{
    return strcmp(r->strokes, "raster") == 0;
}

th_examples_shape th_windows_stroke(const th_recipe *r)
{
    return is_raster(r) ? (th_examples_shape){RASTER, RASTER, 3} : (th_examples_shape){r->points, 1, 2};
}

static th_err add_stroke(th_windows *w, const th_recording *r, th_why *why)
{
    const th_recipe *s = &w->card->recipe;
    const bool raster = is_raster(s);
    const th_examples_shape shape = th_windows_stroke(s);
    th_examples *e = w->e;
    if (r->n_channels != 2)
        return th_why_set(why, TH_ESHAPE, "%s has %d channels, but points have x and y", r->name, (int)r->n_channels);
    w->card->axes = 2;
    e->h = shape.h, e->w = shape.w, e->c = shape.c;
    TH_TRY(room(w, why));
    if (raster) {
        TH_TRY(draw(r, e->u8 + (size_t)e->n * size_of(e), why));
    } else {
        float *x = e->f32 + (size_t)e->n * size_of(e);
        along(r->rows, r->n, x, s->points);
        centre(x, s->points);
    }
    return add(w, r->label, r, 0, why);
}

th_err th_windows_add(th_windows *w, const th_recording *r, th_why *why)
{
    return w->task->input == TH_IN_STROKE ? add_stroke(w, r, why) : each_window(w, r, add_window, why);
}
