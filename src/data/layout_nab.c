/* Numenta's benchmark: one value every few minutes, and windows of time in which it is anomalous, of all files in one
 * labels/combined_windows.json.  The first 15 % of a file, at most 750 rows, which is what the benchmark lets a
 * detector get used to, are for learning and hold no anomaly windows.  Source: Lavin, Ahmad, ICMLA 2015,
 * doi 10.1109/ICMLA.2015.141. */
#include "data/cells.h"

#include "base/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HEAD   "timestamp,value"
#define NORMAL 0.15 /* of a file, or of FULL rows of a longer one */
#define FULL   5000
#define LEARNT 0.8 /* of those; the others watch */
#define MOST   64

typedef struct windows {
    double from[MOST], to[MOST];
    int n;
} windows;

static bool fits(const char *path, th_span head)
{
    (void)path;
    return th_cells_begin(head, HEAD);
}

static th_err time_of(const json_t *j, const char *name, double *seconds, th_why *why)
{
    const char *text = json_string_value(j);
    if (!text) return th_why_set(why, TH_EFORMAT, "%s: an anomaly window is two times", name);
    th_cells c = th_cells_of((th_span){(const uint8_t *)text, strlen(text)}, name, 0x1f);
    if (!th_cells_line(&c)) return th_why_set(why, TH_EFORMAT, "%s: an anomaly window has an empty time", name);
    return th_cells_time(&c, seconds, why);
}

/* The windows of the file whose path ends as one of the keys of the JSON. */
static th_err find_windows(th_span json, const char *path, windows *w, th_why *why)
{
    w->n = 0;
    if (!json.n) return TH_OK;
    json_error_t bad;
    json_t *all = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &bad);
    if (!json_is_object(all)) {
        json_decref(all);
        return th_why_set(why, TH_EFORMAT, "labels/combined_windows.json, line %d: no JSON object of windows",
                          bad.line);
    }
    const char *key;
    json_t *list;
    th_err err = TH_OK;
    json_object_foreach(all, key, list)
    {
        const size_t n = strlen(key), m = strlen(path);
        if (n > m || strcmp(path + m - n, key) != 0) continue;
        for (size_t i = 0; i < json_array_size(list) && i < MOST && !err; i++, w->n++) {
            err = time_of(json_array_get(json_array_get(list, i), 0), key, &w->from[i], why);
            if (!err) err = time_of(json_array_get(json_array_get(list, i), 1), key, &w->to[i], why);
        }
    }
    json_decref(all);
    return err;
}

static th_err read_rows(th_cells *c, const windows *w, th_reading *r, th_why *why)
{
    while (th_cells_line(c)) {
        double seconds, x;
        bool inside = false;
        TH_TRY(th_cells_time(c, &seconds, why));
        TH_TRY(th_cells_number(c, &x, why));
        TH_TRY(th_cells_end(c, why));
        for (int k = 0; k < w->n; k++) inside = inside || (seconds >= w->from[k] && seconds <= w->to[k]);
        TH_TRY(th_reading_add(r, &x, seconds * 1000, inside ? "anomaly" : "normal", c, why));
    }
    return r->n ? TH_OK : th_cells_bad(c, why, "there are no rows");
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    windows *w = malloc(sizeof *w);
    th_cells c = th_cells_of(text, name, ',');
    th_reading *r = calloc(1, sizeof *r);
    th_err err = r && w ? find_windows(cfg->beside, name, w, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) r->n_channels = 1;
    if (!err)
        err = th_cells_begin(text, HEAD) && th_cells_line(&c)
                  ? read_rows(&c, w, r, why)
                  : th_why_set(why, TH_EFORMAT, "%s, line 1: these columns are needed: %s", name, HEAD);
    th_recording like = {.name = name,
                         .channels = "value",
                         .label = "",
                         .subject = "",
                         .device = "",
                         .group = name,
                         .rate_hz = 1,
                         .has_split = true};
    const int32_t n = err ? 0 : r->n, normal = (int32_t)(NORMAL * (n < FULL ? n : FULL)),
                  ends[] = {(int32_t)(LEARNT * normal), normal, n};
    for (int32_t k = 0, from = 0; k < TH_N_SPLITS && !err; from = ends[k++]) {
        like.split = (th_split)k;
        if (ends[k] > from) err = th_reading_give(r, from, ends[k], &like, take, ctx, why);
    }
    if (r) th_reading_free(r);
    free(w);
    return err;
}

const th_layout th_layout_nab = {.name = "nab",
                                 .what = "*.csv with " HEAD " and labels/combined_windows.json",
                                 .input = TH_IN_SIGNAL,
                                 .task = "anomaly",
                                 .fits = fits,
                                 .parse = parse,
                                 .beside = "labels/combined_windows.json",
                                 .settings = "[signal]\nrate_hz = 1\nwindow_ms = 16000\nhop_ms = 1000\npause_ms = "
                                             "1000000000\nbaseline = group\nbaseline_ms = 600000\n"
                                             "[features]\nblocks = stats mean sd\n"};
