/* evaluate/watch.h -- the device's watching of a sensor, on the host: the same loop, the same kernels. */
#ifndef TH_EVALUATE_WATCH_H
#define TH_EVALUATE_WATCH_H

#include "model/plan.h"
#include "model/sensor.h"

/* A window was judged: its answer [bytes], the network's output as it is; seen: NULL when nothing has changed. */
typedef void th_on_window_fn(void *ctx, const void *answer, size_t bytes, const th_sighting *seen);

/* Feeds n rows [n][n_axes] at the sensor's rate.
 * Errors: those of th_sensor_watcher and of the network, TH_EINTR after Ctrl-C, TH_ENOMEM. */
TH_NODISCARD th_err th_watch_run(const th_sensor *s, const th_plan *plan, const float *rows, int64_t n,
                                 th_on_window_fn *on_window, void *ctx, th_why *why);

#endif
