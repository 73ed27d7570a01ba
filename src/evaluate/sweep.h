/* evaluate/sweep.h -- one streaming run, judged at many thresholds.
 *
 * The network runs once; its scores are kept and replayed through the detector with each threshold, so the
 * outcome at the model's own threshold equals the run itself. */
#ifndef TH_EVALUATE_SWEEP_H
#define TH_EVALUATE_SWEEP_H

#include "evaluate/detections.h"

typedef struct th_score_log {
    int8_t *score;    /* [n][n_classes] */
    int32_t *time_ms; /* [n] */
    size_t n, cap;
    int32_t n_classes;
    bool failed; /* out of memory */
} th_score_log;

/* Keeps one inference; n_classes must be set. */
void th_score_log_add(th_score_log *log, int32_t time_ms, const int8_t *score);
void th_score_log_free(th_score_log *log);

typedef struct th_sweep_word {
    int32_t said, hits, false_accepts; /* false accepts: detections as this word */
} th_sweep_word;

typedef struct th_sweep_point {
    int32_t threshold; /* of 256 */
    th_stream_score score;
    th_sweep_word word[TH_DETECT_CLASSES]; /* by class */
} th_sweep_point;

/* Judges the log at point[i].threshold for each i; the rest of cfg stays.
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_sweep(const th_score_log *log, const th_detector_cfg *cfg, const th_truth *truth, size_t n_truth,
                             int64_t audio_ms, th_sweep_point *point, size_t n_points);

/* The point with the fewest misses and false accepts together; the middle one of equal neighbours. */
size_t th_sweep_best(const th_sweep_point *point, size_t n_points);

/* The point for at most `per_hour` false accepts an hour: of those, the one with the fewest misses, of equal ones with
 * the fewest false accepts; the middle one of equal neighbours.  n_points when none is that quiet. */
size_t th_sweep_choose(const th_sweep_point *point, size_t n_points, double per_hour);

/* k false accepts were counted.  How many there may be on average so that k or fewer come in 5 of 100 such recordings:
 * the m with P(X <= k) = 0.05 for X of Poisson(m).  3.0 of none (the rule of three), 4.7 of one. */
double th_sweep_most(int32_t k);

#endif
