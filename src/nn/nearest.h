/* nn/nearest.h -- ThimbleNearest: an input beside stored points; k-means, k-NN, and the length of a vector.
 *
 *   d_i = sum_j (x[j] - p[i][j])^2           of the K points; the k smallest w_i d_i count, the first of equals
 *
 *   distance   y = 1/k sum over those of sqrt(w_i d_i)
 *              k-means: K centres, w_i = 1 / radius_i^2, k = 1; k-NN as an anomaly score: w_i all alike;
 *              PCA: one point at 0 in turned coordinates
 *   vote       y[c] = 1/k * (those with label c);  w_i = 1
 *
 *   in[0] x [rows][d]   in[1] p [K][d]   in[2] w [K] float32 >= 0, constant: distance; label [K] uint8: vote
 *   out[0] y [rows][1], or [rows][classes]
 *
 * Options: "neighbours", k, 1 .. TH_NEAREST_MOST and at most K; "classes", 1 for a distance.
 * int8: x and p have one scale and zero point, so their difference needs none.  |x - p| <= 255, so with d <= 32768 a
 * sum stays below 2^31.  The distance is rooted with 8 bits after the point; a vote has scale 1/256, zero point -128.
 * scratch: k * TH_NEAREST_BYTES.  Errors of the int8 distance: below one step, from the weights' 31 bits and those 8.
 */
#ifndef TH_NN_NEAREST_H
#define TH_NN_NEAREST_H

#include <stdint.h>

#define TH_NEAREST_MOST   256   /* neighbours that can count */
#define TH_NEAREST_VALUES 32768 /* of an int8 input */

/* What is kept of a neighbour. */
#define TH_NEAREST_BYTES 16

typedef struct th_nearest_f32_par {
    int32_t rows, depth, points; /* depth: d, points: K */
    int32_t neighbours, classes; /* classes 1 for a distance */
} th_nearest_f32_par;

/* A weighted distance in steps of the output squared, with 16 bits after the point, is (d * m[i]) >> shift. */
typedef struct th_nearest_s8_par {
    int32_t rows, depth, points;
    int32_t neighbours, classes;
    int32_t zero, shift; /* of the output; 0 .. 62 */
    const int32_t *m;    /* [points] */
} th_nearest_s8_par;

void th_nearest_distance_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_nearest_vote_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_nearest_distance_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_nearest_vote_s8(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
