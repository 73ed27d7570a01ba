/* nn/resize.h -- RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: a picture of another height and width.
 *
 *   in[0] x [n, h, w, c]   in[1] the new height and width, constant int32 [2]   out[0] y [n, H, W, c]
 *
 * Pixel i of y lies at p = i s, s = h / H;  half_pixel_centers: p = (i + 1/2) s - 1/2;  align_corners: s = (h - 1) / (H
 * - 1)
 *
 *   bilinear  y = the four pixels around p, weighted by how near they are
 *             float32 in float32;  int8 with s rounded to 1/1024, p in 1/1024, weights in 2^-20, sum rounded half away
 * from 0 nearest   y = x[floor((i + 1/2 or 0) s)], with align_corners round half up instead of floor; any type of 1, 2,
 * 4 or 8 bytes
 *
 * Sides up to 65536, so that p in 1/1024 fits int32.  The sum's weights are at most 2^20 together, so 64 bits are more
 * than enough. Source: TensorFlow Lite Micro, reference/resize_bilinear.h, reference/resize_nearest_neighbor.h. */
#ifndef TH_NN_RESIZE_H
#define TH_NN_RESIZE_H

#include <stdint.h>

typedef struct th_resize_size {
    int32_t batches, in_h, in_w, out_h, out_w, depth; /* nearest: depth in bytes */
    int32_t half_pixel_centers, align_corners;
} th_resize_size;

typedef struct th_resize_f32_par {
    th_resize_size size;
    float scale_h, scale_w;
} th_resize_f32_par;

typedef struct th_resize_s8_par {
    th_resize_size size;
    int32_t scale_h, scale_w; /* in 1/1024 */
} th_resize_s8_par;

void th_resize_bilinear_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_resize_bilinear_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_resize_nearest(const void *par, const void *const *in, void *const *out, void *scratch); /* th_resize_f32_par */

#endif
