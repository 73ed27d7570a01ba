/* evaluate/detections.h -- how well a streaming run heard: detections held against the truth.
 *
 *   truth        |--yes--|+1 s           |--no--|+1 s
 *   detections      yes      yes   no                     -> 1 hit, 2 false accepts, 1 miss
 *
 * The match rule.  Detections are taken in the order of their time.  One of label L at time t is a
 * hit when a truth interval of label L that has no hit yet has start <= t <= end + 1 s (the earliest
 * such interval gets it); every other detection is a false accept, also the second one of a word.
 * Truth intervals without a hit are misses. */
#ifndef TH_EVALUATE_DETECTIONS_H
#define TH_EVALUATE_DETECTIONS_H

#include "base/why.h"
#include "dsp/detector.h"
#include "model/pipeline.h"

#include <stddef.h>

#define TH_MATCH_AFTER_MS 1000 /* a detection may come this long after the end of the word */

typedef struct th_truth {
    int32_t start_ms, end_ms, label; /* label: class number */
} th_truth;

typedef struct th_stream_score {
    int32_t n_truth, hits, misses, false_accepts;
    int64_t audio_ms;
    double recall;                 /* hits / n_truth; -1 when nothing was to be heard */
    double false_accepts_per_hour; /* 0 when audio_ms is 0 */
    double latency_mean_ms;        /* from the start of the word to its detection; -1 without a hit */
    double latency_p95_ms;         /* nearest rank: 95 % of the hits came at least this fast */
} th_stream_score;

/* Scores n_found detections (in the order of their time) against n_truth intervals (in the order of their start).
 *   match   [n_found] the interval that a detection hit, -1 for a false accept
 *   heard   [n_truth] the detection that hit an interval, -1 for a miss
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_detections_score(const th_detection *found, size_t n_found, const th_truth *truth,
                                        size_t n_truth, int64_t audio_ms, int32_t *match, int32_t *heard,
                                        th_stream_score *score);

/* Reads truth from a text of lines "start<TAB>end<TAB>label", times in seconds: the format in which Audacity
 * exports a label track.  '#' starts a comment line; a first line "start<TAB>end<TAB>label" is a heading.
 * Intervals of labels that are no keyword ("unknown", "silence", other words) are skipped: nothing is to
 * be detected there.  The result is sorted by start.
 *   name        of the file, for the text of errors
 *   truth, n    fresh memory (free() it)
 * Errors: TH_EFORMAT (name, line, what is expected), TH_ERANGE (end before start), TH_ENOMEM. */
TH_NODISCARD th_err th_truth_parse(const char *name, const char *text, size_t n_bytes, const th_pipeline *pipe,
                                   th_truth **truth, size_t *n, th_why *why);

#endif
