#include "serve/upload.h"

#include "base/text.h"
#include "data/audio.h"
#include "data/import.h"
#include "data/level.h"
#include "data/picture.h"
#include "serve/site.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_ROWS      1000000
#define JSON_ROWS_MOST ((size_t)8 * MOST_ROWS) /* their weight (th_json_read): some 300 MB while they are read */

/* ---- types --------------------------------------------------------------------------------- */

typedef enum format { SOUND_FILE, PICTURE_FILE, CSV_ROWS, JSON_ROWS } format;

typedef struct type {
    const char *name;
    format format;
} type;

static const type types[] = {
    {"audio/wav", SOUND_FILE},      {"audio/x-wav", SOUND_FILE},     {"audio/wave", SOUND_FILE},
    {"audio/vnd.wave", SOUND_FILE}, {"audio/flac", SOUND_FILE},      {"audio/x-flac", SOUND_FILE},
    {"audio/ogg", SOUND_FILE},      {"image/png", PICTURE_FILE},     {"image/jpeg", PICTURE_FILE},
    {"text/csv", CSV_ROWS},         {"application/json", JSON_ROWS},
};

/* "text/csv; charset=utf-8" is text/csv. */
static const type *find_type(const char *name)
{
    const size_t n = name ? strcspn(name, "; \t") : 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == n && strncasecmp(types[i].name, name, n) == 0) return &types[i];
    return NULL;
}

th_err th_upload_type(const th_project *p, const char *name, th_why *why)
{
    static const char *const wanted[] = {
        [TH_IN_SOUND] = "audio/wav, audio/flac or audio/ogg",
        [TH_IN_SIGNAL] = "text/csv or application/json",
        [TH_IN_PICTURE] = "image/png or image/jpeg",
        [TH_IN_STROKE] = "text/csv or application/json",
    };
    const type *t = find_type(name);
    const th_task_input input = th_project_task(p)->input;
    if (input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "the task %s needs no samples: it computes them itself", p->task);
    const bool fits = t && (input == TH_IN_SOUND     ? t->format == SOUND_FILE
                            : input == TH_IN_PICTURE ? t->format == PICTURE_FILE
                                                     : t->format == CSV_ROWS || t->format == JSON_ROWS);
    if (fits) return TH_OK;
    return th_why_set(why, TH_EUNSUP, "%s is no type that this project (%s) takes. Send %s, and say so in Content-Type",
                      name ? name : "a body without a type", p->task, wanted[input]);
}

void th_upload_warn(th_upload *u, const char *code, const char *text)
{
    if (u->n_warnings == TH_UPLOAD_WARNINGS) return;
    th_upload_warning *w = &u->warning[u->n_warnings++];
    w->code = code;
    th_text_fmt(w->text, sizeof w->text, "%s", text);
}

void th_upload_free(th_upload *u)
{
    free(u->pcm);
    free(u->rows);
    free(u->channels);
    u->pcm = NULL;
    u->rows = NULL;
    u->channels = NULL;
}

/* ---- sounds -------------------------------------------------------------------------------- */

static void judge_sound(const th_project *p, th_upload *u, bool noise, bool noisy)
{
    const th_level l = th_level_of(u->pcm, u->n);
    if (l.flat)
        th_upload_warn(u, "silent", "There is no sound in it at all. Is the microphone muted?");
    else if (!noise && th_level_silent(&l))
        th_upload_warn(u, "silent", "It is almost silent. Go nearer to the microphone and record it again.");
    else if (!noise && th_level_quiet(&l))
        th_upload_warn(u, "quiet", "It is quiet. Go nearer to the microphone, or turn it up.");
    if (th_level_clipped(&l))
        th_upload_warn(u, "clipped",
                       "It is too loud: parts are cut off. Go away from the microphone, or turn it down.");
    if (!noise && u->n < TH_LEAST_SOUND_S * p->rate_hz) th_upload_warn(u, "short", "It is too short for a word.");
    if (!noise && noisy && !l.flat)
        th_upload_warn(u, "noisy", "There is noise nearly as loud as what is said. Look for a quieter place.");
}

