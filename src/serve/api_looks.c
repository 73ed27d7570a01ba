/* What a sample looks like: its waveform, its spectrogram, what the network is given of it. */
#include "data/seen.h"
#include "serve/desk.h"
#include "serve/routes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_MAX 4000
#define FRAMES_MAX 1000 /* of a spectrogram; of a longer recording several frames become one */
#define CHANNELS   64

/* One sample of the request, to look at without holding anything. */
typedef struct view {
    const th_project *p;
    th_sample s;
    th_dataset *set;
} view;

static void view_close(view *v)
{
    free(v->s.block);
    th_dataset_free(v->set);
}

/* view_close in any case. */
static th_err view_open(const th_request *r, const th_project *p, view *v, th_why *why)
{
    *v = (view){.p = p};
    return th_desk_sample(r->site->desk, p, r->part[1], &v->s, &v->set, why);
}

/* As many digits as a picture shows: values of 5 digits. */
static json_t *short_real(double x)
{
    if (!isfinite(x)) return json_null();
    if (x == 0) return json_real(0);
    const double step = pow(10, floor(log10(fabs(x))) - 4);
    return json_real(step > 0 ? round(x / step) * step : x);
}

/* ---- waveform ------------------------------------------------------------------------------------------------ */

/* Least and largest of each of `points` parts of n rows, of one of the channels. */
static json_t *envelope(const float *rows, int32_t n, int32_t channels, int32_t c, int32_t points, const char *name,
                        size_t len)
{
    json_t *low = json_array(), *high = json_array();
    for (int64_t k = 0; k < points; k++) {
        const int64_t from = k * n / points, to = (k + 1) * n / points;
        float lo = rows[from * channels + c], hi = lo;
        for (int64_t i = from; i < to; i++) {
            const float v = rows[i * channels + c];
            lo = v < lo ? v : lo;
            hi = v > hi ? v : hi;
        }
        json_array_append_new(low, short_real((double)lo));
        json_array_append_new(high, short_real((double)hi));
    }
    return json_pack("{s:s%, s:o, s:o}", "name", name, len, "low", low, "high", high);
}

static th_err read_rows(const view *v, float **rows, int32_t *n, int32_t *channels, th_why *why)
{
    int16_t *pcm;
    if (v->s.kind == TH_PICTURE)
        return th_why_set(why, TH_ESHAPE, "%s is a picture: it has no waveform", th_sample_shown(&v->s));
    if (v->s.kind == TH_SIGNAL) return th_dataset_signal(v->set, &v->s, rows, n, channels, why);
    TH_TRY(th_dataset_samples(v->set, &v->s, &pcm, n, why));
    *channels = 1;
    *rows = malloc(((size_t)*n + 1) * sizeof **rows);
    for (int32_t i = 0; i < *n && *rows; i++) (*rows)[i] = (float)pcm[i] / 32768;
    free(pcm);
    return *rows ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for %d samples", (int)*n);
}

static th_err make_wave(const view *v, int32_t points, th_reply *out, th_why *why)
{
    float *rows = NULL;
    int32_t n, channels;
    TH_TRY(read_rows(v, &rows, &n, &channels, why));
    if (points > n) points = n;
    json_t *all = json_array();
    const char *name = v->s.kind == TH_SIGNAL ? v->s.channels : "";
    for (int32_t c = 0; c < channels && c < CHANNELS; c++) {
        const size_t len = strcspn(name, ",");
        json_array_append_new(all, envelope(rows, n, channels, c, points, name, len));
        name += len + (name[len] == ',');
    }
    free(rows);
    out->keep = "private, max-age=31536000, immutable"; /* of another content the address is another one */
    return th_reply_json(out, 200, json_pack("{s:f, s:i, s:o}", "rate_hz", v->s.rate_hz, "n", (int)n, "channels", all),
                         why);
}

