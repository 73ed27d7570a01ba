#include "set.h"

#include "os/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err set_add(set *s, const float *x, int32_t label, part p, th_why *why)
{
    if (s->n == s->cap) {
        const size_t cap = s->cap ? 2 * (size_t)s->cap : 1024;
        float *values = realloc(s->x, cap * (size_t)s->n_x * sizeof *values);
        if (values) s->x = values;
        int32_t *labels = realloc(s->label, cap * sizeof *labels);
        if (labels) s->label = labels;
        part *parts = realloc(s->part, cap * sizeof *parts);
        if (parts) s->part = parts;
        if (!values || !labels || !parts) return th_why_set(why, TH_ENOMEM, "no memory for %zu examples", cap);
        s->cap = (int32_t)cap;
    }
    memcpy(s->x + (size_t)s->n * (size_t)s->n_x, x, (size_t)s->n_x * sizeof *x);
    s->label[s->n] = label;
    s->part[s->n++] = p;
    return TH_OK;
}

void set_standardise(set *s)
{
    for (int32_t c = 0; c < s->channels; c++) {
        double n = 0, sum = 0, square = 0;
        for (int32_t i = 0; i < s->n; i++)
            for (int32_t k = c; k < s->n_x && s->part[i] == TRAIN; k += s->channels) {
                const double v = (double)s->x[(size_t)i * (size_t)s->n_x + (size_t)k];
                n++, sum += v, square += v * v;
            }
        const double mean = n > 0 ? sum / n : 0, var = n > 0 ? square / n - mean * mean : 0,
                     inv = var > 1e-12 ? 1 / sqrt(var) : 1;
        for (int32_t i = 0; i < s->n; i++)
            for (int32_t k = c; k < s->n_x; k += s->channels) {
                float *v = &s->x[(size_t)i * (size_t)s->n_x + (size_t)k];
                *v = (float)(((double)*v - mean) * inv);
            }
    }
}

static th_err write_part(const set *s, const char *dir, part p, th_why *why)
{
    static const char *const names[PARTS] = {"train", "val", "test", "other"};
    char path[TH_PATH_BYTES];
    int32_t n = 0;
    for (int32_t i = 0; i < s->n; i++) n += s->part[i] == p;
    if (n == 0) return TH_OK;
    snprintf(path, sizeof path, "%s/%s.bin", dir, names[p]);
    FILE *x = fopen(path, "wb");
    snprintf(path, sizeof path, "%s/%s.labels", dir, names[p]);
    FILE *y = fopen(path, "w");
    bool good = x && y;
    for (int32_t i = 0; i < s->n && good; i++)
        if (s->part[i] == p)
            good = fwrite(s->x + (size_t)i * (size_t)s->n_x, sizeof(float), (size_t)s->n_x, x) == (size_t)s->n_x &&
                   fprintf(y, "%d\n", (int)s->label[i]) > 0;
    if (x && fclose(x)) good = false;
    if (y && fclose(y)) good = false;
    if (!good) return th_why_set(why, TH_EIO, "%s cannot be written", path);
    fprintf(stderr, "%s: %d\n", path, (int)n);
    return TH_OK;
}

th_err set_write(const set *s, const char *dir, th_why *why)
{
    TH_TRY(th_dir_make(dir, why));
    for (int p = 0; p < PARTS; p++) TH_TRY(write_part(s, dir, (part)p, why));
    return TH_OK;
}

void set_free(set *s)
{
    free(s->x);
    free(s->label);
    free(s->part);
}

th_err text_read(const char *path, char **text, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    *text = realloc(bytes, n + 1);
    if (!*text) {
        free(bytes);
        return th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    }
    (*text)[n] = 0;
    return TH_OK;
}

char *text_line(char *at)
{
    char *end = strchr(at, '\n');
    if (!end) return NULL;
    *end = 0;
    if (end > at && end[-1] == '\r') end[-1] = 0;
    return end[1] ? end + 1 : NULL;
}

int text_fields(char *line, char sep, char **field, int most)
{
    int n = 0;
    for (char *at = line; at && n < most;) {
        char *next = strchr(at, sep);
        if (next) *next = 0;
        at += strspn(at, " ");
        for (size_t m = strlen(at); m > 0 && at[m - 1] == ' ';) at[--m] = 0;
        field[n++] = at;
        at = next ? next + 1 : NULL;
    }
    return n;
}
