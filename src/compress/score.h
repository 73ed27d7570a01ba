/* compress/score.h -- how good an integer form of a network is, beside the float one, on samples that are labelled or
 * not. */
#ifndef TH_COMPRESS_SCORE_H
#define TH_COMPRESS_SCORE_H

#include "compress/samples.h"

typedef struct th_score {
    int32_t n, n_labelled;
    double accuracy; /* share of the labelled ones that are right; 0 when none are */
    double agree;    /* share of all whose class is that of the float network; 0 when it has no classes */
    double out_db;   /* all outputs: 10 log10(sum float^2 / sum (float - integer)^2), at most 200 */
} th_score;

/* Outputs of the float network for all samples. */
typedef struct th_scorer {
    th_samples samples;
    float *y;               /* [n][n_y] */
    int32_t n_y, n_classes; /* n_classes is 0 when the outputs are a signal: no labels, no soft-max or sigmoid */
    th_score f32;           /* its own accuracy */
} th_scorer;

/* Runs all samples through the float network.  Free with th_scorer_free, after an error too.
 * Errors: TH_ENOMEM, TH_ERANGE (no samples), those of th_trial_new. */
TH_NODISCARD th_err th_scorer_new(const th_graph *f32, const th_samples *s, th_scorer *scorer, th_why *why);
void th_scorer_free(th_scorer *s);

/* The same of another form of the network. */
TH_NODISCARD th_err th_scorer_run(const th_scorer *scorer, const th_graph *g, th_score *score, th_why *why);

/* What a form loses, in points: the larger the worse.  Labelled samples: percent of accuracy.  Else decibels of the
 * output below TH_SCORE_DB, where the error is a tenth of the signal. */
double th_score_loss(const th_score *f32, const th_score *s);
#define TH_SCORE_DB 20.0

#endif
