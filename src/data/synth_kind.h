/* data/synth_kind.h -- what can be synthesised: one row and one file for each kind.  docs/data.md, "Synthetic data",
 * has the formulas and where they are from.
 *
 *   words     synth_words.c     espeak-ng's voices in rooms
 *   machine   synth_machine.c   a shaft in bearings, and what goes wrong with it
 *   strokes   synth_stroke.c    a hand that draws digits and shapes
 *   walk      synth_walk.c      people with an accelerometer and a gyroscope in the pocket
 *   persons   synth_person.c    drawn people, and drawn things that are none */
#ifndef TH_DATA_SYNTH_KIND_H
#define TH_DATA_SYNTH_KIND_H

#include "data/synth.h"

#include "base/rng.h"

/* One example that is to be made; it is a function of this alone. */
typedef struct th_synth_one {
    uint64_t seed;
    int32_t label;   /* number in the kind's labels */
    int32_t subject; /* who, or which machine: 0 .. subjects - 1 */
    int32_t number;  /* of this label: 0 .. count - 1 */
    float rate_hz;   /* of rows */
} th_synth_one;

typedef struct th_synth_kind {
    const char *name, *what; /* "walk", "people who walk, run, stand and turn" */
    const char *task;        /* that it is for */
    th_task_input input;
    const char *labels;  /* all that can be made, with commas between */
    const char *usual;   /* those for a project that has none */
    const char *subject; /* what a subject is: "walker" */
    int32_t subjects;
    bool things;          /* subjects are no people: they are groups in the store */
    int32_t count;        /* of each label, usually */
    const char *channels; /* of rows */
    int32_t n_channels;
    float seconds;        /* of a recording, at most */
    float own_rate_hz;    /* of rows where the project's does not matter; 0: the project's */
    const char *settings; /* of thimble.ini that suit it, for a project whose rate nobody chose; or NULL */
    /* rows [n][n_channels] to out, at most cap; returns n. */
    int32_t (*rows)(const th_synth_one *one, float *out, int32_t cap);
    /* A picture [side][side][3]; *box around a person, w 0 where there is none. */
    th_err (*draw)(const th_synth_one *one, uint8_t *rgb, int32_t side, th_box *box, th_why *why);
} th_synth_kind;

extern const th_synth_kind th_synth_machine, th_synth_stroke, th_synth_walk, th_synth_person;

/* What all examples of a subject share is drawn from the first, what is its own from the second. */
th_rng th_synth_rng_subject(const th_synth_one *one);
th_rng th_synth_rng(const th_synth_one *one);

/* Something that wanders about 0 with deviation 1 and forgets within tau_s (Ornstein and Uhlenbeck 1930), one step of
 * dt_s: x + dt. */
float th_synth_wander(th_rng *r, float x, float dt_s, float tau_s);

/* Words of synthetic voices: th_synth for sounds. */
TH_NODISCARD th_err th_synth_words(const th_project *p, th_dataset *set, const th_synth_cfg *cfg,
                                   th_synth_report *report, th_why *why);

/* Bearing with n balls of diameter ball, on a circle of diameter pitch, at contact angle alpha (radians): how often
 * something happens in a turn of the shaft.  Source: Randall and Antoni, Rolling element bearing diagnostics, 2011. */
typedef struct th_bearing {
    float cage;  /* FTF  = (1 - q) / 2, q = ball / pitch cos alpha: turns of the cage */
    float outer; /* BPFO = n FTF: balls that pass a point of the outer race */
    float inner; /* BPFI = n (1 - FTF): of the inner race, which turns */
    float ball;  /* BSF  = pitch / (2 ball) (1 - q^2): turns of a ball; it meets a race twice in each */
} th_bearing;
th_bearing th_bearing_of(int32_t n, float ball, float pitch, float alpha);

/* What a recording of the machine has: shaft speed on average, Hz, and the resonance that impacts excite. */
void th_synth_machine_speed(const th_synth_one *one, float *shaft_hz, float *resonance_hz);

#endif
