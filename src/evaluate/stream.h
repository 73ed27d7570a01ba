/* evaluate/stream.h -- the device's streaming run, on the host: the same listener, the same kernels. */
#ifndef TH_EVALUATE_STREAM_H
#define TH_EVALUATE_STREAM_H

#include "base/why.h"
#include "dsp/gate.h"
#include "dsp/listener.h"
#include "model/pipeline.h"
#include "model/plan.h"

#include <stdbool.h>

/* Feeds n samples (at the pipeline's rate) from silence.
 *
 *   plan       of the int8 network
 *   on_detect  each detection, in order
 *   on_scores  each inference, or NULL
 *
 * Errors: TH_ESHAPE, TH_EUNSUP (network and pipeline do not fit), TH_ERANGE (settings), TH_EINTR
 * after Ctrl-C, TH_ENOMEM. */
TH_NODISCARD th_err th_stream_run(const th_pipeline *pipe, const th_plan *plan, const int16_t *pcm, int64_t n,
                                  th_on_detect_fn *on_detect, th_on_scores_fn *on_scores, void *ctx, th_why *why);

/* The scores of one clip of exactly pipe->clip_samples samples, as the device's "clips" run gives them:
 * n_clips of them in a row in pcm -> scores [n_clips][n_labels]. */
TH_NODISCARD th_err th_stream_clips(const th_pipeline *pipe, const th_plan *plan, const int16_t *pcm, int32_t n_clips,
                                    int8_t *scores, th_why *why);

/* The same by hand: th_stream_new, th_stream_start (from silence, as often as wanted), th_stream_push of any n. */
typedef struct th_stream th_stream;
TH_NODISCARD th_err th_stream_new(const th_pipeline *pipe, const th_plan *plan, th_stream **stream, th_why *why);
TH_NODISCARD th_err th_stream_start(th_stream *s, th_why *why);
TH_NODISCARD th_err th_stream_push(th_stream *s, const int16_t *pcm, int64_t n, th_on_detect_fn *on_detect,
                                   th_on_scores_fn *on_scores, void *ctx, th_why *why);
/* From silence, n samples: the scores [n_labels] of the first inference.  TH_ESHAPE: there is none in them. */
TH_NODISCARD th_err th_stream_clip(th_stream *s, const int16_t *pcm, int32_t n, int8_t *scores, th_why *why);
void th_stream_free(th_stream *s);

/* From now on on_features sees what each inference gets: its features [n], and the first sample that they are of. */
typedef void th_on_features_fn(void *ctx, int64_t first_sample, const int8_t *features, size_t n);
void th_stream_show_features(th_stream *s, th_on_features_fn *on_features, void *ctx);

/* From now on a small network judges each window first (dsp/gate.h), and the stream's own only those that the gate lets
 * through.  on_small sees each of them: scores [gate->n_small], and whether the gate opened; may be NULL. */
typedef void th_on_small_fn(void *ctx, const int8_t *scores, bool open);
TH_NODISCARD th_err th_stream_gate(th_stream *s, const th_plan *small, const th_gate *gate, th_on_small_fn *on_small,
                                   void *ctx, th_why *why);

#endif
