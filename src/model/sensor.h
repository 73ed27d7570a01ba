/* model/sensor.h -- a network that watches a sensor with several axes (dsp/watcher.h), as its file describes it. */
#ifndef TH_MODEL_SENSOR_H
#define TH_MODEL_SENSOR_H

#include "base/why.h"
#include "dsp/watcher.h"
#include "model/graph.h"
#include "model/pipeline.h"

typedef struct th_sensor {
    th_block_cfg block;
    const float *mean, *inv_std; /* [th_block_norms], or NULL */
    int32_t hop;                 /* rows from window to window */
    th_answer answer;
    float limit, least;
    int32_t learn; /* windows after the start that say what is usual, dsp/baseline.h; 0: none, and no baseline */
    float gain;    /* with a baseline: what is held against it, times that, is the input; mean and inv_std are NULL */
    int32_t n_labels; /* TH_ANSWER_LABELS */
    const char (*labels)[TH_LABEL_BYTES];
} th_sensor;

/* The block with its tables in the arena (th_block_mem(&s->block) bytes), and the streaming loop around the network,
 * of which network and ctx are left to set.
 * Errors: TH_ESHAPE, TH_EUNSUP (network and sensor do not fit), TH_ENOENT (no limit for alarms), TH_ERANGE, TH_ENOMEM.
 */
TH_NODISCARD th_err th_sensor_watcher(const th_sensor *s, const th_graph *g, th_arena *arena, th_block *block,
                                      th_watcher_cfg *cfg, th_why *why);

/* What a state is called. */
const char *th_sensor_state(const th_sensor *s, int32_t state);

#endif
