/* Recordings of one's own: LABEL/FILE.csv or LABEL/SUBJECT/FILE.csv, a line with the names of the channels and a line a
 * row. A first channel with the name time_ms or timestamp holds milliseconds; without one, rows have the project's
 * rate. */
#include "data/cells.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MOST 64

static bool fits(const char *path, th_span head)
{
    const size_t n = strlen(path);
    if (n < 5 || strcmp(path + n - 4, ".csv") != 0 || !strchr(path, '/') || !head.n) return false;
    return !((head.p[0] >= '0' && head.p[0] <= '9') || head.p[0] == '-' || head.p[0] == '.');
}

/* The first folder of a path, and the second, when files lie deeper. */
static bool folders(const char *path, char label[TH_LABEL_BYTES], char subject[TH_LABEL_BYTES])
{
    const char *slash = strchr(path, '/'), *next = slash ? strchr(slash + 1, '/') : NULL;
    if (!slash || slash - path >= TH_LABEL_BYTES) return false;
    th_text_fmt(label, TH_LABEL_BYTES, "%.*s", (int)(slash - path), path);
    th_text_fmt(subject, TH_LABEL_BYTES, "%.*s", next ? (int)(next - slash - 1) : 0, slash + 1);
    return true;
}

static th_err read_head(th_cells *c, bool *timed, char *channels, size_t cap, int32_t *n_channels, th_why *why)
{
    char cell[64] = "";
    size_t n = 0;
    if (!th_cells_line(c)) return th_cells_bad(c, why, "it is empty: the first line has the names of the channels");
    for (int32_t k = 0; c->more; k++) {
        TH_TRY(th_cells_text(c, cell, sizeof cell, why));
        if (k == 0 && (strcmp(cell, "time_ms") == 0 || strcmp(cell, "timestamp") == 0)) {
            *timed = true;
            continue;
        }
        if (++*n_channels > MOST) return th_cells_bad(c, why, "there are more than 64 channels");
        if (n < cap) n += th_text_fmt(channels + n, cap - n, "%s%s", n ? "," : "", cell);
    }
    if (n >= cap) return th_cells_bad(c, why, "the names of the channels are too long");
    return *n_channels ? TH_OK : th_cells_bad(c, why, "there is no channel");
}

static th_err read_rows(th_cells *c, bool timed, th_reading *r, th_why *why)
{
    while (th_cells_line(c)) {
        double x[MOST], ms = 0;
        if (timed) TH_TRY(th_cells_number(c, &ms, why));
        for (int k = 0; k < r->n_channels; k++) TH_TRY(th_cells_number(c, &x[k], why));
        TH_TRY(th_cells_end(c, why));
        if (timed && r->n && ms <= r->ms[r->n - 1]) continue;
        TH_TRY(th_reading_add(r, x, ms, NULL, c, why));
    }
    return r->n ? TH_OK : th_cells_bad(c, why, "there are no rows");
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    char label[TH_LABEL_BYTES], subject[TH_LABEL_BYTES], channels[1024] = "";
    bool timed = false;
    th_why inner = {0};
    th_cells c = th_cells_of(text, name, ',');
    if (!folders(name, label, subject) || th_label_check(label, &inner))
        return th_why_set(why, TH_EFORMAT, "%s: a folder that is a label is needed around it%s%s", name,
                          inner.err ? ": " : "", inner.text);
    th_reading *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = read_head(&c, &timed, channels, sizeof channels, &r->n_channels, why);
    if (!err) err = read_rows(&c, timed, r, why);
    const th_recording like = {.name = name,
                               .channels = channels,
                               .label = label,
                               .subject = subject,
                               .device = "",
                               .group = subject,
                               .rate_hz = cfg->rate_hz};
    if (!err)
        err = timed ? th_reading_give_even(r, &like, cfg, take, ctx, why)
                    : th_reading_give(r, 0, r->n, &like, take, ctx, why);
    th_reading_free(r);
    return err;
}

const th_layout th_layout_plain = {.name = "a folder per label",
                                   .what = "LABEL/*.csv with a line of channel names",
                                   .input = TH_IN_SIGNAL,
                                   .fits = fits,
                                   .parse = parse};
