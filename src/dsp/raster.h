/* dsp/raster.h -- a gesture as a picture: the line that the hand drew, its colour saying when.
 *
 *   points [n] (x to the right, y up) -> bytes [h][w][3], black where no line is
 *
 * Place: pixel x covers [x, x + 1) of the picture.  The box of all points comes to the picture's middle, both axes by
 *   the same factor: the largest that keeps it within `part`/256 of the way between the outermost pixels' middles.
 *   With box.w > 0 that box of the plane fills the picture instead, whatever the points are; the rest is not drawn.
 * Line: from pixel to pixel, one a step along its longer axis, places in 1/65536 pixels.  Later lines cover others.
 * Colour of the line from point i to i + 1: with t = i / (n - 1) from red to green for t < 1/2, then on to blue,
 *   (255 - k, k, 0) with k = round(255 2t)  and  (0, 255 - k, k) with k = round(255 (2t - 1))
 *
 * Whole numbers alone, the same on every machine.  A single point is one red pixel.
 * Source: idea of P. Warden's magic wand (2021): a small picture and a convolutional network instead of a recurrent
 * one. */
#ifndef TH_DSP_RASTER_H
#define TH_DSP_RASTER_H

#include "base/err.h"

#include <stdint.h>

#define TH_RASTER_SIDE   256  /* most pixels of a side */
#define TH_RASTER_BOX    4096 /* smallest side of a box: 32 boxes hold every point, so places fit 32 bits */
#define TH_RASTER_POINTS 8192 /* most points of a stroke */

typedef struct th_point {
    int16_t x, y;
} th_point;

typedef struct th_raster_cfg {
    int32_t h, w; /* of the picture, 1 .. TH_RASTER_SIDE */
    int32_t part; /* 1 .. 256 of 256: how much of the picture the stroke fills */
    struct {
        int32_t left, low, w, h; /* -32768 .. 32768; TH_RASTER_BOX .. 65535, w = 0: the points' own box */
    } box;
} th_raster_cfg;

/* Errors: TH_ERANGE (n not 1 .. TH_RASTER_POINTS, a member of cfg). */
TH_NODISCARD th_err th_raster_stroke(const th_raster_cfg *cfg, const th_point *points, int32_t n, uint8_t *to);

#endif
