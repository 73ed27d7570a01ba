/* bench/accuracy/score.h -- how good the outputs of networks are; one line of JSON. */
#ifndef TH_BENCH_ACCURACY_SCORE_H
#define TH_BENCH_ACCURACY_SCORE_H

#include "base/why.h"

/* OUTPUTS: float32 scores of the classes, one row for each line of LABELS.  Accuracy, F1 (mean over the classes), and
 * for two classes the area under the ROC curve. */
th_err score_classes(const char *labels, const char *outputs, th_why *why);

/* Autoencoders: for each group of files TRAIN, TEST, LABELS, where TRAIN and TEST name X.bin (what went in) and X.out
 * (what came out).  The error of an example is the mean square of what comes out less what went in, over 1.5 times the
 * 99th percentile of those of TRAIN: above 1 it counts as abnormal.  All groups together: AUC, F1 of "abnormal", and
 * the F1 of calling everything abnormal. */
th_err score_errors(const char *const *file, int n, th_why *why);

#endif
