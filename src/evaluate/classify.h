/* evaluate/classify.h -- many clips through one or two networks, on all processors.
 *
 * The path of a clip is the device's: exactly pipe->clip_samples samples, th_frontend_clip, and for an
 * int8 input th_features_to_s8.  Features are computed once and shown to both networks.  Examples that are no
 * recordings come as the values that the networks take. */
#ifndef TH_EVALUATE_CLASSIFY_H
#define TH_EVALUATE_CLASSIFY_H

#include "base/why.h"
#include "model/graph.h"
#include "model/pipeline.h"

#include <stdbool.h>
#include <stddef.h>

#define TH_MAX_NETS 2

/* Clip i into pcm [pipe->clip_samples].  Called from many threads at once, each i once.
 * An error means that this clip cannot be read; the others go on. */
typedef th_err th_clip_fill_fn(void *ctx, size_t i, int16_t *pcm);

/* Values of example i, x [n_values].  Called from many threads at once. */
typedef void th_values_fill_fn(void *ctx, size_t i, float *x);

typedef struct th_verdict {
    th_err err;                              /* TH_OK, or why the clip could not be read: the rest is then not set */
    int32_t said[TH_MAX_NETS];               /* class with the highest score; the first of equals */
    float score[TH_MAX_NETS][TH_MAX_LABELS]; /* 0 to 1, as the soft-max says */
} th_verdict;

typedef struct th_classify_job {
    const th_pipeline *pipe;          /* features; its labels are the networks' classes.  NULL: `values` is set */
    const th_model *net[TH_MAX_NETS]; /* float32 or int8; NULL: verdicts of that column are not set */
    th_clip_fill_fn *fill;
    th_values_fill_fn *values;   /* instead of pipe and fill */
    int32_t n_values, n_labels;  /* that it gives, and classes */
    float *outputs[TH_MAX_NETS]; /* [n_clips][n_labels] where the networks' outputs are no classes, but any number of
                                  * values; verdicts then hold only the error.  NULL: they are classes */
    size_t n_clips;
    void *ctx;                                /* of fill and progress */
    void (*progress)(void *ctx, double part); /* from the calling thread, now and then; may be NULL */
    int n_threads;
} th_classify_job;

/* Class with the highest score.  Scores of an int8 network have 256 steps, so equals happen; the last of them counts:
 * unknown and silence stand last, and a tie is no reason to report a word. */
int32_t th_score_best(const float *score, int32_t n);

/* Values of an example -> one of the network's inputs, as it takes them (float32 or int8).  Returns where the values of
 * the next input begin. */
const float *th_input_fill(const th_tensor *in, const float *x, void *to);

/* Fills out [n_clips].  The same verdicts for any number of threads.
 * Errors: TH_ESHAPE (a network that does not fit the pipeline or the values), TH_EUNSUP (input neither float32 nor
 * int8), TH_EINTR after Ctrl-C, TH_EENDLESS (a network with a loop), TH_ENOMEM. */
TH_NODISCARD th_err th_classify_clips(const th_classify_job *job, th_verdict *out, th_why *why);

#endif
