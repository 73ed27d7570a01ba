/* A signal as a point.  A sensor's rows: of each channel, in places along the recording, the mean and the logarithm of
 * the deviation around it.  A stroke: its points, evenly taken.  What lies near is held against the rows: the
 * correlation of their changes at the best shift. */
#include "check/check_priv.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUN        4 /* rows of a hash */
#define WINNOW     12
#define MOST_ROWS  20000 /* that are correlated */
#define MOST_LAG   200   /* rows */
#define SLOW       0.9f  /* part of the row before that is taken away: what is slow is alike in all */
#define LEAST_RISE 20    /* rows */
#define LEVELS     50    /* with fewer steps between its ends a channel stands at them anyway */

/* ---- facts ---- */

static th_channel channel_of(const float *x, int32_t n, int32_t channels)
{
    th_channel c = {.lo = x[0], .hi = x[0], .stuck = 1, .rises = n >= LEAST_RISE};
    double sum = 0, square = 0;
    float step = INFINITY;
    int32_t run = 0, at_limit = 0;
    const float *last = x;
    for (int32_t t = 0; t < n; t++) {
        const float *v = x + (size_t)t * (size_t)channels;
        c.lo = fminf(c.lo, *v);
        c.hi = fmaxf(c.hi, *v);
        sum += (double)*v;
        square += (double)*v * (double)*v;
        if (t && *v <= *last) c.rises = false;
        if (*v != *last) step = fminf(step, fabsf(*v - *last));
        run = *v == *last ? run + 1 : 1;
        c.stuck = run > c.stuck ? run : c.stuck;
        last = v;
    }
    for (int32_t t = 0; t + 2 < n; t++) {
        const float *v = x + (size_t)t * (size_t)channels;
        const bool three = v[0] == v[channels] && v[0] == v[2 * channels];
        at_limit += three && (v[0] == c.lo || v[0] == c.hi);
    }
    c.mean = (float)(sum / n);
    c.rms = (float)sqrt(square / n);
    if (c.hi - c.lo >= LEVELS * step) c.at_limit = (float)at_limit / (float)n;
    return c;
}

/* Hashes of RUN rows each, 0 where no row differs from the one before. */
static th_err make_prints(th_fact *f, const float *rows, int32_t n, int32_t channels, th_why *why)
{
    const size_t row = (size_t)channels * sizeof *rows;
    const int32_t n_runs = n - RUN + 1;
    int32_t same = 0;
    uint64_t *hash = n_runs < 1 ? NULL : malloc((size_t)n_runs * sizeof *hash);
    if (n_runs >= 1 && !hash) return th_why_set(why, TH_ENOMEM, "no memory for %d rows", (int)n);
    f->is.signal.stuck = 1;
    for (int32_t t = 0; t < n; t++) {
        const uint8_t *at = (const uint8_t *)rows + (size_t)t * row;
        same = t && memcmp(at, at - row, row) == 0 ? same + 1 : 0;
        if (same + 1 > f->is.signal.stuck) f->is.signal.stuck = same + 1;
        if (t < RUN - 1) continue;
        const uint64_t h = th_fnv1a(TH_FNV1A_START, (th_span){at - (RUN - 1) * row, RUN * row});
        hash[t - RUN + 1] = same >= RUN - 1 ? 0 : (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull | 1;
    }
    const th_err err = n_runs < 1 ? TH_OK : th_winnow(f, hash, n_runs, WINNOW, why);
    free(hash);
    return err;
}

/* Is row t on the line between its neighbours in every channel, and does one change there?  So lie rows that were put
 * between two others when a lower rate was brought to this one, or a gap was closed. */
static bool on_line(const float *rows, int32_t t, int32_t channels)
{
    const float *x = rows + (size_t)t * (size_t)channels;
    bool moves = false;
    for (int32_t k = 0; k < channels; k++) {
        const float a = x[k - channels], b = x[k], c = x[k + channels];
        if (fabsf(a - 2 * b + c) > 4e-6f * (fabsf(a) + 2 * fabsf(b) + fabsf(c))) return false;
        moves = moves || a != c;
    }
    return moves;
}

static void find_lines(th_fact *f, const float *rows, int32_t n, int32_t channels)
{
    int32_t run = 0, all = 0;
    for (int32_t t = 1; t + 1 < n; t++) {
        run = on_line(rows, t, channels) ? run + 1 : 0;
        all += run > 0;
        if (run > f->is.signal.bridge) f->is.signal.bridge = run;
    }
    f->is.signal.straight = n > 2 ? (float)all / (float)(n - 2) : 0;
}

/* ---- the view ---- */

/* Mean of a channel over place k of `places`, and the deviation around it. */
static void place_of(const float *x, int32_t n, int32_t channels, int k, int places, double *mean, double *sd)
{
    const int32_t from = (int32_t)((int64_t)n * k / places);
    int32_t to = (int32_t)((int64_t)n * (k + 1) / places);
    double sum = 0, square = 0;
    if (to <= from) to = from + 1;
    for (int32_t t = from; t < to; t++) {
        const double v = (double)x[(size_t)t * (size_t)channels];
        sum += v;
        square += v * v;
    }
    *mean = sum / (to - from);
    *sd = sqrt(fmax(0, square / (to - from) - *mean * *mean));
}

static void view_of_sensor(const th_channel *c, const float *rows, int32_t n, int32_t channels, float *view)
{
    const int used = channels < TH_VIEW / 4 ? channels : TH_VIEW / 4, places = TH_VIEW / used / 2;
    for (int k = 0; k < used; k++) {
        const double all =
            sqrt(fmax(1e-30, (double)c[k].rms * (double)c[k].rms - (double)c[k].mean * (double)c[k].mean));
        float *to = view + (ptrdiff_t)k * places * 2;
        if (c[k].hi <= c[k].lo) continue;
        for (int j = 0; j < places; j++) {
            double mean, sd;
            place_of(rows + k, n, channels, j, places, &mean, &sd);
            to[j] = (float)((mean - (double)c[k].mean) / all);
            to[places + j] = (float)log(sd / all + 0.05);
        }
        (void)th_view_unit(to + places, (size_t)places);
        for (int j = 0; j < places; j++) to[places + j] *= sqrtf((float)places);
    }
}

static void view_of_stroke(const float *rows, int32_t n, int32_t channels, float *view)
{
    const int points = TH_VIEW / 2;
    for (int k = 0; k < 2 && k < channels; k++)
        for (int j = 0; j < points; j++) {
            const double at = (double)(n - 1) * j / (points - 1);
            const int32_t t = (int32_t)at < n - 2 ? (int32_t)at : n > 1 ? n - 2 : 0;
            const float *x = rows + (size_t)t * (size_t)channels + k, share = (float)(at - t);
            view[k * points + j] = n > 1 ? x[0] + share * (x[channels] - x[0]) : x[0];
        }
    for (int k = 0; k < 2; k++) {
        float mean = 0;
        for (int j = 0; j < points; j++) mean += view[k * points + j] / (float)points;
        for (int j = 0; j < points; j++) view[k * points + j] -= mean;
    }
}

th_err th_signal_look(th_check *c, size_t i, const float *rows, int32_t n, int32_t channels, th_why *why)
{
    th_fact *f = &c->fact[i];
    float *view = c->view + i * TH_VIEW;
    f->is.signal.n = n;
    f->is.signal.n_channels = channels;
    if (n < 1 || channels < 1) return TH_OK;
    f->channel = calloc((size_t)channels, sizeof *f->channel);
    if (!f->channel) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t k = 0; k < channels; k++) f->channel[k] = channel_of(rows + k, n, channels);
    find_lines(f, rows, n, channels);
    if (c->set->samples[i].rate_hz > 0)
        view_of_sensor(f->channel, rows, n, channels, view);
    else
        view_of_stroke(rows, n, channels, view);
    f->has_view = th_view_unit(view, TH_VIEW);
    return c->set->samples[i].rate_hz > 0 ? make_prints(f, rows, n, channels, why) : TH_OK;
}

