/* dsp/listener.h -- the streaming loop, the same on host and device:
 * samples in, frames, int8 features in a ring, inference every stride, detections out. */
#ifndef TH_DSP_LISTENER_H
#define TH_DSP_LISTENER_H

#include "dsp/detector.h"
#include "dsp/frontend.h"

/* int8 features [n_frames][n_coef], oldest first -> int8 scores [n_classes]. */
typedef void th_classify_fn(void *ctx, const int8_t *features, int8_t *scores);

typedef struct th_listener_cfg {
    const th_frontend *frontend;
    int32_t n_frames;      /* frames of one inference */
    int32_t stride_frames; /* frames from one inference to the next */
    float in_scale;        /* of the network's input */
    int32_t in_zero;
    th_detector_cfg detector;
    th_classify_fn *classify;
    void *ctx;
    float *scratch; /* [th_frontend_scratch] or NULL: from the arena. It may lie in the network's
                     * own arena: nothing in it has to live across a call of classify */
} th_listener_cfg;

typedef struct th_listener {
    th_listener_cfg cfg;
    th_detector detector;
    int16_t *pcm;     /* [window] the samples of the frame that is being filled */
    int32_t n_pcm;    /* below 0: so many samples are skipped first (hop > window) */
    int8_t *features; /* [n_frames][n_coef], filled to n_rows; after an inference the oldest
                         stride_frames go */
    int32_t n_rows;   /* below 0: so many frames are skipped first (stride_frames > n_frames) */
    float *scratch, *frame;
    int64_t n_samples; /* pushed so far */
    int64_t n_done;    /* frames passed so far */
    int64_t n_invoked;
} th_listener;

/* Bytes of arena that th_listener_init takes; the same number on every machine, since only arrays
 * of int8, int16 and float lie there.  The memory must be aligned to TH_ARENA_ALIGN. */
size_t th_listener_mem(const th_listener_cfg *cfg);

/* Errors: TH_ERANGE (n_frames or stride_frames < 1, n_classes or min_count, window_ms, suppress_ms,
 * threshold out of range, in_scale not above 0), TH_ENOMEM. */
TH_NODISCARD th_err th_listener_init(th_listener *l, const th_listener_cfg *cfg, th_arena *arena);

/* Feeds n samples (n >= 0), any n.  Calls on_detect for each detection, in order; time_ms is the
 * end of the last frame that the deciding inference saw. on_scores may be NULL: it sees each
 * inference. */
typedef void th_on_detect_fn(void *ctx, const th_detection *d);
typedef void th_on_scores_fn(void *ctx, int32_t time_ms, const int8_t *scores);
void th_listener_push(th_listener *l, const int16_t *pcm, int32_t n, th_on_detect_fn *on_detect,
                      th_on_scores_fn *on_scores, void *ctx);

#endif
