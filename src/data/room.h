/* data/room.h -- generated surroundings: coloured noise and a small room.  Everything comes from the
 * random numbers that are handed in. */
#ifndef TH_DATA_ROOM_H
#define TH_DATA_ROOM_H

#include "base/rng.h"

#include <stddef.h>

/* Noise of root mean square 1: white noise through y += (1 - a) (x - y), a in [0, 1) (0 white, 0.9 like rain,
 * 0.99 like a far road), and hum of hum_hz with two overtones, `hum` of the energy (0 to 1; 0: none). */
void th_noise_fill(th_rng *rng, float a, float hum_hz, float hum, float rate_hz, float *out, size_t n);

/* Noise with random colour and hum, as found in rooms. */
void th_noise_any(th_rng *rng, float rate_hz, float *out, size_t n);

/* Reflections: 40 echoes at random times up to rt60_s, falling by 60 dB until then; `wet` (0 to 1) is the energy
 * of the echoes relative to the direct sound.  in and out do not overlap. */
void th_room_apply(th_rng *rng, float rt60_s, float wet, float rate_hz, const float *in, float *out, size_t n);

float th_rms(const float *x, size_t n); /* 0 for n = 0 */

/* 10^(db/20) */
float th_gain(float db);

#endif
