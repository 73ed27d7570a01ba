/* evaluate/anomaly.h -- how well a score tells the abnormal from the normal. */
#ifndef TH_EVALUATE_ANOMALY_H
#define TH_EVALUATE_ANOMALY_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One example and what was said of it: the higher, the stranger. */
typedef struct th_scored {
    float score;
    bool abnormal;
} th_scored;

/* What a threshold does: a score above it is an alarm. */
typedef struct th_alarms {
    size_t hits, misses;        /* abnormal with and without an alarm */
    size_t false_alarms, quiet; /* normal with and without one */
    double f1;                  /* of "abnormal"; 0 when there is neither alarm nor anything abnormal */
    double recall, false_rate;  /* of the abnormal, of the normal; -1 when there are none */
} th_alarms;

/* The area under the ROC curve: how often an abnormal example has a higher score than a normal one, equals counting
 * half.  Sorts s by score.  -1 when one of the two kinds is missing. */
double th_anomaly_auc(th_scored *s, size_t n);

th_alarms th_anomaly_alarms(const th_scored *s, size_t n, float threshold);

/* The smallest of the values that so many per cent of them do not exceed (nearest rank); n > 0, 0 <= percent <= 100.
 * Sorts v; NaN counts as the largest. */
float th_percentile(float *v, size_t n, double percent);

/* Points of the ROC curve from (0, 0) to (1, 1), at most `cap` >= 2 of them, spread over the thresholds; s as
 * th_anomaly_auc left it.  Returns their number. */
size_t th_anomaly_roc(const th_scored *s, size_t n, double *false_rate, double *recall, size_t cap);

/* What alarms cost, and how many windows show a fault. */
typedef struct th_alarm_cost {
    double false_alarm, miss; /* each window of that kind; any unit */
    double fault_rate;        /* part of all windows, 0 to 1 */
} th_alarm_cost;

/* The threshold t with the least cost of a window,
 *
 *   (1 - fault_rate) false_alarm P(normal > t) + fault_rate miss P(fault <= t)
 *
 * P(normal > t) is counted, and above the 90th percentile u fades as 0.1 exp(-(t - u) / (mean excess over u)), so that
 * an alarm that is to be rarer than once in n windows has a threshold too.  P(fault <= t) is counted where there are
 * faults [m]; without any (m = 0) nothing is known of their scores, and each from 0 to three times the 99th percentile
 * of the normal ones is taken to be as likely.  Sorts both; n > 0.  *expected: that cost. */
float th_anomaly_cheapest(float *normal, size_t n, float *faults, size_t m, const th_alarm_cost *cost,
                          double *expected);

#endif