static th_err read_sound(const th_project *p, const th_upload_cfg *cfg, th_span body, th_upload *u, th_why *why)
{
    const bool noise = strcmp(cfg->label, TH_LABEL_SILENCE) == 0, trim = cfg->trim && !noise;
    const int32_t clip = (int32_t)((int64_t)p->rate_hz * p->clip_ms / 1000);
    const double most = noise ? TH_MAX_NOISE_SECONDS : trim ? TH_UPLOAD_SECONDS : TH_MAX_WORD_SECONDS;
    TH_TRY(th_audio_parse(body, "the recording", p->rate_hz, most, &u->pcm, &u->n, why));
    const bool noisy = th_level_noisy(u->pcm, u->n, p->rate_hz);
    if (trim && u->n > clip) {
        const int32_t from = th_clip_start(u->pcm, u->n, clip);
        memmove(u->pcm, u->pcm + from, (size_t)clip * sizeof *u->pcm);
        u->n = clip;
    }
    judge_sound(p, u, noise, noisy);
    return th_sound_hash(p->rate_hz, u->pcm, u->n, u->hash, why);
}

/* ---- pictures ------------------------------------------------------------------------------ */

static th_err read_picture(th_span body, th_upload *u, th_why *why)
{
    uint8_t *grey;
    TH_TRY(th_picture_parse(body, "the picture", 1, &grey, &u->height, &u->width, why));
    free(grey);
    u->picture = body;
    th_hash_of(body, u->hash);
    return TH_OK;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* A first column of times in ms says the rate, and goes. */
static th_err take_times(th_upload *u, double *rate_hz, th_why *why)
{
    const size_t first = strcspn(u->channels, ","), c = (size_t)u->n_channels;
    const bool timed = (first == 7 && memcmp(u->channels, "time_ms", 7) == 0) ||
                       (first == 9 && memcmp(u->channels, "timestamp", 9) == 0);
    if (!timed || c < 2) return TH_OK;
    const float from = u->rows[0], to = u->rows[(size_t)(u->n - 1) * c];
    for (int32_t i = 1; i < u->n; i++)
        if (!(u->rows[(size_t)i * c] >= u->rows[(size_t)(i - 1) * c]))
            return th_why_set(why, TH_EFORMAT, "row %d: its time goes back", (int)i + 1);
    if (!(to > from)) return th_why_set(why, TH_EFORMAT, "all rows have the same time");
    *rate_hz = 1000.0 * (u->n - 1) / ((double)to - (double)from);
    for (int32_t i = 0; i < u->n; i++)
        memmove(u->rows + (size_t)i * (c - 1), u->rows + (size_t)i * c + 1, (c - 1) * sizeof *u->rows);
    memmove(u->channels, u->channels + first + 1, strlen(u->channels + first + 1) + 1);
    u->n_channels--;
    return TH_OK;
}

static th_err read_csv(th_span body, th_upload *u, th_why *why)
{
    const th_err err = th_signal_parse(body, "the table", &u->channels, &u->rows, &u->n, &u->n_channels, why);
    if (err) {
        u->channels = NULL;
        u->rows = NULL;
    }
    return err;
}

/* ["x", "y"] or "x,y" -> "x,y". */
static th_err read_channels(const json_t *names, th_upload *u, th_why *why)
{
    size_t n = 1;
    const size_t k = json_is_string(names) ? 1 : json_array_size(names);
    for (size_t i = 0; i < k; i++) {
        const json_t *name = json_is_string(names) ? names : json_array_get(names, i);
        if (!json_is_string(name) || (names != name && strchr(json_string_value(name), ',')))
            return th_why_set(why, TH_EFORMAT, "\"channels\": their names, like [\"x\", \"y\", \"z\"]");
        n += json_string_length(name) + 1;
    }
    if (!k || k > TH_MAX_CHANNELS || n > (size_t)TH_MAX_CHANNELS * 64)
        return th_why_set(why, TH_EFORMAT, "\"channels\": 1 to %d names are needed", TH_MAX_CHANNELS);
    u->channels = malloc(n);
    if (!u->channels) return th_why_set(why, TH_ENOMEM, "out of memory");
    size_t at = 0;
    for (size_t i = 0; i < k; i++) {
        const json_t *name = json_is_string(names) ? names : json_array_get(names, i);
        at += th_text_fmt(u->channels + at, n - at, "%s%s", i ? "," : "", json_string_value(name));
    }
    u->n_channels = th_channel_count(u->channels);
    return TH_OK;
}

static th_err read_row(const json_t *row, size_t i, float *to, size_t n, th_why *why)
{
    if (json_array_size(row) != n)
        return th_why_set(why, TH_EFORMAT, "\"rows\", row %zu: %zu numbers, but there are %zu channels", i + 1,
                          json_array_size(row), n);
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_array_get(row, k);
        to[k] = (float)json_number_value(v);
        if (!json_is_number(v) || !isfinite(to[k]))
            return th_why_set(why, TH_EFORMAT, "\"rows\", row %zu: value %zu is no number that is finite", i + 1,
                              k + 1);
    }
    return TH_OK;
}

