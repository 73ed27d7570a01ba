/* Scores of events and of everything else, one threshold, and what it costs; two groups with one threshold each. */
#include "explore/explore.h"

#include "base/rng.h"
#include "evaluate/anomaly.h"

#include <math.h>
#include <stdlib.h>

struct th_scores {
    th_scored *s; /* sorted by score */
    size_t n;
    double auc;
};

/* A score from 0 to 1: what a sigmoid makes of x. */
static float squash(double x)
{
    return (float)(1 / (1 + exp(-1.3 * x)));
}

th_scores *th_explore_scores(int32_t n, double events, double low, double high, uint32_t seed)
{
    th_scores *t = calloc(1, sizeof *t);
    th_scored *s = calloc((size_t)n, sizeof *s);
    if (!t || !s) {
        free(t);
        free(s);
        return NULL;
    }
    const int32_t n_events = (int32_t)lround(n * events);
    th_rng rng[2] = {th_rng_make(seed, 5), th_rng_make(seed, 6)};
    for (int32_t i = 0; i < n; i++) {
        const bool event = i < n_events;
        s[i] = (th_scored){squash((event ? high : low) + (double)th_rng_normal(&rng[event])), event};
    }
    *t = (th_scores){s, (size_t)n, th_anomaly_auc(s, (size_t)n)};
    return t;
}

void th_explore_scores_free(th_scores *t)
{
    if (!t) return;
    free(t->s);
    free(t);
}

void th_explore_piles(const th_scores *t, int32_t bins, float *quiet, float *events)
{
    for (int32_t i = 0; i < bins; i++) quiet[i] = events[i] = 0;
    for (size_t i = 0; i < t->n; i++) {
        const int32_t at = (int32_t)(t->s[i].score * (float)bins);
        (t->s[i].abnormal ? events : quiet)[at < bins ? at : bins - 1]++;
    }
}

void th_explore_alarms(const th_scores *t, double threshold, float *out)
{
    const th_alarms a = th_anomaly_alarms(t->s, t->n, (float)threshold);
    out[TH_ALARM_HITS] = (float)a.hits;
    out[TH_ALARM_MISSES] = (float)a.misses;
    out[TH_ALARM_FALSE] = (float)a.false_alarms;
    out[TH_ALARM_QUIET] = (float)a.quiet;
}

double th_explore_auc(const th_scores *t)
{
    return t->auc;
}

int32_t th_explore_roc(const th_scores *t, int32_t cap, float *false_rate, float *recall)
{
    double *p = calloc(2 * (size_t)cap, sizeof *p);
    if (!p) return 0;
    const size_t n = th_anomaly_roc(t->s, t->n, p, p + cap, (size_t)cap);
    for (size_t i = 0; i < n; i++) {
        false_rate[i] = (float)p[i];
        recall[i] = (float)p[(size_t)cap + i];
    }
    free(p);
    return (int32_t)n;
}

/* ---- one threshold that is good for something ---- */

double th_explore_cheapest(const th_scores *t, double miss, double alarm, float *cost)
{
    double best = 0, least = HUGE_VAL;
    for (int32_t i = 0; i <= TH_THRESHOLDS; i++) {
        const th_alarms a = th_anomaly_alarms(t->s, t->n, (float)i / TH_THRESHOLDS);
        const double c = miss * (double)a.misses + alarm * (double)a.false_alarms;
        if (c >= least) continue;
        least = c;
        best = (double)i / TH_THRESHOLDS;
    }
    *cost = (float)least;
    return best;
}

static double part(size_t a, size_t b)
{
    return a + b ? (double)a / (double)(a + b) : -1;
}

double th_explore_rate(const th_scores *t, double threshold, int32_t rate)
{
    const th_alarms a = th_anomaly_alarms(t->s, t->n, (float)threshold);
    switch (rate) {
    case TH_RATE_YES: return part(a.hits + a.false_alarms, a.misses + a.quiet);
    case TH_RATE_HIT: return a.recall;
    case TH_RATE_FALSE: return a.false_rate;
    case TH_RATE_RIGHT: return part(a.hits, a.false_alarms);
    default: return part(a.hits + a.quiet, a.misses + a.false_alarms);
    }
}

double th_explore_match(const th_scores *t, int32_t rate, double wanted)
{
    double best = 0.5, off = HUGE_VAL;
    for (int32_t i = 0; i <= TH_THRESHOLDS; i++) {
        const double at = (double)i / TH_THRESHOLDS, is = th_explore_rate(t, at, rate);
        /* Of equals the one nearest to the middle: a rate may come back on the way. */
        const double d = is < 0 ? HUGE_VAL : fabs(is - wanted) + 1e-6 * fabs(at - 0.5);
        if (d < off) off = d, best = at;
    }
    return best;
}
