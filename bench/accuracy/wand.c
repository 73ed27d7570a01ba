/* magic_wand_digits: each stroke as 64 points, evenly spaced along its way, its middle at 0 and its larger side 2 long;
 * every fifth stroke is for the test, every tenth watches the training. */
#include "set.h"

#include "os/file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS 64
#define MOST   1024 /* points that a stroke may have */

/* Points p [n] -> x [POINTS]. */
static void resample(float (*p)[2], int32_t n, float (*x)[2])
{
    float way = 0, done = 0, lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY}, side = 1e-6f;
    for (int32_t i = 1; i < n; i++) way += hypotf(p[i][0] - p[i - 1][0], p[i][1] - p[i - 1][1]);
    for (int32_t t = 0, i = 0; t < POINTS; t++) {
        const float want = way * (float)t / (POINTS - 1);
        float step = 0;
        for (; i + 1 < n; i++) {
            step = hypotf(p[i + 1][0] - p[i][0], p[i + 1][1] - p[i][1]);
            if (done + step >= want || i + 2 == n) break;
            done += step;
        }
        const float share = step > 0 ? fminf(1, (want - done) / step) : 0;
        for (int k = 0; k < 2; k++) x[t][k] = p[i][k] + (n > 1 ? share * (p[i + 1][k] - p[i][k]) : 0);
    }
    for (int t = 0; t < POINTS; t++)
        for (int k = 0; k < 2; k++) lo[k] = fminf(lo[k], x[t][k]), hi[k] = fmaxf(hi[k], x[t][k]);
    for (int k = 0; k < 2; k++) side = fmaxf(side, hi[k] - lo[k]);
    for (int t = 0; t < POINTS; t++)
        for (int k = 0; k < 2; k++) x[t][k] = (x[t][k] - (lo[k] + hi[k]) / 2) * 2 / side;
}

static th_err add_file(set *s, const char *path, th_why *why)
{
    json_t *o = json_load_file(path, 0, NULL), *strokes = json_object_get(o, "strokes");
    float p[MOST][2], x[POINTS][2];
    th_err err = strokes ? TH_OK : th_why_set(why, TH_EFORMAT, "%s: no strokes", path);
    for (size_t i = 0; i < json_array_size(strokes) && !err; i++) {
        const json_t *stroke = json_array_get(strokes, i), *points = json_object_get(stroke, "strokePoints");
        const char *label = json_string_value(json_object_get(stroke, "label"));
        const size_t n = json_array_size(points) < MOST ? json_array_size(points) : MOST;
        if (!label || n == 0) continue;
        for (size_t k = 0; k < n; k++) {
            p[k][0] = (float)json_number_value(json_object_get(json_array_get(points, k), "x"));
            p[k][1] = (float)json_number_value(json_object_get(json_array_get(points, k), "y"));
        }
        resample(p, (int32_t)n, x);
        err = set_add(s, &x[0][0], atoi(label), i % 5 == 4 ? TEST : i % 10 == 2 ? VAL : TRAIN, why);
    }
    json_decref(o);
    return err;
}

th_err make_wand(const char *data, const char *out, th_why *why)
{
    set s = {.n_x = 2 * POINTS, .channels = 2};
    th_err err = TH_OK;
    for (int digit = 0; digit < 10 && !err; digit++) {
        char path[TH_PATH_BYTES];
        snprintf(path, sizeof path, "%s/magic_wand_digits/petewarden_%d.json", data, digit);
        err = add_file(&s, path, why);
    }
    set_standardise(&s);
    if (!err) err = set_write(&s, out, why);
    set_free(&s);
    return err;
}
