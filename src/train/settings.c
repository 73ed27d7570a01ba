#include "train/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { LOSS, OPTIMIZER, SCHEDULE, METRIC, WEIGHTS, F32, F64, I32 } kind;

/* What a setting is and which values it takes; the names are those of the list in the header, in its order. */
typedef struct row {
    kind kind;
    size_t offset; /* in th_train_cfg */
    double lo, hi;
} row;

static const char *const names[] = {
#define X(name, value, def, help) name,
    TH_TRAIN_SETTING_LIST(X)
#undef X
};
#define N_ROWS (sizeof names / sizeof names[0])

#define AT(member) offsetof(th_train_cfg, member)
#define BELOW_1    0.999999
static const row rows[N_ROWS] = {
    {LOSS, 0, 0, 0},
    {F32, AT(loss.smoothing), 0, BELOW_1},
    {WEIGHTS, 0, 0, 1e6},
    {F32, AT(loss.delta), 1e-6, 1e6},
    {OPTIMIZER, 0, 0, 0},
    {F32, AT(learning_rate), 1e-7, 9},
    {F64, AT(momentum), 0, BELOW_1},
    {F32, AT(weight_decay), 0, 1},
    {I32, AT(batch), 2, 4096},
    {SCHEDULE, 0, 0, 0},
    {F64, AT(schedule.warmup), 0, 100000},
    {F64, AT(schedule.floor), 0, 1},
    {I32, AT(schedule.every), 1, 100000},
    {F64, AT(schedule.factor), 1e-6, 1},
    {F32, AT(clip), 0, 1e9},
    {F32, AT(ema), 0, BELOW_1},
    {METRIC, AT(stop_on), 0, 0},
    {I32, AT(patience), 0, 100000},
};

static bool same_name(const char *a, const char *b)
{
    for (; *a && (*a == *b || (*a == '_' && *b == '-') || (*a == '-' && *b == '_')); a++, b++) {
    }
    return *a == *b;
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < N_ROWS && !same_name(name, names[i])) i++;
    return i;
}

bool th_train_setting_known(const char *name)
{
    return find(name) < N_ROWS;
}

/* ---- reading ---- */

static th_err wrong_number(size_t i, const char *name, const char *value, th_why *why)
{
    char text[160];
    snprintf(text, sizeof text, "%s is a %snumber from %g to %s%g, not \"%.40s\"", name,
             rows[i].kind == I32 ? "whole " : "", rows[i].lo, rows[i].hi == BELOW_1 ? "below " : "",
             rows[i].hi == BELOW_1 ? 1 : rows[i].hi, value);
    return th_why_set(why, TH_EUSAGE, "%s", text);
}

/* Digits, point and exponent only: strtod would take "nan" and "0x1p3", too. */
static bool number(const char *text, size_t len, double *v)
{
    char copy[48];
    if (!len || len >= sizeof copy || strspn(text, "0123456789.eE+-") < len) return false;
    memcpy(copy, text, len);
    copy[len] = 0;
    char *end;
    *v = strtod(copy, &end);
    return !*end;
}

static th_err set_number(th_train_settings *s, size_t i, const char *name, const char *value, th_why *why)
{
    double v;
    if (!number(value, strlen(value), &v) || !(v >= rows[i].lo && v <= rows[i].hi))
        return wrong_number(i, name, value, why);
    if (rows[i].kind == I32 && v != floor(v)) return wrong_number(i, name, value, why);
    unsigned char *at = (unsigned char *)&s->cfg + rows[i].offset;
    const float f = (float)v;
    const int32_t n = (int32_t)v;
    memcpy(at,
           rows[i].kind == F64   ? (const void *)&v
           : rows[i].kind == F32 ? (const void *)&f
                                 : (const void *)&n,
           rows[i].kind == F64 ? sizeof v : sizeof f);
    s->has_rate = s->has_rate || rows[i].offset == AT(learning_rate);
    s->has_decay = s->has_decay || rows[i].offset == AT(weight_decay);
    return TH_OK;
}

