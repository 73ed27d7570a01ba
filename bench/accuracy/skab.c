/* skab: each file has its own normal state, its first 400 rows.  Of each window of 20 rows the mean of each of the 8
 * sensors and the logarithm of its deviation: 16 values. A window of the test has the label of its last row. */
#include "set.h"

#include "os/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENSORS 8
#define WINDOW  20
#define NORMAL  400
#define WATCHED 340 /* of the normal rows, those from here on watch the training */

/* A sensor that stands still has a deviation of a thousandth of its mean. */
static void features(const float *x, float *f)
{
    for (int k = 0; k < SENSORS; k++) {
        double mean = 0, var = 0;
        for (int i = 0; i < WINDOW; i++) mean += (double)x[i * SENSORS + k] / WINDOW;
        for (int i = 0; i < WINDOW; i++) var += pow((double)x[i * SENSORS + k] - mean, 2) / WINDOW;
        f[k] = (float)mean;
        f[SENSORS + k] = (float)(log(var + 1e-6 * mean * mean + 1e-12) / 2);
    }
}

static th_err make_file(const char *path, const char *out, th_why *why)
{
    set s = {.n_x = 2 * SENSORS, .channels = 2 * SENSORS};
    char *text;
    TH_TRY(text_read(path, &text, why));
    int32_t lines = 1, n = 0;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    int32_t *abnormal = calloc((size_t)lines, sizeof *abnormal);
    float *x = calloc((size_t)lines * SENSORS, sizeof *x);
    th_err err = abnormal && x ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    for (char *line = text_line(text), *next; line && !err; line = next) {
        char *field[SENSORS + 3];
        next = text_line(line);
        if (text_fields(line, ';', field, SENSORS + 3) != SENSORS + 3) continue;
        for (int k = 0; k < SENSORS; k++) x[n * SENSORS + k] = strtof(field[1 + k], NULL);
        abnormal[n++] = strtod(field[SENSORS + 1], NULL) > 0.5;
    }
    for (int32_t t = 0; t + WINDOW <= n && !err; t++) {
        const int32_t last = t + WINDOW - 1;
        const part p = last < WATCHED ? TRAIN : last >= NORMAL ? TEST : t >= WATCHED ? VAL : PARTS;
        if (p != PARTS) {
            float f[2 * SENSORS];
            features(x + t * SENSORS, f);
            err = set_add(&s, f, p == TEST && abnormal[last], p, why);
        }
    }
    set_standardise(&s);
    if (!err) err = set_write(&s, out, why);
    set_free(&s);
    free(abnormal);
    free(x);
    free(text);
    return err;
}

static th_err make_folder(const char *dir, const char *name, const char *out, th_why *why)
{
    th_names files;
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES], to[TH_PATH_BYTES];
    TH_TRY(th_path_join(folder, dir, name, why));
    TH_TRY(th_dir_list(folder, &files, why));
    th_err err = th_dir_make(out, why);
    for (size_t i = 0; i < files.n && !err; i++) {
        if (!strstr(files.name[i], ".csv")) continue;
        err = th_path_join(path, folder, files.name[i], why);
        snprintf(to, sizeof to, "%s/%s-%.*s", out, name, (int)(strlen(files.name[i]) - 4), files.name[i]);
        if (!err) err = make_file(path, to, why);
    }
    th_names_free(&files);
    return err;
}

th_err make_skab(const char *data, const char *out, th_why *why)
{
    char dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, data, "skab/data", why));
    TH_TRY(make_folder(dir, "other", out, why));
    return make_folder(dir, "valve1", out, why);
}
