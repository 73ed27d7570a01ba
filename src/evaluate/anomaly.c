#include "evaluate/anomaly.h"

#include <math.h>
#include <stdlib.h>

/* NaN above all numbers. */
static int compare(float a, float b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int by_score(const void *a, const void *b)
{
    return compare(((const th_scored *)a)->score, ((const th_scored *)b)->score);
}

static int by_value(const void *a, const void *b)
{
    return compare(*(const float *)a, *(const float *)b);
}

double th_anomaly_auc(th_scored *s, size_t n)
{
    double below = 0, pairs = 0, abnormal = 0; /* below: normal ones with a lower score than the present */
    if (n) qsort(s, n, sizeof *s, by_score);
    for (size_t i = 0, end; i < n; i = end) {
        double normal_here = 0, abnormal_here = 0;
        for (end = i; end < n && compare(s[end].score, s[i].score) == 0; end++)
            *(s[end].abnormal ? &abnormal_here : &normal_here) += 1;
        pairs += abnormal_here * (below + normal_here / 2);
        below += normal_here;
        abnormal += abnormal_here;
    }
    return below > 0 && abnormal > 0 ? pairs / below / abnormal : -1;
}

th_alarms th_anomaly_alarms(const th_scored *s, size_t n, float threshold)
{
    th_alarms a = {0};
    for (size_t i = 0; i < n; i++) {
        const bool alarm = compare(s[i].score, threshold) > 0;
        (*(s[i].abnormal ? (alarm ? &a.hits : &a.misses) : (alarm ? &a.false_alarms : &a.quiet)))++;
    }
    const double hits = (double)a.hits, wrong = (double)(a.misses + a.false_alarms);
    a.f1 = hits + wrong > 0 ? 2 * hits / (2 * hits + wrong) : 0;
    a.recall = a.hits + a.misses ? hits / (double)(a.hits + a.misses) : -1;
    a.false_rate = a.false_alarms + a.quiet ? (double)a.false_alarms / (double)(a.false_alarms + a.quiet) : -1;
    return a;
}

float th_percentile(float *v, size_t n, double percent)
{
    qsort(v, n, sizeof *v, by_value);
    const double rank = ceil(percent / 100 * (double)n);
    return v[rank < 1 ? 0 : (size_t)rank - 1];
}

size_t th_anomaly_roc(const th_scored *s, size_t n, double *false_rate, double *recall, size_t cap)
{
    double all[2] = {0, 0}, alarms[2] = {0, 0};
    size_t points = 1;
    for (size_t i = 0; i < n; i++) all[s[i].abnormal] += 1;
    false_rate[0] = recall[0] = 0;
    for (size_t i = n; i-- > 0;) {
        alarms[s[i].abnormal] += 1;
        if (i > 0 && compare(s[i - 1].score, s[i].score) == 0) continue;
        if (i > 0 && (points + 1 >= cap || (n - i) * (cap - 1) < points * n)) continue;
        false_rate[points] = all[0] > 0 ? alarms[0] / all[0] : 0;
        recall[points++] = all[1] > 0 ? alarms[1] / all[1] : 0;
    }
    return points;
}
