/* evaluate/timely.h -- how early alarms come, and how few are false: the score of Numenta's benchmark.
 *
 * Windows of anomaly are runs of abnormal points of one recording; a window from a to b has the width w = b - a + 1.
 *
 *   S(y)       = 2 / (1 + exp(5 y)) - 1, and -1 from y = 3 on
 *   found      S(-(b - i + 1) / w) / S(-1)  for the first alarm i in a window: 1 at its beginning, towards 0 at its end
 *   missed     -1  for a window without an alarm
 *   false      0.11 S((i - b) / (w - 1))  for an alarm i behind a window that ends at b, the last one before i; nearly
 *              nothing just behind it; -0.11 before the first one
 *   score      100 (sum + windows) / (2 windows): 0 says nothing at all, 100 finds all at once and nothing else
 *
 * Those are the weights of its standard profile.  Points that the detector gets used to (the first 15 %) are not here.
 * Source: Lavin, Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark",
 * ICMLA 2015, doi 10.1109/ICMLA.2015.141. */
#ifndef TH_EVALUATE_TIMELY_H
#define TH_EVALUATE_TIMELY_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A point in time and what was said of it; those of one recording stand one after the other. */
typedef struct th_timely_point {
    float score;
    bool abnormal;
    int32_t recording;
} th_timely_point;

typedef struct th_timely {
    size_t windows, found; /* with an alarm in them */
    double score;          /* with this threshold */
    double best;           /* with the one that is best for these points, which is what the benchmark publishes */
} th_timely;

/* An alarm is a score above the threshold; NaN is one.  windows 0: there are no recordings with normal and abnormal
 * points, and nothing else is set.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_timely_score(const th_timely_point *p, size_t n, float threshold, th_timely *t, th_why *why);

#endif
