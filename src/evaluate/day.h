/* evaluate/day.h -- a stream that goes on for hours or days through the device's loop, in memory that does not grow.
 *
 *   pieces    0 1 2 .. r-1 | r ..          .. n-r-1 | 0 1 2 .. r-1
 *             the first hour   what is new             the first hour once more
 *
 * Each piece is judged when it has gone by, and nothing of it is kept.  The last r pieces are the first r ones again:
 * what each inference hears and says then must be what it heard and said then, bit for bit, or something drifts. */
#ifndef TH_EVALUATE_DAY_H
#define TH_EVALUATE_DAY_H

#include "evaluate/detections.h"
#include "evaluate/stream.h"

typedef struct th_day_count {
    int64_t words, hits, false_accepts;
} th_day_count;

typedef struct th_day {
    th_stream *stream;
    int64_t samples, piece_samples, step; /* pushed so far; of a piece; from one inference to the next */
    int32_t rate_hz, n_labels;
    int64_t n_pieces, repeat, at; /* pieces; of them the last that are the first; the one that is heard now */
    th_day_count all;
    double latency_ms; /* of all hits together */
    /* of the piece that is heard */
    th_detection *found;
    size_t n_found, cap_found;
    /* what each inference of the first `repeat` pieces heard and said, as a number */
    uint64_t *print;
    int64_t n_print, slot; /* slot: of the inference that is made now; -1: none */
    int64_t compared, differ;
    uint64_t heard;
    bool failed; /* out of memory */
} th_day;

/* Samples of a piece of about `seconds`: whole steps, so that each piece is cut into windows alike. */
int64_t th_day_piece_samples(const th_pipeline *p, double seconds);

/* n_pieces, of which the last `repeat` (at most half) are the first ones again.  Errors: those of th_stream_new. */
TH_NODISCARD th_err th_day_new(th_day *d, const th_pipeline *p, const th_plan *plan, int64_t piece_samples,
                               int64_t n_pieces, int64_t repeat, th_why *why);

/* The number of the piece that comes next: 0 again when the repetition begins. */
int64_t th_day_next(const th_day *d);

/* That piece, pcm [piece_samples], and its truth: times from the piece's beginning, the last word's end more than
 * TH_MATCH_AFTER_MS before its end.  *count: of this piece.  Errors: those of th_stream_push, TH_ENOMEM. */
TH_NODISCARD th_err th_day_push(th_day *d, const int16_t *pcm, const th_truth *truth, size_t n_truth,
                                th_day_count *count, th_why *why);
void th_day_free(th_day *d);

#endif
