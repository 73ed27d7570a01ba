/* How good is it, and what does that cost: counts by evaluate/metrics.h, scores by evaluate/anomaly.h. */
#include "course/calc_priv.h"
#include "evaluate/anomaly.h"
#include "evaluate/metrics.h"
#include "evaluate/sweep.h"

#include <math.h>

#define MOST 1000000000.0

/* ---- counts ---- */

/* Class 1 is the one that is looked for. */
static th_confusion counts(int32_t tp, int32_t fp, int32_t fn, int32_t tn)
{
    th_confusion m = {.n = 2};
    m.count[1][1] = tp;
    m.count[0][1] = fp;
    m.count[1][0] = fn;
    m.count[0][0] = tn;
    return m;
}

/* 1 - recall of a class, -1 where it does not occur. */
static double missed(const th_confusion *m, int32_t k)
{
    const double recall = th_confusion_recall(m, k);
    return recall < 0 ? -1 : 1 - recall;
}

void th_calc_matrix(th_calc *c)
{
    const int32_t most = 500000000; /* sums stay whole numbers of 32 bits */
    const int32_t tp = th_calc_whole(c, "tp", 0, most), fp = th_calc_whole(c, "fp", 0, most),
                  fn = th_calc_whole(c, "fn", 0, most), tn = th_calc_whole(c, "tn", 0, most);
    if (c->err) return;
    th_calc_need(c, (double)tp + fp + fn + tn <= 2e9, "the counts together are at most 2000000000");
    if (c->err) return;
    const th_confusion m = counts(tp, fp, fn, tn);
    const double p = th_confusion_precision(&m, 1), r = th_confusion_recall(&m, 1);
    th_calc_set(c, "precision", p);
    th_calc_set(c, "recall", r);
    th_calc_set(c, "f1", p + r > 0 ? 2 * p * r / (p + r) : 0);
    th_calc_set(c, "accuracy", th_confusion_accuracy(&m));
    th_calc_set(c, "balanced", th_confusion_balanced(&m));
    th_calc_set(c, "false_rate", missed(&m, 0));
    th_calc_set(c, "miss_rate", missed(&m, 1));
}

/* tp,fp,fn,tn of a group. */
static th_confusion group(th_calc *c, const char *name)
{
    th_numbers v;
    th_calc_list(c, name, 4, 4, &v);
    for (int32_t i = 0; i < 4 && !c->err; i++)
        th_calc_need(c, v.v[i] >= 0 && v.v[i] <= 1e8 && v.v[i] == floor(v.v[i]),
                     "a and b are four counts: right alarms, false alarms, misses, rightly quiet");
    if (c->err) return (th_confusion){.n = 2};
    return counts((int32_t)v.v[0], (int32_t)v.v[1], (int32_t)v.v[2], (int32_t)v.v[3]);
}

void th_calc_fair(th_calc *c)
{
    const th_confusion g[2] = {group(c, "a"), group(c, "b")};
    static const char *const names[4][3] = {{"recall_a", "recall_b", "recall"},
                                            {"false_a", "false_b", "false"},
                                            {"precision_a", "precision_b", "precision"},
                                            {"said_a", "said_b", "said"}};
    for (int i = 0; i < 2 && !c->err; i++)
        th_calc_need(c, th_confusion_row(&g[i], 0) > 0 && th_confusion_row(&g[i], 1) > 0,
                     "each group has both kinds of people, or there are no rates to compare");
    if (c->err) return;
    for (int k = 0; k < 4; k++) {
        double v[2];
        for (int i = 0; i < 2; i++)
            v[i] = k == 0   ? th_confusion_recall(&g[i], 1)
                   : k == 1 ? missed(&g[i], 0)
                   : k == 2 ? th_confusion_precision(&g[i], 1)
                            : (double)th_confusion_column(&g[i], 1) / th_confusion_total(&g[i]);
        th_calc_set(c, names[k][0], v[0]);
        th_calc_set(c, names[k][1], v[1]);
        th_calc_set(c, names[k][2], v[0] - v[1]);
    }
}

/* ---- scores ---- */

typedef struct scores {
    th_numbers bad, good;
    th_scored all[2 * TH_CALC_VALUES];
    size_t n;
} scores;

static void read_scores(th_calc *c, scores *s)
{
    th_calc_list(c, "bad", 1, TH_CALC_VALUES, &s->bad);
    th_calc_list(c, "good", 1, TH_CALC_VALUES, &s->good);
    s->n = 0;
    if (c->err) return;
    for (int32_t i = 0; i < s->bad.n; i++) s->all[s->n++] = (th_scored){s->bad.f[i], true};
    for (int32_t i = 0; i < s->good.n; i++) s->all[s->n++] = (th_scored){s->good.f[i], false};
}

