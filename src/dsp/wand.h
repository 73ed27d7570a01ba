/* dsp/wand.h -- where a wand points, from its accelerometer and gyroscope: the points of a stroke (dsp/raster.h).
 *
 * Two directions of the room are followed as the wand sees them, up (u) and to the right (r): when the wand turns by d
 * radians (gyroscope times time), what stands still turns the other way round,
 *   v <- v + v x d + ((v x d) x d) / 2,  made as long as 1 again            (third order in d: 0.007 at d = 0.35)
 * The point is where the tip t is on the plane of both: x = t r, y = t u, sines of the angles to the right and up.
 * Gravity: at rest an accelerometer shows up.  Rows whose length is within an eighth of 1 g pull u towards them by
 * 1/2^settle; nothing else of the acceleration is used, so neither gravity nor the hand's jerks get into the stroke.
 * Drift: while the gyroscope shows less than `still` beside its mean, the mean follows it by 1/64 and is taken away.
 *
 * More than half a radian around an axis in one row counts as half a radian.
 * Whole numbers alone: directions in 1/2^30.  Against exact rotations: test_wand. */
#ifndef TH_DSP_WAND_H
#define TH_DSP_WAND_H

#include "dsp/raster.h"

typedef struct th_wand_cfg {
    int32_t turn;   /* radians that a unit of the gyroscope turns in the time of a row, in 1/2^30; above 0 */
    int32_t g;      /* units of the accelerometer that are 1 g, 64 to 32767 */
    int32_t tip;    /* the sensor's axis that points to the tip: 1, 2, 3 are x, y, z, below 0 the other way */
    int32_t settle; /* 2 to 12 */
    int32_t still;  /* units of the gyroscope; 0: no drift is learned */
} th_wand_cfg;

typedef struct th_wand {
    th_wand_cfg cfg;
    int32_t up[3], right[3]; /* in 1/2^30; all 0 before the first row, or before the first of a stroke */
    int32_t bias[3];         /* mean of the gyroscope at rest, in 1/256 units */
} th_wand;

/* Errors: TH_ERANGE (a member of cfg). */
TH_NODISCARD th_err th_wand_init(th_wand *w, const th_wand_cfg *cfg);

/* The next row begins a stroke: it points to (0, y). */
void th_wand_begin(th_wand *w);

/* A row of the sensor -> where the tip points, in 1/8192.  Until the accelerometer showed something: (0, 0). */
th_point th_wand_row(th_wand *w, const int16_t accel[3], const int16_t gyro[3]);

#endif
