/* cli/train_view.h -- how a training looks while it runs: on a terminal a curve, a table of the last epochs, and how
 * long it will take; elsewhere a line per epoch; with THIMBLE_PROGRESS=lines (cli/progress.h) {"epoch":{..}} for each.
 */
#ifndef TH_CLI_TRAIN_VIEW_H
#define TH_CLI_TRAIN_VIEW_H

#include "train/train.h"

#include <jansson.h>

typedef struct th_train_view {
    int32_t epochs;  /* that are planned */
    int32_t n_train; /* examples per epoch */
    bool has_val;
    bool live;             /* stderr is a terminal */
    int lines;             /* drawn, to be drawn over */
    double drawn_s;        /* clock of the last drawing */
    int32_t n;             /* epochs done */
    th_epoch_report *done; /* [epochs] */
    int32_t fresh;         /* of them trained in this run */
    double fresh_s;
    bool told; /* that it goes on from a checkpoint */
} th_train_view;

void th_train_view_epoch(th_train_view *v, const th_epoch_report *r);
void th_train_view_progress(th_train_view *v, int32_t epoch, double part);
/* {"epoch":3,"train_loss":..}: the metrics that the training measures. */
json_t *th_epoch_json(const th_epoch_report *r);

void th_train_view_end(th_train_view *v); /* the last picture stays */

#endif
