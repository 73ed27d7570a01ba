#include "train/metric.h"

#include <math.h>
#include <string.h>

static const char *const names[TH_N_METRICS] = {
#define X(id, name, better) [id] = name,
    TH_METRIC_LIST(X)
#undef X
};

static const signed char directions[TH_N_METRICS] = {
#define X(id, name, better) [id] = better,
    TH_METRIC_LIST(X)
#undef X
};

const char *th_metric_name(th_metric m)
{
    return names[m];
}

int th_metric_better(th_metric m)
{
    return directions[m];
}

th_metric th_metric_find(const char *name)
{
    for (int i = 0; i < TH_N_METRICS; i++)
        if (strcmp(names[i], name) == 0 || (strncmp(names[i], "val_", 4) == 0 && strcmp(names[i] + 4, name) == 0))
            return (th_metric)i;
    return TH_N_METRICS;
}

bool th_metric_suits(th_metric m, const th_loss_row *loss)
{
    const bool classes = m == TH_TRAIN_ACCURACY || m == TH_VAL_ACCURACY || m == TH_VAL_BALANCED || m == TH_VAL_F1;
    const bool numbers = m == TH_TRAIN_MAE || m == TH_VAL_MAE || m == TH_VAL_RMSE;
    return loss->head == TH_HEAD_LINEAR ? !classes : !numbers;
}

void th_scoring_start(th_scoring *t, const th_loss_row *loss, int32_t n, int64_t *counts)
{
    memset(counts, 0, 3 * (size_t)n * sizeof *counts);
    *t = (th_scoring){.loss = loss, .n = n, .truth = counts, .said = counts + n, .hit = counts + 2 * (size_t)n};
}

static int32_t largest(const float *x, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

static void add_distance(th_scoring *t, const float *scores, const float *y)
{
    double distance = 0, square = 0;
    for (int32_t i = 0; i < t->n; i++) {
        const double d = (double)scores[i] - (double)y[i];
        distance += fabs(d);
        square += d * d;
    }
    t->distance += distance / t->n;
    t->square += square / t->n;
}

void th_scoring_add(th_scoring *t, const float *scores, const float *y)
{
    t->samples++;
    if (t->loss->head == TH_HEAD_LINEAR) {
        add_distance(t, scores, y);
    } else if (t->loss->head == TH_HEAD_SOFTMAX) {
        const int32_t truth = largest(y, t->n), said = largest(scores, t->n);
        t->truth[truth]++;
        t->said[said]++;
        if (truth == said) t->hit[said]++;
    } else {
        for (int32_t i = 0; i < t->n; i++) {
            const bool truth = y[i] > 0.5f, said = scores[i] > 0.5f;
            t->truth[i] += truth;
            t->said[i] += said;
            t->hit[i] += truth && said;
        }
    }
}

void th_scoring_join(th_scoring *t, const th_scoring *other)
{
    for (int32_t i = 0; i < 3 * t->n; i++) t->truth[i] += other->truth[i];
    t->samples += other->samples;
    t->distance += other->distance;
    t->square += other->square;
}

/* Recall of class i, or of both sides of output i; -1 when it never occurs. */
static double recall(const th_scoring *t, int32_t i)
{
    const double yes = t->truth[i] ? (double)t->hit[i] / (double)t->truth[i] : -1;
    if (t->loss->head == TH_HEAD_SOFTMAX) return yes;
    const int64_t others = t->samples - t->truth[i], false_alarms = t->said[i] - t->hit[i];
    const double no = others ? 1 - (double)false_alarms / (double)others : -1;
    return yes < 0 ? no : no < 0 ? yes : (yes + no) / 2;
}

void th_scoring_values(const th_scoring *t, double value[TH_N_METRICS])
{
    const double n = t->samples ? (double)t->samples : 1;
    if (t->loss->head == TH_HEAD_LINEAR) {
        value[TH_VAL_MAE] = t->distance / n;
        value[TH_VAL_RMSE] = sqrt(t->square / n);
        return;
    }
    const bool classes = t->loss->head == TH_HEAD_SOFTMAX;
    double right = 0, recalls = 0, f1 = 0;
    int32_t n_recalls = 0, n_f1 = 0;
    for (int32_t i = 0; i < t->n; i++) {
        const int64_t both = t->truth[i] + t->said[i];
        /* binary: all that are neither missed nor false alarms */
        right += (double)(classes ? t->hit[i] : t->samples - both + 2 * t->hit[i]);
        const double r = recall(t, i);
        if (r >= 0) recalls += r, n_recalls++;
        if (both) f1 += 2 * (double)t->hit[i] / (double)both, n_f1++;
    }
    value[TH_VAL_ACCURACY] = right / (classes ? n : n * t->n);
    value[TH_VAL_BALANCED] = n_recalls ? recalls / n_recalls : 0;
    value[TH_VAL_F1] = n_f1 ? f1 / n_f1 : 0;
}
