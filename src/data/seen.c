#include "data/seen.h"

#include "base/text.h"
#include "data/front.h"
#include "data/picture.h"
#include "data/task_examples.h"
#include "data/windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct th_seer {
    const th_project *p;
    th_frontend_cfg cfg; /* of sounds */
    int32_t clip;        /* samples that are heard */
    th_frontend front, bands;
    void *memory[2];
    th_card *card; /* of signals and strokes */
};

const char *th_seen_kind_name(th_seen_kind kind)
{
    static const char *const names[TH_SEEN_KINDS] = {"frames", "windows", "rows", "points", "pixels"};
    return names[kind];
}

void th_seen_free(th_seen *seen)
{
    free(seen->values);
    free(seen->name);
    *seen = (th_seen){0};
}

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

static th_err open_front(th_frontend *f, const th_frontend_cfg *cfg, void **memory, th_why *why)
{
    const size_t bytes = th_frontend_mem(cfg) + TH_ARENA_ALIGN;
    *memory = malloc(bytes);
    if (!*memory) return no_memory(why);
    th_arena arena = th_arena_over(*memory, bytes);
    const th_err err = th_frontend_init(f, cfg, NULL, NULL, &arena);
    return err ? th_why_set(why, err, "the feature settings can't be used: %s", th_err_text(err)) : TH_OK;
}

static th_err open_sound(th_seer *s, th_why *why)
{
    char text[TH_PRESET_BYTES];
    th_preset preset;
    TH_TRY(th_front_preset(s->p, NULL, text, &preset, why));
    TH_TRY(th_front_make(s->p, &preset, &s->cfg, &s->clip, why));
    TH_TRY(open_front(&s->front, &s->cfg, &s->memory[0], why));
    th_frontend_cfg bands = s->cfg;
    bands.kind = TH_LOGMEL;
    bands.n_coef = bands.n_mel;
    return open_front(&s->bands, &bands, &s->memory[1], why);
}

th_err th_seer_new(const th_project *p, th_seer **seer, th_why *why)
{
    th_seer *s = *seer = calloc(1, sizeof *s);
    if (!s || !(s->card = calloc(1, sizeof *s->card))) return no_memory(why);
    s->p = p;
    if (th_project_task(p)->input == TH_IN_SOUND) return open_sound(s, why);
    TH_TRY(th_task_card(p, NULL, s->card, why));
    memcpy(s->card->recipe.baseline, "none", sizeof "none"); /* a window by itself */
    return TH_OK;
}

void th_seer_free(th_seer *s)
{
    if (!s) return;
    free(s->memory[0]);
    free(s->memory[1]);
    free(s->card);
    free(s);
}

/* ---- sounds ---------------------------------------------------------------------------------- */

/* What is heard of it, or all of it, at least a frame long. */
static th_err load_sound(const th_seer *s, const th_dataset *set, const th_sample *sample, bool whole, int16_t **pcm,
                         int32_t *n, th_why *why)
{
    int16_t *all;
    int32_t n_all;
    TH_TRY(th_dataset_samples(set, sample, &all, &n_all, why));
    *n = whole && n_all > s->cfg.window ? n_all : s->clip > s->cfg.window ? s->clip : s->cfg.window;
    *pcm = calloc((size_t)*n, sizeof **pcm);
    if (*pcm && whole && n_all == *n)
        memcpy(*pcm, all, (size_t)n_all * sizeof *all);
    else if (*pcm)
        th_clip_window(all, n_all, 0, *pcm, *n);
    free(all);
    return *pcm ? TH_OK : no_memory(why);
}

static th_err frames_of(const th_frontend *f, const int16_t *pcm, int32_t n, int32_t *frames, float **x, th_why *why)
{
    *frames = th_frontend_frames(&f->cfg, n);
    float *scratch = malloc(th_frontend_scratch(&f->cfg) * sizeof *scratch);
    *x = malloc(((size_t)*frames * (size_t)f->cfg.n_coef + 1) * sizeof **x);
    if (scratch && *x) th_frontend_clip(f, pcm, n, scratch, *x);
    const bool room = scratch && *x;
    free(scratch);
    return room ? TH_OK : no_memory(why);
}

static double mel(double hz)
{
    return 1127 * log1p(hz / 700);
}

/* Middle of a band (dsp/mel.h). */
static double band_hz(const th_frontend_cfg *f, int32_t band)
{
    const double low = mel((double)f->low_hz), high = mel((double)f->high_hz);
    return 700 * expm1((low + (high - low) * (band + 1) / (f->n_mel + 1)) / 1127);
}