static th_err get_wave(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    view v;
    int64_t points;
    TH_TRY(th_request_int(r, "points", 1, POINTS_MAX, 600, &points, why));
    th_err err = view_open(r, p, &v, why);
    if (!err) err = make_wave(&v, (int32_t)points, out, why);
    view_close(&v);
    return err;
}

/* ---- what the network is given ------------------------------------------------------------------------------- */

static json_t *values_json(const float *x, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(all, short_real((double)x[i]));
    return all;
}

/* Of every `by` frames the loudest of each band, in their place. */
static void join_frames(th_spectrogram *s, int32_t by)
{
    const int32_t frames = (s->frames + by - 1) / by;
    for (int32_t f = 0; f < frames; f++)
        for (int32_t b = 0; b < s->bands; b++) {
            float most = s->db[(size_t)f * (size_t)by * (size_t)s->bands + (size_t)b];
            for (int32_t k = f * by; k < (f + 1) * by && k < s->frames; k++)
                most = fmaxf(most, s->db[(size_t)k * (size_t)s->bands + (size_t)b]);
            s->db[(size_t)f * (size_t)s->bands + (size_t)b] = most;
        }
    s->frames = frames;
    s->hop_ms *= by;
}

static th_err make_spectrogram(const view *v, const th_seer *seer, th_reply *out, th_why *why)
{
    th_spectrogram s;
    TH_TRY(th_seer_spectrogram(seer, v->set, &v->s, true, &s, why));
    if (s.frames > FRAMES_MAX) join_frames(&s, (s.frames + FRAMES_MAX - 1) / FRAMES_MAX);
    json_t *values = values_json(s.db, (size_t)s.frames * (size_t)s.bands);
    free(s.db);
    return th_reply_json(out, 200,
                         json_pack("{s:i, s:i, s:f, s:f, s:f, s:o}", "frames", (int)s.frames, "bands", (int)s.bands,
                                   "hop_ms", s.hop_ms, "low_hz", s.low_hz, "high_hz", s.high_hz, "values", values),
                         why);
}

static th_err make_features(const view *v, const th_seer *seer, th_reply *out, th_why *why)
{
    th_seen seen;
    TH_TRY(th_seer_look(seer, v->set, &v->s, &seen, why));
    json_t *names = json_array();
    for (int32_t k = 0; k < seen.columns && seen.name; k++) json_array_append_new(names, json_string(seen.name[k]));
    json_t *o =
        json_pack("{s:s, s:i, s:i, s:i, s:f, s:o, s:o}", "kind", th_seen_kind_name(seen.kind), "rows", (int)seen.rows,
                  "columns", (int)seen.columns, "channels", (int)seen.channels, "row_ms", seen.row_ms, "names", names,
                  "values", values_json(seen.values, (size_t)seen.rows * (size_t)seen.columns * (size_t)seen.channels));
    th_seen_free(&seen);
    return th_reply_json(out, 200, o, why);
}

typedef th_err look(const view *v, const th_seer *seer, th_reply *out, th_why *why);

static th_err with_seer(const th_request *r, th_project *p, look *what, th_reply *out, th_why *why)
{
    view v;
    th_seer *seer = NULL;
    th_err err = view_open(r, p, &v, why);
    if (!err) err = th_seer_new(v.p, &seer, why);
    if (!err) err = what(&v, seer, out, why);
    th_seer_free(seer);
    view_close(&v);
    return err;
}

static th_err get_spectrogram(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    return with_seer(r, p, make_spectrogram, out, why);
}

static th_err get_features(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    return with_seer(r, p, make_features, out, why);
}

const th_route th_routes_looks[] = {
    {"GET", "/api/v1/projects/{project}/samples/{sample}/wave", TH_ROLE_LEARNER, 0, .with_project = get_wave},
    {"GET", "/api/v1/projects/{project}/samples/{sample}/spectrogram", TH_ROLE_LEARNER, 0,
     .with_project = get_spectrogram},
    {"GET", "/api/v1/projects/{project}/samples/{sample}/features", TH_ROLE_LEARNER, 0, .with_project = get_features},
    {0},
};
