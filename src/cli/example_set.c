#include "cli/example_set.h"

#include "data/windows.h"

#include "base/hash.h"
#include "base/rng.h"
#include "cli/cmd.h"
#include "data/task_examples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VAL_SHARE 8    /* one of so many is set aside to watch the training, */
#define VAL_MOST  1000 /* but not more than tell one in a hundred apart */

/* ---- options ---- */

th_err th_example_size(const char *text, th_examples_shape *shape, th_why *why)
{
    int32_t side[3];
    char *stop;
    if (!text) return TH_OK;
    const char *at = text;
    for (int i = 0; i < 3; i++, at = stop + 1) {
        const long n = strtol(at, &stop, 10);
        if (stop == at || *stop != "xx"[i] || n < 1 || n > 4096)
            return th_why_set(why, TH_EUSAGE, "--size %s: height, width and channels are needed, such as 96x96x3",
                              text);
        side[i] = (int32_t)n;
    }
    *shape = (th_examples_shape){side[0], side[1], side[2]};
    return TH_OK;
}

th_examples_shape th_example_shape(const th_graph *g)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) n += th_shape_count(&g->tensors[g->inputs[i]].shape);
    if (g->n_inputs == 1) {
        const th_shape *s = &g->tensors[g->inputs[0]].shape;
        if (s->rank == 4 && s->d[0] == 1) return (th_examples_shape){s->d[1], s->d[2], s->d[3]};
        if (s->rank == 3 && s->d[0] == 1) return (th_examples_shape){s->d[1], s->d[2], 1};
    }
    return (th_examples_shape){1, 1, n};
}

/* ---- opening ---- */

