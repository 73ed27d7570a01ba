/* deploy/app.h -- what stands around a network on the device. */
#ifndef TH_DEPLOY_APP_H
#define TH_DEPLOY_APP_H

#include "dsp/watcher.h"
#include "model/pipeline.h"

/* A sensor with several axes (dsp/watcher.h). */
typedef struct th_sensor {
    th_block_cfg block;
    const float *mean, *inv_std; /* [th_block_norms], or NULL */
    int32_t hop;                 /* rows from window to window */
    th_answer answer;
    float limit, least;
    int32_t n_labels; /* TH_ANSWER_LABELS */
    const char (*labels)[TH_LABEL_BYTES];
} th_sensor;

/* One of these, or none. */
typedef struct th_app {
    const th_pipeline *sound; /* dsp/listener.h */
    const th_sensor *sensor;
} th_app;

/* The streaming loop of a sensor around a network; block: initialised from s->block.  network and ctx are left to set.
 * Errors: TH_ESHAPE, TH_EUNSUP (network and sensor do not fit), TH_ENOENT (no limit for alarms). */
TH_NODISCARD th_err th_sensor_watcher(const th_sensor *s, const th_graph *g, const th_block *block, th_watcher_cfg *cfg,
                                      th_why *why);

#endif
