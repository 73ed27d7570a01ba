/* evaluate/watch.h -- the device's watching of a sensor, on the host: the same loop, the same kernels. */
#ifndef TH_EVALUATE_WATCH_H
#define TH_EVALUATE_WATCH_H

#include "model/plan.h"
#include "model/sensor.h"

#include <stdbool.h>

/* A window was judged: its answer [bytes], the network's output as it is; seen: NULL when nothing has changed. */
typedef void th_on_window_fn(void *ctx, const void *answer, size_t bytes, const th_sighting *seen);

/* Feeds n rows [n][n_axes] at the sensor's rate.
 * Errors: those of th_sensor_watcher and of the network, TH_EINTR after Ctrl-C, TH_ENOMEM. */
TH_NODISCARD th_err th_watch_run(const th_sensor *s, const th_plan *plan, const float *rows, int64_t n,
                                 th_on_window_fn *on_window, void *ctx, th_why *why);

/* The same by hand, a row at a time.  th_watch_start begins with no rows and nothing seen; th_watch_gap: rows were
 * lost, what was seen and what is usual stay.  th_watch_row: *answer is the network's output when a window is full,
 * th_watch_answer_bytes of it, and `seen` is set; else NULL. */
typedef struct th_watch th_watch;
TH_NODISCARD th_err th_watch_new(const th_sensor *s, const th_plan *plan, th_watch **watch, th_why *why);
TH_NODISCARD th_err th_watch_start(th_watch *w, th_why *why);
void th_watch_gap(th_watch *w);
TH_NODISCARD th_err th_watch_row(th_watch *w, const float *row, th_sighting *seen, bool *changed, const void **answer,
                                 th_why *why);
size_t th_watch_answer_bytes(const th_watch *w);
void th_watch_free(th_watch *w);

#endif
