/* device/together.h -- a model that is always on wakes another one (dsp/wake.h). */
#ifndef DEVICE_TOGETHER_H
#define DEVICE_TOGETHER_H

#include <stdint.h>

/* Feeds the first model with the host's file `in` to its end; the second takes from the host's file "in2" what it looks
 * at, from its begin again where that ends.  Scores of both go to `out`, in their order.  Lines:
 *   detect TIME LABEL SCORE   the first model says something
 *   answer TIME LABEL SCORE   a look is over: what was seen, when it began
 * An exit code. */
int32_t device_together(int32_t in, int32_t out);

/* What the models cost, as lines: frame and inference of the first, frame2 and inference2 of the second. */
void device_together_costs(void);

#endif
