#include "data/live_rows.h"

#include "base/text.h"
#include "data/signal.h"
#include "os/run.h"

#include <math.h>
#include <string.h>

#define SETTLED     3   /* rows alike */
#define MOST_ODD    10  /* lines one after the other that are not what they were */
#define MOST_BROKEN 200 /* lines without a row among them */

/* ---- rows a second ---- */

void th_pace_add(th_pace *p, double now_s, double rows)
{
    if (p->n++ == 0) p->first_s = now_s;
    p->last_s = now_s;
    const double t = now_s - p->first_s;
    p->t += t;
    p->rows += rows;
    p->tt += t * t;
    p->tr += t * rows;
}

double th_pace_hz(const th_pace *p)
{
    const double n = p->n, spread = n * p->tt - p->t * p->t;
    if (p->n < 4 || p->last_s - p->first_s < 1 || !(spread > 0)) return 0;
    const double hz = (n * p->tr - p->t * p->rows) / spread;
    return hz > 0 ? hz : 0;
}

double th_rate_meant(double hz, double near_hz)
{
    if (!(hz > 0)) return 0;
    if (near_hz > 0 && fabs(hz - near_hz) <= 0.02 * near_hz) return near_hz;
    const double whole = floor(hz + 0.5);
    if (whole >= 10 && fabs(hz - whole) <= 0.005 * whole) return whole;
    const double unit = pow(10, floor(log10(hz)) - 3);
    return floor(hz / unit + 0.5) * unit;
}

/* ---- columns ---- */

static bool is_time(const char *name)
{
    return strcmp(name, "time_ms") == 0 || strcmp(name, "timestamp") == 0;
}

/* "time_ms,x" -> true and "x". */
static bool split_time(const char *names, const char **rest)
{
    const size_t first = strcspn(names, ",");
    char name[TH_FORWARDER_NAME];
    th_text_fmt(name, sizeof name, "%.*s", (int)first, names);
    const bool timed = names[first] && is_time(name);
    *rest = timed ? names + first + 1 : names;
    return timed;
}

/* The channels that there must be. */
static th_err set_channels(th_live_rows *l, const char *channels, th_why *why)
{
    l->timed = split_time(channels, &channels);
    const int32_t n = th_channel_count(channels);
    if (n < 1 || n + l->timed > TH_FORWARDER_MOST)
        return th_why_set(why, TH_EUSAGE, "--channels needs 1 to 63 names with commas between, like x,y,z");
    if (th_text_fmt(l->names, sizeof l->names, "%s", channels) >= sizeof l->names)
        return th_why_set(why, TH_EUSAGE, "the names of the channels are too long");
    l->n_columns = n + l->timed;
    return TH_OK;
}

/* Names for boards that say none. */
static void invent_names(th_live_rows *l)
{
    const int32_t n = l->n_columns - l->timed;
    size_t at = 0;
    if (n == 3 || n == 6) {
        th_text_fmt(l->names, sizeof l->names, n == 3 ? "x,y,z" : "ax,ay,az,gx,gy,gz");
        return;
    }
    for (int32_t i = 0; i < n; i++)
        at += th_text_fmt(l->names + at, sizeof l->names - at, "%sc%d", i ? "," : "", (int)i + 1);
}

/* Three rows are alike, or the source is at its end: so many columns there are. */
static void settle(th_live_rows *l)
{
    l->n_columns = l->held_columns;
    l->next_held = 0;
    if (l->n_header != l->n_columns) {
        invent_names(l);
        return;
    }
    const char *rest;
    l->timed = split_time(l->header, &rest);
    th_text_fmt(l->names, sizeof l->names, "%s", rest);
}

int32_t th_live_rows_axes(const th_live_rows *l)
{
    return l->n_columns - l->timed;
}

/* ---- lines ---- */

static void note_broken(th_live_rows *l)
{
    if (!l->n_broken++) {
        size_t k = 0;
        for (; k < l->forwarder.n && k + 1 < sizeof l->broken; k++) {
            const char c = l->forwarder.line[k];
            l->broken[k] = (char)(c >= ' ' && c < 127 ? c : '?');
        }
        l->broken[k] = 0;
    }
}

