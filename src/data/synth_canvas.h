/* data/synth_canvas.h -- a small painter of pictures for drawn scenes: rounded limbs, boxes and ellipses with soft
 * edges under one light.  A point's coverage is clamp(1/2 - distance), its distance from the shape in pixels. */
#ifndef TH_DATA_SYNTH_CANVAS_H
#define TH_DATA_SYNTH_CANVAS_H

#include "base/rng.h"

#include <stdint.h>

typedef struct th_canvas {
    float *px; /* [side][side][3], 0 to 1 */
    int32_t side;
    float light[2]; /* where it comes from, in the picture: length below 1, the rest is from the front */
} th_canvas;

typedef struct th_paint {
    float rgb[3];
    float stripes; /* how much darker every other stripe is, 0: none */
    float clear;   /* 0: covers, 1: cannot be seen */
} th_paint;

/* From (ax, ay) with radius ra to (bx, by) with rb, round like a limb: light falls on one side of it. */
void th_canvas_limb(th_canvas *c, float ax, float ay, float ra, float bx, float by, float rb, const th_paint *p);

/* Box of half sizes (w, h) around (x, y), turned by `angle`. */
void th_canvas_box(th_canvas *c, float x, float y, float w, float h, float angle, const th_paint *p);

/* Ellipse of radii (w, h). */
void th_canvas_oval(th_canvas *c, float x, float y, float w, float h, const th_paint *p);

/* Everything between two rows, from one colour to another; blotches of `rough` that are some `size` pixels large. */
void th_canvas_ground(th_canvas *c, th_rng *r, float top, float bottom, const float from[3], const float to[3],
                      float rough, float size);

/* What a camera makes of it: blurred by a box of 2 * blur + 1 pixels, three times (nearly a Gauss bell); times exposure
 * of each colour; noise; gamma; bytes.  scratch [side][side][3]. */
void th_canvas_expose(th_canvas *c, th_rng *r, float *scratch, int32_t blur, const float exposure[3], float gamma,
                      float noise, uint8_t *rgb);

#endif
