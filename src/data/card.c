#include "data/card.h"

#include "base/text.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void th_card_make(const th_examples *e, float pixel_lo, float pixel_hi, th_card *card)
{
    *card = (th_card){.n_labels = e->n_labels, .pixel_lo = pixel_lo, .pixel_hi = pixel_hi};
    memcpy(card->labels, e->labels, sizeof card->labels);
    th_card_scale_by(e, card);
}

bool th_card_by_group(const th_card *card)
{
    return strcmp(card->recipe.baseline, "group") == 0;
}

/* One scale for all columns: what makes them equal has been done, and the small ones are to stay small. */
static void one_scale(const th_examples *e, int32_t n, th_card *card)
{
    const size_t all = (size_t)e->n * (size_t)n;
    double square = 0;
    for (size_t i = 0; i < all; i++) square += (double)e->f32[i] * (double)e->f32[i] / (double)all;
    for (int32_t i = 0; i < n; i++) {
        card->mean[i] = 0;
        card->inv[i] = square > 1e-20 ? (float)(1 / sqrt(square)) : 1;
    }
}

/* Mean and 1 / deviation of channel k, of values brought to lo .. hi; 1 where all are alike. */
static void scale_channel(const th_examples *e, int32_t k, double lo, double hi, th_card *card)
{
    const size_t step = (size_t)e->c, all = (size_t)e->n * (size_t)card->n_values;
    const double part = 1 / ((double)all / (double)step);
    double sum = 0, square = 0;
    for (size_t i = (size_t)k; i < all; i += step) sum += fmin(fmax((double)e->f32[i], lo), hi) * part;
    for (size_t i = (size_t)k; i < all; i += step) square += pow(fmin(fmax((double)e->f32[i], lo), hi) - sum, 2) * part;
    for (int32_t i = k; i < card->n_values; i += e->c) {
        card->mean[i] = (float)sum;
        card->inv[i] = square > 1e-20 ? (float)(1 / sqrt(square)) : 1;
    }
}

void th_card_scale_by(const th_examples *e, th_card *card)
{
    const int32_t n = e->h * e->w * e->c;
    card->n_values = 0;
    if (!e->f32 || n > TH_CARD_VALUES) return;
    card->n_values = n;
    if (th_card_by_group(card)) {
        one_scale(e, n, card);
        return;
    }
    for (int32_t k = 0; k < e->c; k++) scale_channel(e, k, -DBL_MAX, DBL_MAX, card);
}

#define TAME 3    /* deviations that count */
#define MOST 5.0f /* that are shown */

void th_card_tame(const th_examples *e, th_card *card)
{
    if (!card->n_values || e->h * e->w > 1) return;
    for (int32_t k = 0; k < e->c; k++) {
        const double mean = (double)card->mean[k], far = TAME / (double)card->inv[k];
        scale_channel(e, k, mean - far, mean + far, card);
    }
    card->most = MOST;
}

th_examples_scale th_card_scale(const th_card *card)
{
    return (th_examples_scale){.pixel_lo = card->pixel_lo,
                               .pixel_hi = card->pixel_hi,
                               .mean = card->n_values ? card->mean : NULL,
                               .inv = card->n_values ? card->inv : NULL,
                               .most = card->most};
}

float th_card_score(const float *x, const float *y, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += pow((double)y[i] - (double)x[i], 2);
    return (float)(sum / n);
}

th_err th_card_relabel(const th_card *card, th_examples *e, bool strangers, th_why *why)
{
    int32_t to[TH_MAX_LABELS];
    if (e->f32 && card->n_values && card->n_values != e->h * e->w * e->c)
        return th_why_set(why, TH_ESHAPE, "the examples have %ld numbers each, the model was trained with %ld",
                          (long)(e->h * e->w * e->c), (long)card->n_values);
    for (int32_t k = 0; k < e->n_labels; k++) {
        for (to[k] = card->n_labels - 1; to[k] >= 0 && strcmp(e->labels[k], card->labels[to[k]]) != 0;) to[k]--;
        if (to[k] < 0 && !strangers)
            return th_why_set(why, TH_EFORMAT, "the label \"%s\" is not among those that are trained", e->labels[k]);
    }
    for (int32_t i = 0; i < e->n; i++) e->label[i] = e->label[i] < 0 ? -1 : to[e->label[i]];
    memcpy(e->labels, card->labels, sizeof e->labels);
    e->n_labels = card->n_labels;
    return TH_OK;
}

