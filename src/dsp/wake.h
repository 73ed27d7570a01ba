/* dsp/wake.h -- a model that is always on wakes another one, the same on host and device:
 *
 *   asleep: units of the first model (samples, rows, frames) --> what it says --(the label that wakes)--> awake
 *   awake:  the second model answers `answers` times; the surest answer is the look's  --> asleep
 *
 * While the second one looks, what the first one would have heard is lost: cfg.skip units. Both models live in one
 * arena, so they cannot do both at once. */
#ifndef TH_DSP_WAKE_H
#define TH_DSP_WAKE_H

#include <stdint.h>

typedef struct th_wake_cfg {
    int32_t label;   /* of the first model */
    int32_t answers; /* of the second one, before the first goes on; 1 or more */
    int32_t skip;    /* units of the first that a look takes */
    int32_t rate;    /* units of the first in 1000 s; 1 or more */
} th_wake_cfg;

typedef struct th_wake {
    th_wake_cfg cfg;
    int32_t left;         /* answers to come; 0: asleep */
    int32_t label, score; /* the surest of this look; label -1: none was sure of anything */
    int64_t units;        /* of the first model that have passed */
} th_wake;

/* Nothing has passed, asleep. */
void th_wake_start(th_wake *w);

/* n units have gone to the first model. */
void th_wake_pass(th_wake *w, int32_t n);

/* When that was, in milliseconds from the start; wraps around at 2^31. */
int32_t th_wake_ms(const th_wake *w);

/* The first model says this label.  1: that wakes the second one. */
int32_t th_wake_by(th_wake *w, int32_t label);

/* An answer of the second one (label -1: it does not know).  1: that was the last one, w->label and w->score are what
 * was seen (of equals the first), cfg.skip units have passed, and the first model starts anew. */
int32_t th_wake_answer(th_wake *w, int32_t label, int32_t score);

#endif