/* ---- two of them ---- */

typedef struct track {
    float *x; /* [n][channels] what changes from row to row, each channel of length 1 */
    int32_t n, channels;
} track;

static th_err track_open(const th_check *c, size_t i, track *r, th_why *why)
{
    float *rows = NULL;
    *r = (track){0};
    TH_TRY(th_dataset_signal(c->set, &c->set->samples[i], &rows, &r->n, &r->channels, why));
    if (r->n > MOST_ROWS) r->n = MOST_ROWS;
    const size_t n = (size_t)r->n, channels = (size_t)r->channels;
    r->x = rows;
    for (size_t k = 0; k < channels; k++) {
        double square = 0;
        for (size_t t = n; t-- > 1;) {
            float *v = &rows[t * channels + k];
            *v -= SLOW * v[-(ptrdiff_t)channels];
            square += (double)*v * (double)*v;
        }
        if (n) rows[k] = 0;
        const float by = square > 0 ? (float)(1 / sqrt(square)) : 0;
        for (size_t t = 1; t < n; t++) rows[t * channels + k] *= by;
    }
    return TH_OK;
}

/* Sum over all that both have of x[t + lag] y[t]. */
static float correlation(const track *x, const track *y, int32_t lag)
{
    const int32_t from = lag < 0 ? -lag : 0, to = x->n - lag < y->n ? x->n - lag : y->n;
    if (to <= from) return 0;
    const float *a = x->x + (size_t)(from + lag) * (size_t)x->channels, *b = y->x + (size_t)from * (size_t)y->channels;
    const size_t n = (size_t)(to - from) * (size_t)y->channels;
    float part[8] = {0}, sum = 0;
    size_t t = 0;
    for (; t + 8 <= n; t += 8)
        for (size_t k = 0; k < 8; k++) part[k] += a[t + k] * b[t + k];
    for (; t < n; t++) sum += a[t] * b[t];
    for (int k = 0; k < 8; k++) sum += part[k];
    return sum;
}

th_err th_signal_alike(const th_check *c, size_t a, size_t b, float *score, th_why *why)
{
    track x = {0}, y = {0};
    int32_t used = 0;
    *score = 0;
    th_err err = track_open(c, a, &x, why);
    if (!err) err = track_open(c, b, &y, why);
    if (!err && x.channels == y.channels && x.n && y.n) {
        int32_t reach = (x.n < y.n ? x.n : y.n) / 8;
        if (reach > MOST_LAG) reach = MOST_LAG;
        if (!(c->set->samples[a].rate_hz > 0)) reach = abs(x.n - y.n) <= 2 ? 2 : -1; /* a hand never does it twice so */
        for (int32_t k = 0; k < x.channels; k++)
            used += c->fact[a].channel[k].hi > c->fact[a].channel[k].lo ||
                    c->fact[b].channel[k].hi > c->fact[b].channel[k].lo;
        for (int32_t lag = -reach; lag <= reach && used; lag++)
            *score = fmaxf(*score, correlation(&x, &y, lag) / (float)used);
    }
    free(x.x);
    free(y.x);
    return err;
}