static th_err see_sound(const th_seer *s, const th_dataset *set, const th_sample *sample, th_seen *seen, th_why *why)
{
    int16_t *pcm = NULL;
    int32_t n;
    th_err err = load_sound(s, set, sample, false, &pcm, &n, why);
    if (!err) err = frames_of(&s->front, pcm, n, &seen->rows, &seen->values, why);
    free(pcm);
    if (err) return err;
    seen->kind = TH_SEEN_FRAMES;
    seen->columns = s->cfg.n_coef;
    seen->row_ms = 1000.0 * s->cfg.hop / s->cfg.rate_hz;
    seen->name = calloc((size_t)seen->columns, sizeof *seen->name);
    if (!seen->name) return no_memory(why);
    for (int32_t k = 0; k < seen->columns; k++) {
        if (s->cfg.kind == TH_LOGMEL)
            th_text_fmt(seen->name[k], TH_SEEN_NAME, "%ld Hz", (long)(band_hz(&s->cfg, k) + 0.5));
        else
            th_text_fmt(seen->name[k], TH_SEEN_NAME, "coefficient %ld", (long)k);
    }
    return TH_OK;
}

th_err th_seer_spectrogram(const th_seer *s, const th_dataset *set, const th_sample *sample, bool whole,
                           th_spectrogram *out, th_why *why)
{
    int16_t *pcm = NULL;
    int32_t n;
    *out = (th_spectrogram){0};
    if (sample->kind != TH_SOUND || !s->memory[1])
        return th_why_set(why, TH_ESHAPE, "%s is no sound: only sounds have a spectrogram", th_sample_shown(sample));
    th_err err = load_sound(s, set, sample, whole, &pcm, &n, why);
    if (!err) err = frames_of(&s->bands, pcm, n, &out->frames, &out->db, why);
    free(pcm);
    if (err) return err;
    out->bands = s->cfg.n_mel;
    out->hop_ms = 1000.0 * s->cfg.hop / s->cfg.rate_hz;
    out->low_hz = (double)s->cfg.low_hz;
    out->high_hz = (double)s->cfg.high_hz;
    for (int32_t i = 0; i < out->frames * out->bands; i++) out->db[i] *= 4.3429448f; /* 10 / ln 10: ln to dB */
    return TH_OK;
}

/* ---- signals and strokes --------------------------------------------------------------------- */

/* Name k of a list with commas between. */
static void list_item(const char *list, int32_t k, char *to, size_t cap)
{
    while (k > 0 && *list) k -= *list++ == ',';
    th_text_fmt(to, cap, "%.*s", (int)strcspn(list, ","), list);
}

static const char *const stat_names[TH_STATS] = {"mean",  "sd",   "rms",      "min", "max",
                                                 "range", "skew", "kurtosis", "step"};

/* What the v-th of the values of an axis is called. */
static void value_name(const th_block_part *part, int32_t v, int32_t n, char *to)
{
    const char *kind = th_block_kind_name(part->kind);
    int32_t bit = 0;
    if (part->kind == TH_BLOCK_STATS) {
        for (int32_t left = v; bit < TH_STATS && (!(part->what >> bit & 1) || left-- > 0);) bit++;
        th_text_fmt(to, TH_SEEN_NAME, "%s", bit < TH_STATS ? stat_names[bit] : kind);
    } else if (n > 1) {
        th_text_fmt(to, TH_SEEN_NAME, "%s %ld", kind, (long)v + 1);
    } else {
        th_text_fmt(to, TH_SEEN_NAME, "%s", kind);
    }
}

/* Names of one part's values, from *at on: of each axis those that stand together, or of rows and orientation all. */
static void name_part(const th_block_cfg *cfg, const th_block_part *part, const char *channels, th_seen *seen,
                      int32_t *at)
{
    th_block_cfg alone = *cfg;
    int32_t h, w, c, axes = 0, axis[TH_BLOCK_AXES];
    alone.n_parts = 1;
    alone.part[0] = *part;
    if (th_block_shape(&alone, &h, &w, &c)) return;
    for (int32_t a = 0; a < cfg->n_axes; a++)
        if (!part->axes || part->axes >> a & 1) axis[axes++] = a;
    const bool rows = part->kind == TH_BLOCK_RAW, by_axis = axes && (w * c) % axes == 0 &&
                                                            part->kind != TH_BLOCK_ALIGNED &&
                                                            part->kind != TH_BLOCK_ORIENTATION;
    const int32_t each = by_axis ? w * c / axes : w * c;
    for (int32_t k = 0; k < w * c && *at < seen->columns; k++, ++*at) {
        char value[TH_SEEN_NAME], channel[24] = "";
        const bool turns = part->kind == TH_BLOCK_SPECTROGRAM; /* [n][axes]: axes run first */
        if (by_axis) list_item(channels, axis[turns ? k % axes : k / each], channel, sizeof channel);
        value_name(part, turns ? k / axes : k % each, each, value);
        if (rows)
            th_text_fmt(seen->name[*at], TH_SEEN_NAME, "%s", channel);
        else
            th_text_fmt(seen->name[*at], TH_SEEN_NAME, "%s%s%s", channel, *channel ? " " : "", value);
    }
}

