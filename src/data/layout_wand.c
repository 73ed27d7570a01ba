/* Strokes drawn in the air: {"strokes": [{"label": "3", "strokePoints": [{"x": 0.1, "y": 0.2}, ..]}, ..]}, one JSON
 * file or more.  Rows are points, without times.  Source: P. Warden's magic wand (2021). */
#include "data/cells.h"

#include "base/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool fits(const char *path, th_span head)
{
    const size_t n = strlen(path);
    for (size_t i = 0; n > 5 && strcmp(path + n - 5, ".json") == 0 && i + 9 <= head.n; i++)
        if (memcmp(head.p + i, "\"strokes\"", 9) == 0) return true;
    return false;
}

static th_err read_points(const json_t *points, const char *name, size_t stroke, th_reading *r, th_why *why)
{
    const th_cells where = {.name = name, .line = 1};
    r->n = 0;
    for (size_t k = 0; k < json_array_size(points); k++) {
        const json_t *p = json_array_get(points, k), *x = json_object_get(p, "x"), *y = json_object_get(p, "y");
        const double v[2] = {json_number_value(x), json_number_value(y)};
        if (!json_is_number(x) || !json_is_number(y) || !(v[0] > -1e30 && v[0] < 1e30 && v[1] > -1e30 && v[1] < 1e30))
            return th_why_set(why, TH_EFORMAT, "%s, stroke %zu: point %zu has no x and y that are numbers", name,
                              stroke + 1, k + 1);
        TH_TRY(th_reading_add(r, v, 0, NULL, &where, why));
    }
    return r->n ? TH_OK : th_why_set(why, TH_EFORMAT, "%s, stroke %zu has no strokePoints", name, stroke + 1);
}

static th_err give_stroke(const json_t *stroke, const char *file, size_t i, th_reading *r, th_recording_take *take,
                          void *ctx, th_why *why)
{
    const char *label = json_string_value(json_object_get(stroke, "label"));
    char name[512];
    th_why inner = {0};
    if (!label || th_label_check(label, &inner))
        return th_why_set(why, TH_EFORMAT, "%s, stroke %zu has no label%s%s", file, i + 1, inner.err ? ": " : "",
                          inner.text);
    TH_TRY(read_points(json_object_get(stroke, "strokePoints"), file, i, r, why));
    th_text_fmt(name, sizeof name, "%s#%d", file, (int)i + 1);
    const th_recording like = {
        .name = name, .channels = "x,y", .label = label, .subject = "", .device = "", .group = ""};
    return th_reading_give(r, 0, r->n, &like, take, ctx, why);
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    json_error_t bad;
    (void)cfg;
    json_t *root = json_loadb((const char *)text.p, text.n, 0, &bad);
    const json_t *strokes = json_object_get(root, "strokes");
    if (!json_is_array(strokes)) {
        json_decref(root);
        return th_why_set(why, TH_EFORMAT, root ? "%s has no list of strokes" : "%s, line %d: this is no JSON", name,
                          bad.line);
    }
    th_reading *r = calloc(1, sizeof *r);
    th_err err = r ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    if (r) r->n_channels = 2;
    for (size_t i = 0; i < json_array_size(strokes) && !err; i++)
        err = give_stroke(json_array_get(strokes, i), name, i, r, take, ctx, why);
    if (r) th_reading_free(r);
    json_decref(root);
    return err;
}

const th_layout th_layout_wand = {.name = "magic wand",
                                  .what = "*.json with strokes of a label and strokePoints",
                                  .input = TH_IN_STROKE,
                                  .fits = fits,
                                  .parse = parse};