static th_err many_broken(th_live_rows *l, th_why *why)
{
    if (++l->broken_run < MOST_BROKEN) return TH_OK;
    if (l->n_rows)
        return th_why_set(why, TH_EFORMAT, "%d lines one after the other are no numbers: is the board well?",
                          (int)l->broken_run);
    return th_why_set(why, TH_EFORMAT,
                      "none of %d lines of %s is numbers; the first: \"%s\". One reading a line, numbers with commas "
                      "between; is the speed (--baud) the one of the sketch?",
                      (int)l->broken_run, th_capture_about(l->capture)->source, l->broken);
}

/* A row with another number of columns than there are. */
static th_err odd_row(th_live_rows *l, int32_t n, th_why *why)
{
    l->odd_run = n == l->odd_columns ? l->odd_run + 1 : 1;
    l->odd_columns = n;
    note_broken(l);
    if (l->odd_run < MOST_ODD) return TH_OK;
    if (l->n_rows)
        return th_why_set(why, TH_ESHAPE, "the lines have %d numbers now; the %d rows before had %d", (int)n,
                          (int)l->n_rows, (int)l->n_columns);
    return th_why_set(why, TH_ESHAPE, "the lines have %d numbers, but there are %d channels (%s)%s", (int)n,
                      (int)l->n_columns - l->timed, l->names,
                      n == l->n_columns + 1 && !l->timed
                          ? ". If the first is a time in milliseconds, say so: --channels time_ms,.."
                          : ". --channels A,B,.. names others; a project's channels are those of its first recording");
}

/* A time column must go on. */
static th_err check_time(th_live_rows *l, double ms, bool *good, th_why *why)
{
    *good = !l->n_rows || ms > l->last_ms;
    l->back_run = *good ? 0 : l->back_run + 1;
    if (*good) l->last_ms = ms;
    if (!*good) note_broken(l);
    if (l->back_run < MOST_ODD) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "the times of the first column go back from %d to %d ms: was the board reset?",
                      (int)fmin(l->last_ms, 2e9), (int)fmax(fmin(ms, 2e9), -2e9));
}

/* Keeps the first rows until three are alike. */
static void hold(th_live_rows *l, const double *v, int32_t n)
{
    if (n != l->held_columns) {
        l->n_broken += l->n_held;
        l->n_held = 0;
        l->held_columns = n;
    }
    memcpy(l->held[l->n_held++], v, (size_t)n * sizeof *v);
    if (l->n_held == SETTLED) settle(l);
}

/* The names of a line, joined by commas; false: one is there twice, or they are too long. */
static bool join_names(const th_forwarder *f, int32_t n, char joined[TH_LIVE_NAMES])
{
    size_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        char name[TH_FORWARDER_NAME];
        th_forwarder_name(f, i, name);
        if (i && th_channel_find(joined, name) >= 0) return false;
        at += th_text_fmt(joined + at, at < TH_LIVE_NAMES ? TH_LIVE_NAMES - at : 0, "%s%s", i ? "," : "", name);
        if (at >= TH_LIVE_NAMES) return false;
    }
    return true;
}

/* A line of names before the first row is kept for when the number of columns is known, or held against the channels
 * that there must be. */
static th_err take_names(th_live_rows *l, int32_t n, th_why *why)
{
    char joined[TH_LIVE_NAMES] = "";
    const char *rest = joined;
    if (l->n_rows || l->n_held || !join_names(&l->forwarder, n, joined)) return note_broken(l), TH_OK;
    const bool timed = split_time(joined, &rest);
    if (!l->cfg.channels) {
        memcpy(l->header, joined, sizeof l->header);
        l->n_header = n;
    } else if (strcmp(rest, l->names) == 0) { /* the project's channels, perhaps with times in front */
        l->timed = timed;
        l->n_columns = n;
    } else if (!l->cfg.renames && n - timed == th_live_rows_axes(l)) {
        return th_why_set(why, TH_ESHAPE,
                          "%s names its channels %s, but those of the project's data are %s. If they are the same: "
                          "--channels %s",
                          th_capture_about(l->capture)->source, rest, l->names, l->names);
    }
    return TH_OK;
}

