/* evaluate/together.h -- one model wakes another, on this computer: the device's loop (device/together.c), step by
 * step, with the same kernels. */
#ifndef TH_EVALUATE_TOGETHER_H
#define TH_EVALUATE_TOGETHER_H

#include "base/span.h"
#include "dsp/detector.h"
#include "dsp/wake.h"
#include "model/camera.h"
#include "model/pipeline.h"
#include "model/plan.h"
#include "model/sensor.h"

/* A model and what it listens to, watches or looks at: one of the three. */
typedef struct th_sense {
    const th_pipeline *sound;
    const th_sensor *sensor;
    const th_eye *camera;
    const th_plan *plan;
} th_sense;

/* Bytes of a unit of its feed: a 16-bit sample, a row of float32, a frame. */
size_t th_sense_unit(const th_sense *s);

/* What its label is called; "?" where there is none. */
const char *th_sense_label(const th_sense *s, int32_t label);

/* Units in a second; frames_hz: what a camera gives. */
double th_sense_rate(const th_sense *s, double frames_hz);

/* Seconds that so many answers take: frames, whole clips, windows that overlap. */
double th_sense_look(const th_sense *s, int32_t answers, double frames_hz);

typedef struct th_together_see {
    void (*out)(void *ctx, const void *scores, size_t bytes); /* of each inference and answer of both, in their order */
    void (*heard)(void *ctx, const th_detection *d);          /* the first model says something */
    void (*answer)(void *ctx, const th_detection *d);         /* a look is over; its time is when it began */
    void *ctx;
} th_together_see;

/* Feeds the first model to the end; the second takes of its own feed what it looks at, and begins again where that
 * ends.
 * Errors: those of th_stream_push, th_watch_row and th_look_frame; TH_EFORMAT (a feed without a whole unit). */
TH_NODISCARD th_err th_together_run(const th_sense sense[2], const th_wake_cfg *cfg, const th_span feed[2],
                                    const th_together_see *see, th_why *why);

#endif