static int by_draw(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

th_err th_example_set_divide(th_example_set *s, th_why *why)
{
    const int32_t n = s->train->n;
    uint64_t *draw = calloc((size_t)n, 2 * sizeof *draw);
    s->order = calloc((size_t)n, sizeof *s->order);
    if (!draw || !s->order) {
        free(draw);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    th_rng rng = th_rng_make(s->seed, 77);
    for (int32_t i = 0; i < n; i++) {
        draw[2 * i] = th_rng_u32(&rng);
        draw[2 * i + 1] = (uint64_t)i;
    }
    qsort(draw, (size_t)n, 2 * sizeof *draw, by_draw);
    for (int32_t i = 0; i < n; i++) s->order[i] = (int32_t)draw[2 * i + 1];
    free(draw);
    s->n_val = s->val ? s->val->n : n / VAL_SHARE < VAL_MOST ? n / VAL_SHARE : VAL_MOST;
    s->n_train = s->val ? n : n - s->n_val;
    return TH_OK;
}

static void say_examples(const char *path, const th_examples *e)
{
    fprintf(stderr, "%s: %d examples of %dx%dx%d, %d labels\n", path, (int)e->n, (int)e->h, (int)e->w, (int)e->c,
            (int)e->n_labels);
    if (e->n_skipped)
        fprintf(stderr, "note: %d files could not be read and are left out; the first: %s\n", (int)e->n_skipped,
                e->skipped);
}

static th_err fresh_card(th_example_set *s, const th_example_files *f, th_why *why)
{
    const th_card *known = f->card;
    if (s->train->n_labels < 2 && !s->to_input)
        return th_why_set(why, TH_EFORMAT, "%s has one label only (%s): at least two are needed to tell apart", f->data,
                          s->train->labels[0]);
    th_card_make(s->train, f->pixel_lo, f->pixel_hi, &s->card);
    if (s->to_input)
        s->card.n_labels = 0;
    else
        th_card_tame(s->train, &s->card);
    s->new_labels = known != NULL;
    if (!known || known->n_values != s->card.n_values) return TH_OK;
    s->card.pixel_lo = known->pixel_lo, s->card.pixel_hi = known->pixel_hi;
    memcpy(s->card.mean, known->mean, sizeof known->mean);
    memcpy(s->card.inv, known->inv, sizeof known->inv);
    s->card.most = known->most;
    return TH_OK;
}

/* The model's card, or a fresh one for other labels. */
static th_err make_card(th_example_set *s, const th_example_files *f, th_why *why)
{
    th_why inner = {0};
    if (!f->card || f->new_labels || s->to_input) return fresh_card(s, f, why);
    const th_err err = th_card_relabel(f->card, s->train, false, &inner);
    if (err == TH_EFORMAT && !f->keep_labels) return fresh_card(s, f, why);
    if (err) return th_why_set(why, err, "%s: %s", f->data, inner.text);
    s->card = *f->card;
    return TH_OK;
}

static th_err open_raw(th_example_set *s, const th_example_files *f, th_why *why)
{
    TH_TRY(
        th_examples_load_raw(f->data, f->labels, f->shape.h * f->shape.w * f->shape.c, f->n_classes, &s->train, why));
    s->card = (th_card){.n_labels = f->n_classes, .pixel_hi = 1};
    s->scale = th_card_scale(&s->card);
    return th_example_set_divide(s, why);
}

th_err th_example_set_open(th_example_set *s, const th_example_files *f, th_why *why)
{
    if (f->raw) return open_raw(s, f, why);
    TH_TRY(th_examples_load(f->data, &f->shape, &s->train, why));
    say_examples(f->data, s->train);
    const th_examples_shape shape = {s->train->h, s->train->w, s->train->c};
    if (f->val) {
        TH_TRY(th_examples_load(f->val, &shape, &s->val, why));
        say_examples(f->val, s->val);
    }
    const char *usual = s->train->u8 ? "flip,shift,zoom,light" : "none";
    TH_TRY(th_change_parse(f->change ? f->change : usual, &s->change, why));
    TH_TRY(th_change_check(&s->change, s->train, f->data, why));
    s->to_input = s->to_input || (f->card && f->card->n_labels == 0);
    TH_TRY(make_card(s, f, why));
    s->scale = th_card_scale(&s->card);
    if (s->val && !s->to_input) {
        th_why inner = {0};
        const th_err err = th_card_relabel(&s->card, s->val, false, &inner);
        if (err) return th_why_set(why, err, "%s: %s", f->val, inner.text);
    }
    for (int32_t i = 0; s->to_input && i < s->train->n; i++) s->train->label[i] = -1;
    for (int32_t i = 0; s->to_input && s->val && i < s->val->n; i++) s->val->label[i] = -1;
    return th_example_set_divide(s, why);
}

/* What thimble.ini says of changes in training. */
static th_err project_change(th_example_set *s, const th_project *p, th_why *why)
{
    th_why inner = {0};
    const th_err err = th_change_parse(p->change[0] ? p->change : "none", &s->change, &inner);
    return err ? th_why_set(why, TH_EFORMAT, "%s/%s: %s", p->dir, TH_FILE_INI, inner.text) : TH_OK;
}

/* Of a sensor only its rows turn: what stands beside them (aligned) is the same however it sits. */
static th_err find_turned(th_example_set *s, const th_project *p, const th_card *card, th_why *why)
{
    th_block_cfg cfg;
    int32_t hop;
    if (th_project_task(p)->input != TH_IN_SIGNAL) return TH_OK;
    if (strcmp(card->recipe.blocks, p->summary) == 0) s->change = (th_change){0}; /* no rows that could be changed */
    if (s->change.amount[TH_CHANGE_TURN] <= 0) return TH_OK;
    TH_TRY(th_windows_block(card, &cfg, &hop, why));
    if (cfg.part[0].kind != TH_BLOCK_RAW || cfg.part[0].axes)
        return th_why_set(why, TH_EFORMAT,
                          "%s/%s: change turns rows of the sensor, so blocks have to begin with raw (raw; aligned); "
                          "or say change = none",
                          p->dir, TH_FILE_INI);
    s->change.turned = cfg.n_axes;
    return TH_OK;
}

th_err th_example_set_project(th_example_set *s, const th_project *p, const char *preset, const th_card *card,
                              th_why *why)
{
    const th_task *task = th_project_task(p);
    th_card plan;
    th_why none = {0};
    if (card)
        plan = *card;
    else
        TH_TRY(th_task_card(p, preset, &plan, why));
    TH_TRY(project_change(s, p, why));
    TH_TRY(th_task_examples(p, TH_TRAIN, &plan, &s->train, why));
    TH_TRY(find_turned(s, p, &plan, why));
    const th_err err = th_task_examples(p, TH_VAL, &plan, &s->val, &none);
    if (err && err != TH_ENOENT) return th_why_set(why, err, "%s", none.text);
    TH_TRY(th_change_check(&s->change, s->train, p->dir, why));
    s->to_input = task->output == TH_OUT_INPUT;
    if (task->output == TH_OUT_LABELS && plan.n_labels < 2)
        return th_why_set(why, TH_EFORMAT,
                          "%s has %s: at least two labels are needed to tell apart. Import examples of another one",
                          p->dir, plan.n_labels ? "one label only" : "no labels");
    s->card = plan;
    if (!card) th_card_scale_by(s->train, &s->card);
    s->scale = th_card_scale(&s->card);
    return th_example_set_divide(s, why);
}

void th_example_set_free(th_example_set *s)
{
    th_examples_free(s->train);
    th_examples_free(s->val);
    free(s->order);
    *s = (th_example_set){0};
}

/* ---- giving them out ---- */

/* What the network shall say to x. */
static void get_target(const th_example_set *s, const th_examples *e, int32_t i, const float *x, float *y)
{
    const int32_t label = e->label[i];
    if (e->target) memcpy(y, e->target + (size_t)i * (size_t)e->n_targets, (size_t)e->n_targets * sizeof *y);
    if (s->to_input) memcpy(y, x, (size_t)(s->train->h * s->train->w * s->train->c) * sizeof *y);
    for (int32_t k = 0; k < s->card.n_labels; k++) y[k] = k == label;
}

/* Every epoch in another order: a walk through the examples with a step that is prime to their number. */
static int32_t shuffled(const th_example_set *s, int32_t epoch, int32_t i)
{
    th_rng rng = th_rng_make(s->seed, 1000 + (uint64_t)epoch);
    const int64_t n = s->n_train;
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
    return s->order[(start + step * i) % n];
}

void th_example_set_train(void *set, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const th_example_set *s = set;
    const int32_t at = shuffled(s, epoch, i);
    (void)member;
    th_change_get(s->train, &s->scale, &s->change, s->seed, epoch, at, x);
    get_target(s, s->train, at, x, y);
}

const th_examples *th_example_set_watched(const th_example_set *s, int32_t i, int32_t *at)
{
    *at = s->val ? i : s->order[s->n_train + i];
    return s->val ? s->val : s->train;
}

void th_example_set_val(void *set, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const th_example_set *s = set;
    int32_t at;
    const th_examples *e = th_example_set_watched(s, i, &at);
    (void)member, (void)epoch;
    th_examples_get(e, &s->scale, at, x);
    get_target(s, e, at, x, y);
}

uint64_t th_example_set_hash(const th_example_set *s)
{
    const th_examples *e = s->train;
    const size_t n = (size_t)e->n * (size_t)(e->h * e->w * e->c);
    const float change[] = {s->card.pixel_lo, s->card.pixel_hi, s->to_input};
    uint64_t h = TH_FNV1A_START;
    if (e->u8) h = th_fnv1a(h, (th_span){e->u8, n});
    if (e->f32) h = th_fnv1a(h, (th_span){(const uint8_t *)e->f32, n * sizeof(float)});
    if (e->target)
        h = th_fnv1a(h, (th_span){(const uint8_t *)e->target, (size_t)e->n * (size_t)e->n_targets * sizeof(float)});
    h = th_fnv1a(h, (th_span){(const uint8_t *)e->label, (size_t)e->n * sizeof(int32_t)});
    h = th_fnv1a(h, (th_span){(const uint8_t *)s->card.labels, sizeof s->card.labels});
    h = th_fnv1a(h, (th_span){(const uint8_t *)s->card.mean, sizeof s->card.mean});
    h = th_fnv1a(h, (th_span){(const uint8_t *)s->change.amount, sizeof s->change.amount});
    return th_fnv1a(h, (th_span){(const uint8_t *)change, sizeof change});
}
