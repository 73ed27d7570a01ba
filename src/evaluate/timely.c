#include "evaluate/timely.h"

#include <math.h>
#include <stdlib.h>

#define FALSE_WEIGHT 0.11
#define LONG_AGO     3.0

/* A point, what an alarm there is worth, and its window (-1: none). */
typedef struct worth {
    float score;
    double value;
    int32_t window;
} worth;

static double fading(double y)
{
    return y >= LONG_AGO ? -1 : 2 / (1 + exp(5 * y)) - 1;
}

/* The end of the run of points like p[from] in its recording. */
static size_t run_end(const th_timely_point *p, size_t n, size_t from)
{
    size_t end = from;
    while (end < n && p[end].recording == p[from].recording && p[end].abnormal == p[from].abnormal) end++;
    return end;
}

/* Values of all points; the number of windows. */
static size_t value_points(const th_timely_point *p, size_t n, worth *v)
{
    size_t windows = 0, last = 0; /* where the last window ended */
    double width = 0;             /* of that; 0: there was none */
    for (size_t from = 0, end; from < n; from = end) {
        end = run_end(p, n, from);
        if (from && p[from].recording != p[from - 1].recording) width = 0;
        for (size_t i = from; i < end; i++) {
            const double past = width > 0 ? (double)(i - last) / fmax(width - 1, 1) : LONG_AGO;
            v[i] = (worth){isnan(p[i].score) ? INFINITY : p[i].score,
                           p[i].abnormal ? fading(-(double)(end - i) / (double)(end - from)) / fading(-1)
                                         : FALSE_WEIGHT * fading(past),
                           p[i].abnormal ? (int32_t)windows : -1};
        }
        if (!p[from].abnormal) continue;
        windows++;
        width = (double)(end - from);
        last = end - 1;
    }
    return windows;
}

static int highest_first(const void *a, const void *b)
{
    const worth *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

/* From the highest score down: each threshold adds the alarms at it.  found [windows]: what each has brought so far. */
static void sweep(const worth *v, size_t n, double *found, float threshold, th_timely *t)
{
    const double windows = (double)t->windows;
    double sum = -windows;
    for (size_t i = 0; i < n; i++) {
        const bool alarm = v[i].score > threshold;
        double *have = v[i].window < 0 ? NULL : &found[v[i].window];
        if (!have) sum += v[i].value;
        if (have && alarm && *have < 0) t->found++;
        if (have && v[i].value > *have) sum += v[i].value - *have, *have = v[i].value;
        const double score = 100 * (sum + windows) / (2 * windows);
        if (alarm) t->score = score;
        if (i + 1 == n || v[i + 1].score < v[i].score) t->best = fmax(t->best, score);
    }
}

static bool has_normal(const th_timely_point *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (p[i].recording == p[i - 1].recording && p[i].abnormal != p[i - 1].abnormal) return true;
    return false;
}

th_err th_timely_score(const th_timely_point *p, size_t n, float threshold, th_timely *t, th_why *why)
{
    *t = (th_timely){0};
    if (!has_normal(p, n)) return TH_OK;
    worth *v = malloc(n * sizeof *v);
    double *found = malloc(n * sizeof *found);
    if (v && found) {
        t->windows = value_points(p, n, v);
        for (size_t i = 0; i < t->windows; i++) found[i] = -1;
        qsort(v, n, sizeof *v, highest_first);
        sweep(v, n, found, threshold, t);
    }
    const bool made = v && found;
    free(v);
    free(found);
    return made ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %zu points", n);
}