static th_err set_weights(th_train_settings *s, size_t i, const char *name, const char *value, th_why *why)
{
    s->n_class_weights = 0;
    s->weighting = strcmp(value, "auto") == 0 ? TH_WEIGHTS_AUTO : TH_WEIGHTS_NONE;
    if (s->weighting == TH_WEIGHTS_AUTO || strcmp(value, "none") == 0) return TH_OK;
    s->weighting = TH_WEIGHTS_LIST;
    for (const char *c = value;; c++) {
        while (*c == ' ') c++;
        const size_t len = strcspn(c, ",");
        size_t end = len;
        double v = 0;
        while (end && c[end - 1] == ' ') end--;
        if (!number(c, end, &v) || !(v >= rows[i].lo && v <= rows[i].hi))
            return th_why_set(why, TH_EUSAGE,
                              "%s is auto, none, or numbers of 0 or more with commas between them, not \"%s\"", name,
                              value);
        if (s->n_class_weights == TH_MAX_CLASS_WEIGHTS)
            return th_why_set(why, TH_EUSAGE, "%s has more than %d numbers", name, TH_MAX_CLASS_WEIGHTS);
        s->class_weight[s->n_class_weights++] = (float)v;
        c += len;
        if (!*c) return TH_OK;
    }
}

/* "NAME is one of a, b, c, not x": the tables tell what there is. */
static th_err not_one_of(const char *name, const char *list, const char *value, th_why *why)
{
    return th_why_set(why, TH_EUSAGE, "%s is one of %s, not \"%s\"", name, list, value);
}

static void append(char *list, size_t cap, const char *name)
{
    const size_t used = strlen(list);
    snprintf(list + used, cap - used, "%s%s", used ? ", " : "", name);
}

static th_err set_row(th_train_settings *s, size_t i, const char *name, const char *value, th_why *why)
{
    char list[256] = "";
    size_t n;
    if (rows[i].kind == LOSS) {
        const th_loss_row *all = th_loss_all(&n), *found = th_loss_find(value);
        for (size_t k = 0; k < n; k++) append(list, sizeof list, all[k].name);
        if (!found) return not_one_of(name, list, value, why);
        s->cfg.loss.row = found;
    } else if (rows[i].kind == OPTIMIZER) {
        const th_optim_row *all = th_optim_all(&n), *found = th_optim_find(value);
        for (size_t k = 0; k < n; k++) append(list, sizeof list, all[k].name);
        if (!found) return not_one_of(name, list, value, why);
        s->cfg.optimizer = found;
    } else if (rows[i].kind == SCHEDULE) {
        const th_schedule_row *all = th_schedule_all(&n), *found = th_schedule_find(value);
        for (size_t k = 0; k < n; k++) append(list, sizeof list, all[k].name);
        if (!found) return not_one_of(name, list, value, why);
        s->cfg.schedule.row = found;
    } else {
        const th_metric found = th_metric_find(value);
        for (int m = TH_VAL_LOSS; m <= TH_VAL_RMSE; m++) append(list, sizeof list, th_metric_name((th_metric)m) + 4);
        if (found < TH_VAL_LOSS || found > TH_VAL_RMSE) return not_one_of(name, list, value, why);
        s->cfg.stop_on = found;
    }
    return TH_OK;
}

th_err th_train_set(th_train_settings *s, const char *name, const char *value, th_why *why)
{
    const size_t i = find(name);
    if (i == N_ROWS) {
        char list[512] = "";
        for (size_t k = 0; k < N_ROWS; k++) append(list, sizeof list, names[k]);
        for (char *c = list; *c; c++)
            if (*c == '-') *c = '_';
        return th_why_set(why, TH_EUSAGE, "[train] has no key \"%s\". Possible: preset, epochs, seed, %s", name, list);
    }
    if (strcmp(value, "preset") == 0) return TH_OK;
    switch (rows[i].kind) {
    case F32:
    case F64:
    case I32: return set_number(s, i, name, value, why);
    case WEIGHTS: return set_weights(s, i, name, value, why);
    case LOSS:
    case OPTIMIZER:
    case SCHEDULE:
    case METRIC: break;
    }
    return set_row(s, i, name, value, why);
}

/* ---- what follows from all of them ---- */

