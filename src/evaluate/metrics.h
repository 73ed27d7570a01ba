/* evaluate/metrics.h -- confusion and what follows from it. */
#ifndef TH_EVALUATE_METRICS_H
#define TH_EVALUATE_METRICS_H

#include "model/pipeline.h"

typedef struct th_confusion {
    int32_t n;                                   /* classes */
    int32_t count[TH_MAX_LABELS][TH_MAX_LABELS]; /* [true][said] */
} th_confusion;

/* Set n, zero the counts, then add clip by clip. Classes outside 0..n-1 are not counted. */
void th_confusion_add(th_confusion *c, int32_t truth, int32_t said);
int32_t th_confusion_row(const th_confusion *c, int32_t truth);   /* clips that are `truth` */
int32_t th_confusion_column(const th_confusion *c, int32_t said); /* clips that were called `said` */
int32_t th_confusion_total(const th_confusion *c);
double th_confusion_accuracy(const th_confusion *c);             /* right / all; 0 when empty */
double th_confusion_balanced(const th_confusion *c);             /* mean recall of the classes that occur */
double th_confusion_macro_f1(const th_confusion *c);             /* mean F1 of the classes that occur */
double th_confusion_recall(const th_confusion *c, int32_t k);    /* -1 when class k does not occur */
double th_confusion_precision(const th_confusion *c, int32_t k); /* -1 when class k was never said */

#endif
