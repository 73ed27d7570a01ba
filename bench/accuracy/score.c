#include "score.h"

#include "set.h"

#include "os/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES 64

typedef struct scored {
    float score;
    int32_t label;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    return (x->score > y->score) - (x->score < y->score);
}

/* Part of the pairs (label 0, label 1) in which the second has the higher score; equal ones count half. Sorts s. */
static double auc(scored *s, int32_t n)
{
    double pairs = 0, no = 0, yes = 0;
    qsort(s, (size_t)n, sizeof *s, by_score);
    for (int32_t i = 0, end; i < n; i = end) {
        double same_no = 0, same_yes = 0;
        for (end = i; end < n && s[end].score <= s[i].score; end++) s[end].label ? same_yes++ : same_no++;
        pairs += same_yes * (no + same_no / 2);
        no += same_no, yes += same_yes;
    }
    return no * yes > 0 ? pairs / (no * yes) : 0;
}

static double f1(double hit, double missed, double false_alarm)
{
    return hit > 0 ? 2 * hit / (2 * hit + missed + false_alarm) : 0;
}

static th_err read_labels(const char *path, int32_t **label, int32_t *n, th_why *why)
{
    char *text;
    TH_TRY(text_read(path, &text, why));
    *n = 0;
    for (const char *c = text; *c; c++) *n += *c == '\n';
    *label = calloc((size_t)*n + 1, sizeof **label);
    char *at = text;
    for (int32_t i = 0; *label && i < *n; i++) (*label)[i] = (int32_t)strtol(at, &at, 10);
    free(text);
    return *label ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %s", path);
}

static th_err read_floats(const char *path, float **x, size_t *n, th_why *why)
{
    uint8_t *bytes;
    TH_TRY(th_file_read(path, 0, &bytes, n, why));
    *x = (float *)(void *)bytes;
    *n /= sizeof **x;
    return TH_OK;
}

static th_err print_classes(const int32_t *label, int32_t n, const float *x, size_t n_x, th_why *why)
{
    const int32_t classes = n ? (int32_t)(n_x / (size_t)n) : 0;
    double hit[CLASSES] = {0}, of[CLASSES] = {0}, said[CLASSES] = {0}, right = 0, mean = 0;
    scored *s = calloc((size_t)n + 1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < n; i++) {
        const float *row = x + (size_t)i * (size_t)classes;
        int32_t best = 0;
        for (int32_t k = 1; k < classes; k++)
            if (row[k] > row[best]) best = k;
        of[label[i]]++, said[best]++, hit[best] += best == label[i], right += best == label[i];
        s[i] = (scored){row[classes - 1], label[i]};
    }
    for (int32_t k = 0; k < classes; k++) mean += f1(hit[k], of[k] - hit[k], said[k] - hit[k]) / classes;
    printf("{\"examples\":%d,\"accuracy\":%.4f,\"f1\":%.4f", (int)n, right / n, mean);
    if (classes == 2) printf(",\"auc\":%.4f,\"said_yes\":%.4f", auc(s, n), said[1] / n);
    puts("}");
    free(s);
    return TH_OK;
}

th_err score_classes(const char *labels, const char *outputs, th_why *why)
{
    int32_t *label = NULL, n;
    float *x = NULL;
    size_t n_x;
    th_err err = read_labels(labels, &label, &n, why);
    if (!err) err = read_floats(outputs, &x, &n_x, why);
    if (!err && (n == 0 || n_x % (size_t)n || n_x / (size_t)n > CLASSES))
        err = th_why_set(why, TH_EFORMAT, "%s does not go with %s", outputs, labels);
    for (int32_t i = 0; !err && i < n; i++)
        if (label[i] < 0 || (size_t)label[i] >= n_x / (size_t)n)
            err = th_why_set(why, TH_EFORMAT, "%s, line %d: no class of the network", labels, (int)i + 1);
    if (!err) err = print_classes(label, n, x, n_x, why);
    free(label);
    free(x);
    return err;
}

/* Mean square error of each of n examples, between FILE.bin and FILE.out. */
static th_err errors_of(const char *in, int32_t n, float **error, th_why *why)
{
    char out[TH_PATH_BYTES];
    float *x = NULL, *y = NULL;
    size_t nx, ny;
    *error = calloc((size_t)n + 1, sizeof **error);
    if (!*error) return th_why_set(why, TH_ENOMEM, "out of memory");
    snprintf(out, sizeof out, "%.*s.out", (int)(strlen(in) - 4), in);
    th_err err = read_floats(in, &x, &nx, why);
    if (!err) err = read_floats(out, &y, &ny, why);
    if (!err && (n == 0 || nx != ny || nx % (size_t)n))
        err = th_why_set(why, TH_EFORMAT, "%s and %s do not go together", in, out);
    const size_t each = err ? 0 : nx / (size_t)n;
    for (size_t i = 0; !err && i < nx; i++) (*error)[i / each] += (y[i] - x[i]) * (y[i] - x[i]) / (float)each;
    free(x);
    free(y);
    return err;
}

static int by_value(const void *a, const void *b)
{
    const float *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* One and a half times the error that 99 of 100 training examples do not exceed. */
static th_err limit_of(const char *in, float *limit, th_why *why)
{
    char labels[TH_PATH_BYTES];
    int32_t *label = NULL, n = 0;
    float *error = NULL;
    snprintf(labels, sizeof labels, "%.*s.labels", (int)(strlen(in) - 4), in);
    th_err err = read_labels(labels, &label, &n, why);
    if (!err) err = errors_of(in, n, &error, why);
    if (!err) {
        qsort(error, (size_t)n, sizeof *error, by_value);
        *limit = 1.5f * error[(size_t)n * 99 / 100];
    }
    free(label);
    free(error);
    return err;
}

static th_err add_group(const char *const *file, scored **all, int32_t *n_all, th_why *why)
{
    float limit, *error = NULL;
    int32_t *label = NULL, n = 0;
    TH_TRY(limit_of(file[0], &limit, why));
    th_err err = read_labels(file[2], &label, &n, why);
    if (!err) err = errors_of(file[1], n, &error, why);
    scored *more = err ? NULL : realloc(*all, ((size_t)*n_all + (size_t)n) * sizeof *more);
    if (more) *all = more;
    if (!err && !more) err = th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; !err && i < n; i++) more[(*n_all)++] = (scored){error[i] / limit, label[i]};
    free(label);
    free(error);
    return err;
}

th_err score_errors(const char *const *file, int n, th_why *why)
{
    scored *s = NULL;
    int32_t n_all = 0;
    double hit = 0, missed = 0, alarm = 0, yes = 0;
    th_err err = TH_OK;
    for (int i = 0; i + 2 < n && !err; i += 3) err = add_group(file + i, &s, &n_all, why);
    for (int32_t i = 0; i < n_all; i++) {
        const bool abnormal = s[i].label != 0, said = s[i].score > 1;
        yes += abnormal;
        hit += abnormal && said, missed += abnormal && !said, alarm += !abnormal && said;
    }
    if (!err)
        printf("{\"examples\":%d,\"auc\":%.4f,\"f1\":%.4f,\"f1_everything\":%.4f}\n", (int)n_all, auc(s, n_all),
               f1(hit, missed, alarm), f1(yes, 0, n_all - yes));
    free(s);
    return err;
}
