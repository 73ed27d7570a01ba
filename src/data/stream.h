/* data/stream.h -- a long recording with known words, to test detection: clips of the test split one after
 * the other with gaps of background noise between. */
#ifndef TH_DATA_STREAM_H
#define TH_DATA_STREAM_H

#include "data/dataset.h"

typedef struct th_stream_cfg {
    double seconds; /* 5 to 36000; the stream ends with a gap after the last clip that fits */
    uint64_t seed;
    th_split split;  /* TH_TEST: what training has not seen */
    double tail_s;   /* that gap is at least so long */
    int64_t from;    /* samples before this one in a longer stream: truth counts from its beginning */
    uint32_t number; /* of the piece in a longer stream: the keywords begin at another one */
} th_stream_cfg;

/* A stream of any length is one piece after the other, each made alone, so that it need not be in memory: piece k of
 * the stream that `cfg` begins (k = 0: cfg itself). */
th_stream_cfg th_stream_piece(const th_stream_cfg *cfg, int32_t rate_hz, uint32_t k);

/* About half of the clips are keywords (each equally often), the others are unknown words and silence.
 *   pcm, n   fresh memory, at the project's rate
 *   truth    fresh memory: a heading, then one line "start<TAB>end<TAB>label" per clip, in seconds; start and end are
 *            those of the word in the clip. Audacity opens it as a label track; th_truth_parse reads it
 * Errors: TH_ENOENT (no clips of a keyword in that split), TH_ENOMEM, TH_EIO. */
TH_NODISCARD th_err th_stream_make(const th_project *p, const th_dataset *set, const th_stream_cfg *cfg, int16_t **pcm,
                                   int32_t *n, char **truth, size_t *n_words, th_why *why);

#endif
