/* data/noise.h -- background sounds for training: made ones, and cuts of recordings. */
#ifndef TH_DATA_NOISE_H
#define TH_DATA_NOISE_H

#include "base/rng.h"
#include "base/why.h"

#include <stdint.h>

typedef enum th_noise_kind {
    TH_NOISE_WHITE,  /* equal power at every frequency */
    TH_NOISE_PINK,   /* -3 dB per octave: wind, traffic */
    TH_NOISE_BROWN,  /* -6 dB per octave: rumble */
    TH_NOISE_HUM,    /* mains at 50 or 60 Hz with harmonics, over faint noise */
    TH_NOISE_SHAPED, /* noise through resonances that change each half second, and swell */
    TH_NOISE_KNOCKS, /* short decaying bursts: clicks, steps, dishes, over faint noise */
    TH_NOISE_KINDS
} th_noise_kind;

/* n samples of one kind to out, root mean square 1. */
void th_noise_make(th_noise_kind kind, th_rng *r, int32_t rate_hz, float *out, int32_t n);

/* x * (1 / its root mean square); silence stays as it is. */
void th_noise_level(float *x, int32_t n);

#endif