static th_err give(th_live_rows *l, const double *v, double row[TH_FORWARDER_MOST], double *ms, bool *got, th_why *why)
{
    if (l->timed) TH_TRY(check_time(l, v[0], got, why));
    if (l->timed && !*got) return TH_OK;
    *got = true;
    *ms = l->timed ? v[0] : l->came_s * 1000;
    memcpy(row, v + l->timed, (size_t)th_live_rows_axes(l) * sizeof *v);
    l->n_rows++;
    l->odd_run = l->broken_run = 0;
    return TH_OK;
}

/* The line in the forwarder; *got when it is a row to give away. */
static th_err take_line(th_live_rows *l, double row[TH_FORWARDER_MOST], double *ms, bool *got, th_why *why)
{
    double v[TH_FORWARDER_MOST] = {0};
    int32_t n;
    const th_line line = th_forwarder_read(&l->forwarder, v, &n);
    /* the first one of a device may be the second half of one */
    if (l->n_lines++ == 0 && th_capture_about(l->capture)->is_live) return TH_OK;
    switch (line) {
    case TH_LINE_EMPTY: return TH_OK;
    case TH_LINE_NAMES: return take_names(l, n, why);
    case TH_LINE_ERROR:
        return th_why_set(why, TH_EFORMAT, "the board says: %.*s", (int)(l->forwarder.n < 200 ? l->forwarder.n : 200),
                          l->forwarder.line);
    case TH_LINE_BROKEN: return note_broken(l), many_broken(l, why);
    case TH_LINE_ROW: break;
    }
    if (l->n_columns == 0) return hold(l, v, n), TH_OK;
    return n == l->n_columns ? give(l, v, row, ms, got, why) : odd_row(l, n, why);
}

/* ---- all ---- */

th_err th_live_rows_open(th_live_rows *l, const th_live_rows_cfg *cfg, th_why *why)
{
    *l = (th_live_rows){.cfg = *cfg, .next_held = SETTLED};
    if (cfg->channels) TH_TRY(set_channels(l, cfg->channels, why));
    TH_TRY(th_capture_open(cfg->from, &cfg->capture, &l->capture, why));
    if (!th_capture_about(l->capture)->is_sound) return TH_OK;
    th_live_rows_close(l);
    return th_why_set(why, TH_EUSAGE,
                      "a microphone gives no rows of a sensor: --from serial:/dev/ttyACM0, fifo:PATH or - (standard "
                      "input)");
}

void th_live_rows_close(th_live_rows *l)
{
    th_capture_close(l->capture);
    l->capture = NULL;
}

static th_err refill(th_live_rows *l, th_why *why)
{
    size_t n;
    const int32_t rows = l->n_rows + l->n_held * (l->n_columns == 0);
    if (rows) th_pace_add(&l->pace, l->came_s, rows);
    TH_TRY(th_capture_read(l->capture, l->bytes, sizeof l->bytes, &n, why));
    l->came_s = th_clock_s();
    l->left = (th_span){l->bytes, n};
    l->ended = n == 0;
    return TH_OK;
}

th_err th_live_rows_next(th_live_rows *l, double row[TH_FORWARDER_MOST], double *ms, bool *got, th_why *why)
{
    *got = false;
    while (!*got) {
        if (l->next_held < l->n_held) {
            TH_TRY(give(l, l->held[l->next_held++], row, ms, got, why));
        } else if (th_forwarder_take(&l->forwarder, &l->left)) {
            TH_TRY(take_line(l, row, ms, got, why));
        } else if (!l->ended) {
            TH_TRY(refill(l, why));
        } else if (th_forwarder_rest(&l->forwarder)) {
            TH_TRY(take_line(l, row, ms, got, why));
        } else if (l->n_columns == 0 && l->n_held) {
            settle(l);
        } else {
            return TH_OK;
        }
    }
    return TH_OK;
}
