/* A fan with weights on its blades: 50 rows a second for each configuration and speed, which stand in columns.
 * Configuration 3 (weights opposite each other) is in balance and normal; below half speed the sensor feels nothing,
 * and those rows are left out.  Source: UCI data set 846, doi 10.3390/s19194342. */
#include "data/cells.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define AXES  3
#define HEAD  "wconfid,pctid,x,y,z"
#define SPEED 50 /* per cent, the least */

static bool fits(const char *path, th_span head)
{
    (void)path;
    return th_cells_begin(head, HEAD);
}

/* Rows of one configuration and speed. */
static th_err give(th_reading *r, int configuration, int speed, const char *file, th_recording_take *take, void *ctx,
                   th_why *why)
{
    char name[512], group[48];
    th_text_fmt(name, sizeof name, "%s/configuration %d, speed %d", file, configuration, speed);
    th_text_fmt(group, sizeof group, "configuration %d, speed %d", configuration, speed);
    const th_recording like = {.name = name,
                               .channels = "x,y,z",
                               .label = configuration == 3 ? "normal" : "anomaly",
                               .subject = "",
                               .device = "",
                               .group = group,
                               .rate_hz = 50};
    const th_err err = speed >= SPEED && r->n ? th_reading_give(r, 0, r->n, &like, take, ctx, why) : TH_OK;
    r->n = 0;
    return err;
}

static th_err read_rows(th_cells *c, th_reading *r, th_recording_take *take, void *ctx, th_why *why)
{
    double known[2] = {0}, v[2], x[AXES];
    while (th_cells_line(c)) {
        for (int k = 0; k < 2; k++) {
            TH_TRY(th_cells_number(c, &v[k], why));
            if (v[k] < 0 || v[k] > 1000) return th_cells_bad(c, why, "configuration and speed are numbers up to 1000");
        }
        for (int k = 0; k < AXES; k++) TH_TRY(th_cells_number(c, &x[k], why));
        TH_TRY(th_cells_end(c, why));
        if (v[0] < known[0] || v[0] > known[0] || v[1] < known[1] || v[1] > known[1])
            TH_TRY(give(r, (int)known[0], (int)known[1], c->name, take, ctx, why));
        memcpy(known, v, sizeof known);
        TH_TRY(th_reading_add(r, x, 0, NULL, c, why));
    }
    return give(r, (int)known[0], (int)known[1], c->name, take, ctx, why);
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    th_cells c = th_cells_of(text, name, ',');
    th_reading *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    r->n_channels = AXES;
    (void)cfg;
    const th_err err = th_cells_begin(text, HEAD) && th_cells_line(&c)
                           ? read_rows(&c, r, take, ctx, why)
                           : th_why_set(why, TH_EFORMAT, "%s, line 1: these columns are needed: %s", name, HEAD);
    th_reading_free(r);
    return err;
}

const th_layout th_layout_fan = {.name = "fan_vibration",
                                 .what = "a .csv with " HEAD,
                                 .input = TH_IN_SIGNAL,
                                 .task = "anomaly",
                                 .fits = fits,
                                 .parse = parse,
                                 .settings = "[features]\nblocks = stats sd; spectral 16 bands\n"};