void th_calc_threshold(th_calc *c)
{
    scores s;
    read_scores(c, &s);
    const float at = (float)th_calc_number(c, "at", -MOST, MOST);
    const double miss = th_calc_number(c, "miss", 0, MOST), alarm = th_calc_number(c, "alarm", 0, MOST);
    if (c->err) return;
    const th_alarms a = th_anomaly_alarms(s.all, s.n, at);
    th_calc_set_whole(c, "hits", (int64_t)a.hits);
    th_calc_set_whole(c, "misses", (int64_t)a.misses);
    th_calc_set_whole(c, "alarms", (int64_t)a.false_alarms);
    th_calc_set_whole(c, "quiet", (int64_t)a.quiet);
    th_calc_set(c, "recall", a.recall);
    th_calc_set(c, "false_rate", a.false_rate);
    th_calc_set(c, "f1", a.f1);
    th_calc_set(c, "cost", (double)a.misses * miss + (double)a.false_alarms * alarm);
}

void th_calc_auc(th_calc *c)
{
    scores s;
    read_scores(c, &s);
    if (!c->err) th_calc_set(c, "auc", th_anomaly_auc(s.all, s.n));
}

void th_calc_cheapest(th_calc *c)
{
    scores s;
    double expected;
    read_scores(c, &s);
    const th_alarm_cost cost = {th_calc_number(c, "alarm", 0, MOST), th_calc_number(c, "miss", 0, MOST),
                                th_calc_number(c, "rate", 0, 1)};
    if (c->err) return;
    th_calc_set(c, "threshold",
                (double)th_anomaly_cheapest(s.good.f, (size_t)s.good.n, s.bad.f, (size_t)s.bad.n, &cost, &expected));
    th_calc_set(c, "cost", expected);
}

/* ---- rates ---- */

void th_calc_cost(th_calc *c)
{
    const double events = th_calc_number(c, "events", 0, MOST), quiet = th_calc_number(c, "quiet", 0, MOST),
                 miss = th_calc_number(c, "miss", 0, 1), alarm = th_calc_number(c, "alarm", 0, 1),
                 cost_miss = th_calc_number(c, "cost_miss", 0, MOST),
                 cost_alarm = th_calc_number(c, "cost_alarm", 0, MOST);
    if (c->err) return;
    th_calc_set(c, "misses", events * miss);
    th_calc_set(c, "alarms", quiet * alarm);
    th_calc_set(c, "cost_misses", events * miss * cost_miss);
    th_calc_set(c, "cost_alarms", quiet * alarm * cost_alarm);
    th_calc_set(c, "cost", events * miss * cost_miss + quiet * alarm * cost_alarm);
}

void th_calc_rates(th_calc *c)
{
    const double rate = th_calc_number(c, "rate", 0, 1), per_second = th_calc_number(c, "per_second", 0, 1e6);
    if (c->err) return;
    th_calc_set(c, "per_hour", rate * per_second * 3600);
    th_calc_set(c, "per_day", rate * per_second * 86400);
}

void th_calc_most(th_calc *c)
{
    const int32_t seen = th_calc_whole(c, "seen", 0, 100000);
    const double hours = th_calc_number(c, "hours", 1e-6, MOST);
    if (c->err) return;
    th_calc_set(c, "per_hour", seen / hours);
    th_calc_set(c, "most_per_hour", th_sweep_most(seen) / hours);
}

/* With z = 1.96: (p + z^2/2n +- z sqrt(p (1 - p) / n + z^2/4n^2)) / (1 + z^2/n).
 * Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. */
void th_calc_sure(th_calc *c)
{
    const double z = 1.959963984540054;
    const int32_t n = th_calc_whole(c, "n", 1, 1000000000);
    if (c->err) return;
    const double p = th_calc_whole(c, "right", 0, n) / (double)n;
    if (c->err) return;
    const double middle = p + z * z / (2.0 * n), half = z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n)),
                 whole = 1 + z * z / n;
    th_calc_set(c, "accuracy", p);
    th_calc_set(c, "low", fmax(0, (middle - half) / whole));
    th_calc_set(c, "high", fmin(1, (middle + half) / whole));
}

void th_calc_smooth(th_calc *c)
{
    th_numbers s;
    double mean[TH_CALC_VALUES], highest = -MOST, sum = 0;
    th_calc_list(c, "scores", 1, TH_CALC_VALUES, &s);
    const int32_t width = th_calc_whole(c, "width", 1, TH_CALC_VALUES);
    if (c->err) return;
    for (int32_t i = 0; i < s.n; i++) {
        const int32_t n = i + 1 < width ? i + 1 : width;
        sum = 0;
        for (int32_t k = i + 1 - n; k <= i; k++) sum += s.v[k];
        mean[i] = sum / n;
        highest = fmax(highest, mean[i]);
    }
    th_calc_set_list(c, "mean", mean, s.n);
    th_calc_set(c, "highest", highest);
}