static th_err read_json_rows(const json_t *root, th_upload *u, double *rate_hz, th_why *why)
{
    const json_t *rows = json_object_get(root, "rows"), *rate = json_object_get(root, "rate_hz");
    if (!json_is_object(root) || !json_is_array(rows))
        return th_why_set(why, TH_EFORMAT,
                          "rows are sent as {\"rate_hz\": 50, \"channels\": [..], \"rows\": [[..], ..]}");
    if (rate && !json_is_number(rate)) return th_why_set(why, TH_EFORMAT, "\"rate_hz\" is no number");
    if (rate) *rate_hz = json_number_value(rate);
    TH_TRY(read_channels(json_object_get(root, "channels"), u, why));
    const size_t n = json_array_size(rows), c = (size_t)u->n_channels;
    if (n < 1 || n > MOST_ROWS)
        return th_why_set(why, TH_ERANGE, "\"rows\": %zu of them; 1 to %d can be sent at once", n, MOST_ROWS);
    u->rows = malloc(n * c * sizeof *u->rows);
    if (!u->rows) return th_why_set(why, TH_ENOMEM, "out of memory for %zu rows", n);
    u->n = (int32_t)n;
    for (size_t i = 0; i < n; i++) TH_TRY(read_row(json_array_get(rows, i), i, u->rows + i * c, c, why));
    return TH_OK;
}

static th_err read_json(th_span body, th_upload *u, double *rate_hz, th_why *why)
{
    json_t *root;
    TH_TRY(th_json_read(body, 0, JSON_ROWS_MOST, &root, why));
    const th_err err = read_json_rows(root, u, rate_hz, why);
    json_decref(root);
    return err;
}

static th_err read_rows(const th_project *p, const th_upload_cfg *cfg, format f, th_span body, th_upload *u,
                        th_why *why)
{
    const bool timed = th_project_task(p)->input == TH_IN_SIGNAL;
    double rate_hz = cfg->rate_hz;
    uint8_t *text;
    size_t n_bytes;
    if (f == CSV_ROWS)
        TH_TRY(read_csv(body, u, why));
    else
        TH_TRY(read_json(body, u, &rate_hz, why));
    if (u->n > MOST_ROWS) return th_why_set(why, TH_ERANGE, "%d rows; %d can be sent at once", (int)u->n, MOST_ROWS);
    TH_TRY(take_times(u, &rate_hz, why));
    if (!(rate_hz > 0)) rate_hz = (double)p->recipe.rate_hz;
    if (timed && !(rate_hz >= 1e-5 && rate_hz <= 100000))
        return th_why_set(why, TH_ERANGE, "the rate of the rows must be from 0.00001 to 100000 Hz: rate_hz=50");
    u->rate_hz = timed ? rate_hz : 0;
    if (timed && u->n / rate_hz * 1000 < p->recipe.window_ms)
        th_upload_warn(u, "short", "It is shorter than one window, so nothing can be learnt from it.");
    TH_TRY(th_signal_print(u->channels, u->rows, u->n, &text, &n_bytes, why));
    th_hash_of((th_span){text, n_bytes}, u->hash);
    free(text);
    return TH_OK;
}

/* ---- all ----------------------------------------------------------------------------------- */

th_err th_upload_read(const th_project *p, const th_upload_cfg *cfg, th_span body, th_upload *u, th_why *why)
{
    th_why inner = {0};
    *u = (th_upload){.kind = TH_SOUND};
    TH_TRY(th_upload_type(p, cfg->type, why));
    const format f = find_type(cfg->type)->format;
    u->kind = f == SOUND_FILE ? TH_SOUND : f == PICTURE_FILE ? TH_PICTURE : TH_SIGNAL;
    if (!body.n) return th_why_set(why, TH_EFORMAT, "the request has no body: it is the sample itself");
    const th_err err = f == SOUND_FILE     ? read_sound(p, cfg, body, u, &inner)
                       : f == PICTURE_FILE ? read_picture(body, u, &inner)
                                           : read_rows(p, cfg, f, body, u, &inner);
    if (!err) return TH_OK;
    th_upload_free(u);
    /* whatever is wrong with the bytes is the sender's: their type was right */
    return th_why_set(why, err == TH_ENOMEM || err == TH_ERANGE ? err : TH_EFORMAT, "%s", inner.text);
}
