/* har_phone_watch: windows of 1 s at 50 Hz, hop a quarter of it, the label that most of its samples have.
 * Every fourth subject is for the test, two of the others watch the training. */
#include "set.h"

#include "os/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AXES    6
#define STEPS   50
#define HOP     12
#define STEP_MS 20.0
#define GAP_MS  500.0 /* a longer pause ends a recording */
#define LABELS  5

typedef struct recording {
    double *ms;
    float (*x)[AXES];
    int32_t *label;
    int32_t n;
} recording;

static int32_t label_of(const char *name)
{
    static const char *const names[LABELS] = {"SEATED", "STANDING_UP", "WALKING", "TURNING", "SITTING_DOWN"};
    for (int32_t k = 0; k < LABELS; k++)
        if (strcmp(names[k], name) == 0) return k;
    return -1;
}

static th_err read_recording(const char *path, recording *r, th_why *why)
{
    char *text;
    TH_TRY(text_read(path, &text, why));
    int32_t lines = 1;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    r->ms = calloc((size_t)lines, sizeof *r->ms);
    r->x = calloc((size_t)lines, sizeof *r->x);
    r->label = calloc((size_t)lines, sizeof *r->label);
    th_err err = r->ms && r->x && r->label ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    for (char *line = text_line(text), *next; line && !err; line = next) {
        char *field[AXES + 2];
        next = text_line(line);
        if (text_fields(line, ',', field, AXES + 2) != AXES + 2) continue;
        const int32_t label = label_of(field[AXES + 1]);
        const double ms = strtod(field[AXES], NULL);
        if (label < 0) err = th_why_set(why, TH_EFORMAT, "%s: label %s", path, field[AXES + 1]);
        if (r->n && ms <= r->ms[r->n - 1]) continue; /* a sample told twice */
        r->ms[r->n] = ms;
        r->label[r->n] = label;
        for (int k = 0; k < AXES; k++) r->x[r->n][k] = strtof(field[k], NULL);
        r->n++;
    }
    free(text);
    return err;
}

/* Window from `from` ms on; false when a pause or the end is in it.  *at moves on with the time. */
static bool window(const recording *r, double from, int32_t *at, float *x, int32_t *label)
{
    int32_t votes[LABELS] = {0}, i = *at;
    while (i + 1 < r->n && r->ms[i + 1] < from) i++;
    *at = i;
    for (int t = 0; t < STEPS; t++) {
        const double ms = from + t * STEP_MS;
        while (i + 1 < r->n && r->ms[i + 1] < ms) i++;
        if (i + 1 >= r->n || r->ms[i + 1] - r->ms[i] > GAP_MS) return false;
        const float share = (float)((ms - r->ms[i]) / (r->ms[i + 1] - r->ms[i]));
        for (int k = 0; k < AXES; k++) x[t * AXES + k] = r->x[i][k] + share * (r->x[i + 1][k] - r->x[i][k]);
        votes[r->label[i]]++;
    }
    *label = 0;
    for (int32_t k = 1; k < LABELS; k++)
        if (votes[k] > votes[*label]) *label = k;
    return true;
}

static th_err add_file(set *s, const char *path, part p, th_why *why)
{
    recording r = {0};
    float x[STEPS * AXES];
    int32_t label, at = 0;
    th_err err = read_recording(path, &r, why);
    for (double from = r.n ? r.ms[0] : 0; !err && r.n && from + STEPS * STEP_MS < r.ms[r.n - 1]; from += HOP * STEP_MS)
        if (window(&r, from, &at, x, &label)) err = set_add(s, x, label, p, why);
    free(r.ms);
    free(r.x);
    free(r.label);
    return err;
}

static th_err add_subject(set *s, const char *folder, const char *device, part p, th_why *why)
{
    th_names files;
    char path[TH_PATH_BYTES], end[16];
    TH_TRY(th_dir_list(folder, &files, why));
    snprintf(end, sizeof end, "_%s.csv", device);
    th_err err = TH_OK;
    for (size_t i = 0; i < files.n && !err; i++) {
        if (!strstr(files.name[i], end)) continue;
        err = th_path_join(path, folder, files.name[i], why);
        if (!err) err = add_file(s, path, p, why);
    }
    th_names_free(&files);
    return err;
}

th_err make_har(const char *data, const char *out, const char *device, th_why *why)
{
    set s = {.n_x = STEPS * AXES, .channels = AXES};
    th_names subjects;
    char folder[TH_PATH_BYTES], dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, data, "har_phone_watch/DATA", why));
    TH_TRY(th_dir_list(dir, &subjects, why));
    th_err err = TH_OK;
    int32_t k = 0;
    for (size_t i = 0; i < subjects.n && !err; i++) {
        err = th_path_join(folder, dir, subjects.name[i], why);
        if (err || !th_dir_exists(folder)) continue;
        err = add_subject(&s, folder, device, k % 4 == 3 ? TEST : k % 8 == 1 ? VAL : TRAIN, why);
        k++;
    }
    th_names_free(&subjects);
    set_standardise(&s);
    if (!err) err = set_write(&s, out, why);
    set_free(&s);
    return err;
}
