/* Phone and watch while people sit down, walk and turn: rows of accelerometer, gyroscope, UNIX time in ms and label at
 * about 100 Hz.  A row whose time is not after the one before it was told twice and is left out.
 * Source: Matey-Sanz, Casteleyn, Granell, Data in Brief 2023, doi 10.1016/j.dib.2023.109809. */
#include "data/cells.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define AXES 6
#define HEAD "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label"

/* "s11_02_sp.csv": the device, and the subject of its file name. */
static const char *device_of(const char *path, char subject[16])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *end = strchr(name, '_');
    const size_t n = strlen(name);
    subject[0] = 0;
    if (end && end - name < 16) th_text_fmt(subject, 16, "%.*s", (int)(end - name), name);
    if (n > 7 && strcmp(name + n - 7, "_sp.csv") == 0) return "phone";
    return n > 7 && strcmp(name + n - 7, "_sw.csv") == 0 ? "watch" : NULL;
}

static bool fits(const char *path, th_span head)
{
    char subject[16];
    return device_of(path, subject) && th_cells_begin(head, "x_acc,");
}

static th_err read_rows(th_cells *c, th_reading *r, th_why *why)
{
    while (th_cells_line(c)) {
        double x[AXES], ms;
        char label[TH_LABEL_BYTES];
        for (int k = 0; k < AXES; k++) TH_TRY(th_cells_number(c, &x[k], why));
        TH_TRY(th_cells_number(c, &ms, why));
        TH_TRY(th_cells_text(c, label, sizeof label, why));
        TH_TRY(th_cells_end(c, why));
        if (r->n && ms <= r->ms[r->n - 1]) continue;
        TH_TRY(th_reading_add(r, x, ms, label, c, why));
    }
    return r->n ? TH_OK : th_cells_bad(c, why, "there are no rows");
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    char subject[16];
    const char *device = device_of(name, subject);
    if (cfg->device[0] && device && strcmp(cfg->device, device) != 0) return TH_OK;
    th_cells c = th_cells_of(text, name, ',');
    th_reading *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    r->n_channels = AXES;
    th_err err = th_cells_begin(text, HEAD) && th_cells_line(&c)
                     ? read_rows(&c, r, why)
                     : th_why_set(why, TH_EFORMAT, "%s, line 1: these columns are needed: %s", name, HEAD);
    const th_recording like = {.name = name,
                               .channels = "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro",
                               .label = "",
                               .subject = subject,
                               .device = device ? device : "",
                               .group = subject};
    if (!err) err = th_reading_give_even(r, &like, cfg, take, ctx, why);
    th_reading_free(r);
    return err;
}

#define SUMMARY                                                                                                        \
    "summary = stats mean sd min max step; spectral 8 bands; stats mean sd min max step upright; "                     \
    "spectral 8 bands upright\n"

const th_layout th_layout_har = {.name = "har_phone_watch",
                                 .what = "sXX_YY_{sp|sw}.csv with " HEAD,
                                 .input = TH_IN_SIGNAL,
                                 .task = "activity",
                                 .fits = fits,
                                 .parse = parse,
                                 .settings = "[features]\nblocks = raw; aligned\n" SUMMARY "change = tilt\n",
                                 .device = "phone", /* sits in a pocket in any direction */
                                 .device_settings = "[features]\nblocks = raw; aligned\n" SUMMARY "change = turn\n"};
