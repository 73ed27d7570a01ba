/* Eight sensors of a water pump, a row a second.  By the set's convention the first 400 rows of a file are normal and
 * for learning, the others test; here the last 120 of the 400 watch the training.  A file without the columns anomaly
 * and changepoint is normal throughout.  Source: Katser, Kozitsin 2020, doi 10.34740/KAGGLE/DSV/1693952. */
#include "data/cells.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SENSORS 8
#define LEARNT  280
#define NORMAL  400

static bool fits(const char *path, th_span head)
{
    (void)path;
    return th_cells_begin(head, "datetime;");
}

/* The names of the sensors joined by commas; whether anomalies are told. */
static th_err read_head(th_cells *c, char *channels, size_t cap, bool *told, th_why *why)
{
    char cell[64] = "";
    size_t n = 0;
    if (!th_cells_line(c)) return th_cells_bad(c, why, "it is empty");
    TH_TRY(th_cells_text(c, cell, sizeof cell, why));
    for (int k = 0; k < SENSORS; k++) {
        TH_TRY(th_cells_text(c, cell, sizeof cell, why));
        if (strchr(cell, ',')) return th_cells_bad(c, why, "a name of a column has a comma");
        if (n < cap) n += th_text_fmt(channels + n, cap - n, "%s%s", k ? "," : "", cell);
    }
    *told = c->more;
    if (!*told) return TH_OK;
    TH_TRY(th_cells_text(c, cell, sizeof cell, why));
    if (strcmp(cell, "anomaly") != 0) return th_cells_bad(c, why, "the column behind the 8 sensors is anomaly");
    TH_TRY(th_cells_text(c, cell, sizeof cell, why));
    return th_cells_end(c, why);
}

static th_err read_rows(th_cells *c, bool told, th_reading *r, th_why *why)
{
    while (th_cells_line(c)) {
        double x[SENSORS], seconds, anomaly = 0, change;
        TH_TRY(th_cells_time(c, &seconds, why));
        for (int k = 0; k < SENSORS; k++) TH_TRY(th_cells_number(c, &x[k], why));
        if (told) TH_TRY(th_cells_number(c, &anomaly, why));
        if (told) TH_TRY(th_cells_number(c, &change, why));
        TH_TRY(th_cells_end(c, why));
        TH_TRY(th_reading_add(r, x, seconds * 1000, told && r->n >= NORMAL && anomaly > 0.5 ? "anomaly" : "normal", c,
                              why));
    }
    return r->n ? TH_OK : th_cells_bad(c, why, "there are no rows");
}

/* The parts of a file by their use. */
static th_err give(const th_reading *r, bool told, th_recording *like, th_recording_take *take, void *ctx, th_why *why)
{
    static const int32_t ends[] = {LEARNT, NORMAL, INT32_MAX};
    if (!told) {
        like->split = TH_TRAIN;
        return th_reading_give(r, 0, r->n, like, take, ctx, why);
    }
    for (int32_t k = 0, from = 0; k < TH_N_SPLITS; k++) {
        const int32_t to = r->n < ends[k] ? r->n : ends[k];
        like->split = (th_split)k;
        if (to > from) TH_TRY(th_reading_give(r, from, to, like, take, ctx, why));
        from = to;
    }
    return TH_OK;
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    char channels[640] = "";
    bool told = false;
    th_cells c = th_cells_of(text, name, ';');
    th_reading *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    r->n_channels = SENSORS;
    (void)cfg;
    th_err err = read_head(&c, channels, sizeof channels, &told, why);
    if (!err) err = read_rows(&c, told, r, why);
    th_recording like = {.name = name,
                         .channels = channels,
                         .label = "",
                         .subject = "",
                         .device = "",
                         .group = name,
                         .rate_hz = 1,
                         .has_split = true};
    if (!err) err = give(r, told, &like, take, ctx, why);
    th_reading_free(r);
    return err;
}

const th_layout th_layout_skab = {
    .name = "skab",
    .what = "*.csv with datetime;8 sensors;anomaly;changepoint",
    .input = TH_IN_SIGNAL,
    .task = "anomaly",
    .fits = fits,
    .parse = parse,
    .settings = "[signal]\nrate_hz = 1\nwindow_ms = 20000\nhop_ms = 1000\npause_ms = 60000\nbaseline = "
                "group\nbaseline_ms = 400000\n"
                "[features]\nblocks = stats mean\n[anomaly]\nfactor = 1\n[train]\npreset = pca\n"};