/* NULL when there is no memory. */
static json_t *numbers(const float *v, int32_t n)
{
    json_t *a = json_array();
    for (int32_t i = 0; a && i < n; i++)
        if (json_array_append_new(a, json_real((double)v[i]))) {
            json_decref(a);
            return NULL;
        }
    return a;
}

/* What only models of projects have. */
static int put_task(const th_card *c, json_t *o)
{
    const th_recipe *r = &c->recipe;
    char hash[24];
    th_text_fmt(hash, sizeof hash, "%016llx", (unsigned long long)c->source_hash);
    if (!c->task[0]) return 0;
    json_t *of_task = json_pack("{ss sf si si si ss ss si ss si si ss sf ss}", "task", c->task, "rate_hz",
                                (double)r->rate_hz, "window_ms", (int)r->window_ms, "hop_ms", (int)r->hop_ms,
                                "pause_ms", (int)r->pause_ms, "blocks", r->blocks, "strokes", r->strokes, "points",
                                (int)r->points, "baseline", r->baseline, "baseline_ms", (int)r->baseline_ms, "axes",
                                (int)c->axes, "device", c->device, "limit", (double)c->limit, "source_hash", hash);
    const int bad = !of_task || json_object_update_new(o, of_task);
    return bad || (r->trim > 0 && json_object_set_new(o, "trim", json_real((double)r->trim)));
}

static json_t *labels_of(const th_card *card)
{
    json_t *a = json_array();
    for (int32_t i = 0; a && i < card->n_labels; i++)
        if (json_array_append_new(a, json_string(card->labels[i]))) {
            json_decref(a);
            return NULL;
        }
    return a;
}

char *th_card_print(const th_card *card)
{
    const float pixels[] = {card->pixel_lo, card->pixel_hi};
    json_t *o = json_object();
    int bad = !o || json_object_set_new(o, "format", json_integer(1)) ||
              json_object_set_new(o, "labels", labels_of(card)) || json_object_set_new(o, "pixels", numbers(pixels, 2));
    if (!bad && card->n_values)
        bad = json_object_set_new(o, "mean", numbers(card->mean, card->n_values)) ||
              json_object_set_new(o, "inv", numbers(card->inv, card->n_values));
    if (!bad && card->most > 0) bad = json_object_set_new(o, "most", json_real((double)card->most));
    if (!bad) bad = put_task(card, o);
    if (!bad && card->scores)
        bad = json_object_set_new(o, "normal", json_string(card->normal)) ||
              json_object_set_new(o, "limit", json_real((double)card->limit));
    char *text = bad ? NULL : json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(o);
    return text;
}

th_err th_card_attach(const th_card *card, th_model *model, th_why *why)
{
    char *text = th_card_print(card);
    if (!text) return th_why_set(why, TH_ENOMEM, "no memory for the labels and scales of the model");
    const th_err err =
        th_model_set_metadata(model, TH_CARD_METADATA, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

/* Finite numbers -> v; their count, -1 when there are more than `most` or others among them. */
static int32_t get_numbers(const json_t *a, float *v, int32_t most)
{
    const size_t n = json_array_size(a);
    if (n > (size_t)most) return -1;
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(a, i);
        if (!json_is_number(x) || !isfinite((float)json_number_value(x))) return -1;
        v[i] = (float)json_number_value(x);
    }
    return (int32_t)n;
}

static bool get_labels(const json_t *a, th_card *card)
{
    card->n_labels = (int32_t)json_array_size(a);
    if (card->n_labels > TH_MAX_LABELS) return false;
    for (int32_t i = 0; i < card->n_labels; i++) {
        const char *label = json_string_value(json_array_get(a, (size_t)i));
        if (!label || !label[0] || strlen(label) >= TH_LABEL_BYTES) return false;
        th_text_fmt(card->labels[i], TH_LABEL_BYTES, "%s", label);
    }
    return true;
}

static bool get_text(const json_t *o, const char *key, char *to, size_t cap)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && th_text_fmt(to, cap, "%s", text) < cap;
}