static th_err auto_weights(th_train_settings *s, const char *const *labels, const int64_t *counts, int32_t n,
                           th_why *why)
{
    int64_t all = 0;
    for (int32_t i = 0; i < n; i++) all += counts[i];
    for (int32_t i = 0; i < n; i++) {
        if (counts[i] == 0)
            return th_why_set(why, TH_ERANGE,
                              "class_weights = auto: the class \"%s\" has no training examples to be weighed by",
                              labels[i]);
        s->class_weight[i] = (float)((double)all / ((double)n * (double)counts[i]));
    }
    s->n_class_weights = n;
    return TH_OK;
}

th_err th_train_settle(th_train_settings *s, const char *const *labels, const int64_t *counts, int32_t n, th_why *why)
{
    const th_optim_row *o = s->cfg.optimizer;
    if (!s->has_rate && o->rate > 0) s->cfg.learning_rate = o->rate;
    if (!s->has_decay && o->decay >= 0) s->cfg.weight_decay = o->decay;
    if (s->cfg.momentum < 0) s->cfg.momentum = o->momentum;
    if (s->cfg.loss.row->head == TH_HEAD_LINEAR) s->cfg.loss.smoothing = 0; /* a preset's is for classes */
    if (s->weighting == TH_WEIGHTS_NONE) return TH_OK;
    if (n == 0 || n > TH_MAX_CLASS_WEIGHTS)
        return th_why_set(why, TH_EUSAGE, "class_weights are for up to %d classes, this task has %d",
                          TH_MAX_CLASS_WEIGHTS, (int)n);
    if (s->weighting == TH_WEIGHTS_AUTO) TH_TRY(auto_weights(s, labels, counts, n, why));
    if (s->n_class_weights != n) {
        char list[300] = "";
        for (int32_t i = 0; i < n; i++) append(list, sizeof list, labels[i]);
        return th_why_set(why, TH_EUSAGE, "class_weights has %d numbers, the %d classes are: %s",
                          (int)s->n_class_weights, (int)n, list);
    }
    s->cfg.loss.class_weight = s->class_weight;
    return TH_OK;
}

/* ---- writing ---- */

static size_t print_value(const th_train_settings *s, size_t i, char *buf, size_t cap)
{
    const unsigned char *at = (const unsigned char *)&s->cfg + rows[i].offset;
    double d;
    float f;
    int32_t n;
    size_t used = 0;
    switch (rows[i].kind) {
    case LOSS: return (size_t)snprintf(buf, cap, "%s", s->cfg.loss.row->name);
    case OPTIMIZER: return (size_t)snprintf(buf, cap, "%s", s->cfg.optimizer->name);
    case SCHEDULE: return (size_t)snprintf(buf, cap, "%s", s->cfg.schedule.row->name);
    case METRIC: return (size_t)snprintf(buf, cap, "%s", th_metric_name(s->cfg.stop_on) + 4);
    case F32: memcpy(&f, at, sizeof f); return (size_t)snprintf(buf, cap, "%.7g", (double)f);
    case I32: memcpy(&n, at, sizeof n); return (size_t)snprintf(buf, cap, "%d", (int)n);
    case F64:
        memcpy(&d, at, sizeof d);
        return d < 0 ? (size_t)snprintf(buf, cap, "preset") : (size_t)snprintf(buf, cap, "%.7g", d);
    case WEIGHTS: break;
    }
    if (s->weighting == TH_WEIGHTS_NONE) return (size_t)snprintf(buf, cap, "none");
    for (int32_t k = 0; k < s->n_class_weights; k++)
        used += (size_t)snprintf(used < cap ? buf + used : NULL, used < cap ? cap - used : 0, "%s%.7g", k ? ", " : "",
                                 (double)s->class_weight[k]);
    return used;
}

size_t th_train_settings_print(const th_train_settings *s, char *buf, size_t cap)
{
    size_t used = 0;
    for (size_t i = 0; i < N_ROWS; i++) {
        char name[32], value[TH_MAX_CLASS_WEIGHTS * 16];
        snprintf(name, sizeof name, "%s", names[i]);
        for (char *c = name; *c; c++)
            if (*c == '-') *c = '_';
        print_value(s, i, value, sizeof value);
        used += (size_t)snprintf(used < cap ? buf + used : NULL, used < cap ? cap - used : 0, "%s = %s\n", name, value);
    }
    return used;
}
