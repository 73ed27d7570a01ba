/* data/groups.h -- [signal] baseline = group: what is usual in each group (a machine, an experiment), learnt from the
 * features of its normal windows (dsp/baseline.h), and examples held against it. */
#ifndef TH_DATA_GROUPS_H
#define TH_DATA_GROUPS_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_groups th_groups;

/* trim: per cent of each group's windows, the strangest, that are not learnt from.  early: windows are held against the
 * first 7/10 of their group's, see th_baseline_cfg; for examples to train and to watch with.  NULL: no memory. */
th_groups *th_groups_new(bool early, float trim);
void th_groups_free(th_groups *g); /* NULL is fine */

/* One more normal window of a group, x [n], in the order of time.  Errors: TH_ESHAPE (another n), TH_ENOMEM. */
TH_NODISCARD th_err th_groups_learn(th_groups *g, const char *group, const float *x, int32_t n, th_why *why);

/* x [n] of a window of that group -> what it is beside the usual ones; counts it.  What was learnt is then complete.
 * Errors: TH_EFORMAT (nothing, or too little, was learnt of the group; `name` stands in the text), TH_ESHAPE,
 * TH_ENOMEM. */
TH_NODISCARD th_err th_groups_hold(th_groups *g, const char *group, const char *name, float *x, int32_t n, th_why *why);

/* Which of the windows that were held stay, so that no group outvotes the others: of a group with more than the median
 * one so many, evenly in time.  keep [all windows, in the order in which they were held]. */
TH_NODISCARD th_err th_groups_thin(const th_groups *g, bool *keep, th_why *why);

#endif
