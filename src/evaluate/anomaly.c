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

/* ---- the threshold that costs least ---- */

#define TAIL       90  /* per cent: above it the scores of normal windows are taken to fade evenly */
#define TAIL_STEPS 160 /* candidates there, an eighth of the mean excess apart */

typedef struct priced {
    const float *normal, *faults; /* sorted */
    size_t n, m;
    double tail, excess, most; /* 90th percentile, mean excess over it, the largest score of a fault if none is known */
    const th_alarm_cost *cost;
} priced;

/* How many of the sorted values are not above t. */
static size_t not_above(const float *v, size_t n, double t)
{
    size_t lo = 0;
    for (size_t hi = n; lo < hi;) {
        const size_t mid = lo + (hi - lo) / 2;
        if (compare(v[mid], (float)t) > 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static double price(const priced *p, double t)
{
    const double above = (double)(p->n - not_above(p->normal, p->n, t)) / (double)p->n;
    const double alarms = t > p->tail && p->excess > 0 ? (100.0 - TAIL) / 100 * exp(-(t - p->tail) / p->excess) : above;
    const double missed = p->m ? (double)not_above(p->faults, p->m, t) / (double)p->m : fmin(1, t / p->most);
    return (1 - p->cost->fault_rate) * p->cost->false_alarm * alarms + p->cost->fault_rate * p->cost->miss * missed;
}

static double mean_excess(const float *v, size_t n, double over)
{
    double sum = 0;
    size_t of = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]) && (double)v[i] > over) sum += (double)v[i] - over, of++;
    return of ? sum / (double)of : 0;
}

float th_anomaly_cheapest(float *normal, size_t n, float *faults, size_t m, const th_alarm_cost *cost, double *expected)
{
    priced p = {.normal = normal, .faults = faults, .n = n, .m = m, .cost = cost};
    p.most = fmax(3 * (double)th_percentile(normal, n, 99), 1e-30);
    p.tail = (double)th_percentile(normal, n, TAIL);
    p.excess = mean_excess(normal, n, p.tail);
    if (m) qsort(faults, m, sizeof *faults, by_value);
    float best = normal[n - 1];
    *expected = HUGE_VAL;
    for (size_t i = 0; i < n + m + TAIL_STEPS; i++) {
        const double t = i < n       ? (double)normal[i]
                         : i < n + m ? (double)nextafterf(faults[i - n], -INFINITY) /* it is above that */
                                     : p.tail + p.excess * (double)(i - n - m) / 8;
        const double c = isfinite(t) ? price(&p, t) : HUGE_VAL;
        if (c < *expected) *expected = c, best = (float)t;
    }
    return best;
}