static th_err name_columns(const th_card *card, const th_sample *s, th_seen *seen, th_why *why)
{
    th_block_cfg cfg;
    int32_t hop, at = 0;
    seen->name = calloc((size_t)seen->columns, sizeof *seen->name);
    if (!seen->name) return no_memory(why);
    if (seen->kind == TH_SEEN_POINTS) {
        for (int32_t k = 0; k < seen->columns; k++) list_item("x,y,z", k, seen->name[k], TH_SEEN_NAME);
        return TH_OK;
    }
    TH_TRY(th_windows_block(card, &cfg, &hop, why));
    seen->row_ms = seen->kind == TH_SEEN_WINDOWS ? 1000.0 * hop / (double)cfg.rate_hz
                   : seen->rows > 0              ? 1000.0 * cfg.window / (double)cfg.rate_hz / seen->rows
                                                 : 0;
    for (int32_t k = 0; k < cfg.n_parts; k++) name_part(&cfg, &cfg.part[k], s->channels, seen, &at);
    return TH_OK;
}

/* All windows when each is a line of numbers, or the one in the middle. */
static th_err take_windows(const th_examples *e, bool stroke, th_seen *seen, th_why *why)
{
    const bool lines = e->h * e->w == 1;
    const size_t size = (size_t)e->h * (size_t)e->w * (size_t)e->c, from = lines ? 0 : (size_t)(e->n / 2) * size,
                 n = lines ? (size_t)e->n * size : size;
    seen->kind = e->u8 ? TH_SEEN_PIXELS : stroke ? TH_SEEN_POINTS : lines ? TH_SEEN_WINDOWS : TH_SEEN_ROWS;
    seen->rows = lines ? e->n : e->h;
    seen->channels = e->u8 ? e->c : 1;
    seen->columns = e->u8 ? e->w : e->w * e->c;
    seen->values = malloc(n * sizeof *seen->values);
    if (!seen->values) return no_memory(why);
    for (size_t i = 0; i < n; i++) seen->values[i] = e->u8 ? (float)e->u8[from + i] : e->f32[from + i];
    return TH_OK;
}

static th_err take_recording(void *ctx, const th_recording *r, th_why *why)
{
    return th_windows_add(ctx, r, why);
}

static th_err see_signal(const th_seer *s, const th_dataset *set, const th_sample *sample, th_seen *seen, th_why *why)
{
    th_windows *w = NULL;
    th_card *card = malloc(sizeof *card);
    if (!card) return no_memory(why);
    *card = *s->card;
    th_err err = th_windows_new(card, false, &w, why);
    if (!err) err = th_task_recording(set, sample, take_recording, w, why);
    th_examples *e = err ? NULL : th_windows_take(w);
    th_windows_free(w);
    if (!err && !e)
        err = th_why_set(why, TH_ESHAPE, "%s is shorter than a window ([signal] window_ms = %d)",
                         th_sample_shown(sample), (int)s->p->recipe.window_ms);
    const bool stroke = th_project_task(s->p)->input == TH_IN_STROKE;
    if (!err) err = take_windows(e, stroke, seen, why);
    if (!err && seen->kind != TH_SEEN_PIXELS) err = name_columns(card, sample, seen, why);
    th_examples_free(e);
    free(card);
    return err;
}

/* ---- pictures -------------------------------------------------------------------------------- */

static th_err see_picture(const th_seer *s, const th_dataset *set, const th_sample *sample, th_seen *seen, th_why *why)
{
    const int32_t h = s->p->picture_h, w = s->p->picture_w, c = strcmp(s->p->colour, "grey") == 0 ? 1 : 3;
    const size_t n = (size_t)h * (size_t)w * (size_t)c;
    char path[TH_PATH_BYTES];
    uint8_t *bytes, *small = malloc(n);
    int32_t from_h, from_w;
    seen->values = malloc(n * sizeof *seen->values);
    th_err err = small && seen->values ? TH_OK : no_memory(why);
    if (!err) err = th_dataset_path(set, sample, path, why);
    if (!err) err = th_picture_read(path, c, &bytes, &from_h, &from_w, why);
    if (!err) {
        err = th_picture_fit(bytes, from_h, from_w, c, small, h, w, why);
        free(bytes);
    }
    for (size_t i = 0; i < n && !err; i++) seen->values[i] = (float)small[i];
    seen->kind = TH_SEEN_PIXELS;
    seen->rows = h, seen->columns = w, seen->channels = c;
    free(small);
    return err;
}

th_err th_seer_look(const th_seer *s, const th_dataset *set, const th_sample *sample, th_seen *seen, th_why *why)
{
    const th_task_input input = th_project_task(s->p)->input;
    *seen = (th_seen){.channels = 1};
    th_err err = TH_OK;
    if (sample->kind == TH_SOUND && input == TH_IN_SOUND)
        err = see_sound(s, set, sample, seen, why);
    else if (sample->kind == TH_SIGNAL && (input == TH_IN_SIGNAL || input == TH_IN_STROKE))
        err = see_signal(s, set, sample, seen, why);
    else if (sample->kind == TH_PICTURE && input == TH_IN_PICTURE)
        err = see_picture(s, set, sample, seen, why);
    else
        err = th_why_set(why, TH_ESHAPE, "%s is a %s, which task %s takes nothing from", th_sample_shown(sample),
                         th_sample_kind_name(sample->kind), s->p->task);
    if (err) th_seen_free(seen);
    return err;
}