static bool get_count(const json_t *o, const char *key, int32_t least, int32_t *to)
{
    const json_int_t v = json_integer_value(json_object_get(o, key));
    *to = (int32_t)v;
    return v >= least && v <= 1000000000;
}

static bool get_float(const json_t *o, const char *key, float *to)
{
    *to = (float)json_number_value(json_object_get(o, key));
    return isfinite(*to) && *to >= 0;
}

/* The other way round; a card of no project is fine. */
static bool get_task(const json_t *o, th_card *c)
{
    th_recipe *r = &c->recipe;
    char hash[24];
    if (!json_object_get(o, "task")) return true;
    if (!get_text(o, "task", c->task, sizeof c->task) || !th_task_find(c->task) ||
        !get_float(o, "rate_hz", &r->rate_hz) || !get_count(o, "window_ms", 0, &r->window_ms) ||
        !get_count(o, "hop_ms", 0, &r->hop_ms) || !get_count(o, "pause_ms", 0, &r->pause_ms) ||
        !get_text(o, "blocks", r->blocks, sizeof r->blocks) || !get_text(o, "strokes", r->strokes, sizeof r->strokes) ||
        !get_count(o, "points", 0, &r->points) || !get_text(o, "baseline", r->baseline, sizeof r->baseline) ||
        (th_card_by_group(c) && !get_count(o, "baseline_ms", 1, &r->baseline_ms)) ||
        !get_count(o, "axes", 0, &c->axes) || !get_text(o, "device", c->device, sizeof c->device) ||
        !get_float(o, "limit", &c->limit) || !get_text(o, "source_hash", hash, sizeof hash))
        return false;
    c->source_hash = strtoull(hash, NULL, 16);
    if (!get_float(o, "trim", &r->trim) || r->trim > 50) return false; /* 0 where it is not said */
    return th_task_find(c->task)->input != TH_IN_SIGNAL || (r->rate_hz > 0 && r->window_ms > 0 && r->hop_ms > 0);
}

/* What is normal and from where on it is not, when the entry says so. */
static bool get_score(const json_t *o, th_card *card)
{
    card->scores = json_object_get(o, "normal") != NULL;
    return !card->scores ||
           (get_text(o, "normal", card->normal, sizeof card->normal) && get_float(o, "limit", &card->limit));
}

th_err th_card_from(const th_model *model, th_card *card, th_why *why)
{
    const th_span text = th_model_metadata(model, TH_CARD_METADATA);
    if (!text.n) return th_why_set(why, TH_ENOENT, "the model does not say what examples it was trained on");
    return th_card_parse(text, card, why);
}

th_err th_card_parse(th_span text, th_card *card, th_why *why)
{
    float pixels[2];
    *card = (th_card){0};
    json_error_t error;
    json_t *o = json_loadb((const char *)text.p, text.n, 0, &error);
    if (!o && !error.text[0]) return th_why_set(why, TH_ENOMEM, "no memory for the model's entry %s", TH_CARD_METADATA);
    const bool good = o && json_integer_value(json_object_get(o, "format")) == 1 &&
                      get_labels(json_object_get(o, "labels"), card) &&
                      get_numbers(json_object_get(o, "pixels"), pixels, 2) == 2;
    const int32_t n = good ? get_numbers(json_object_get(o, "mean"), card->mean, TH_CARD_VALUES) : -1;
    const bool scored = !good || get_score(o, card);
    const bool same = n >= 0 && get_numbers(json_object_get(o, "inv"), card->inv, TH_CARD_VALUES) == n;
    const bool known = same && get_float(o, "most", &card->most) && get_task(o, card);
    json_decref(o);
    if (!known || !scored) return th_why_set(why, TH_EFORMAT, "the model's entry %s is damaged", TH_CARD_METADATA);
    card->pixel_lo = pixels[0], card->pixel_hi = pixels[1];
    card->n_values = n;
    return TH_OK;
}
