/* dsp/camera.h -- a camera's frame, row by row, to the tensor of a network.
 *
 *   row --th_pixel_row--> RGB or grey --crop--> --area (dsp/image.h)--> bytes --map--> int8 [to_h][to_w][c]
 *
 * No frame is held: rows may come from an interrupt, as the sensor sends them, and the tensor is complete with the last
 * row of the crop.  RAM (th_camera_mem): 8 to_w c bytes of sums, crop.w c bytes of pixels, and of Bayer two rows of the
 * sensor.  96 x 96 grey of the middle of QQVGA: 896 bytes.  Row by row or whole frame, host or device: the same bits.
 */
#ifndef TH_DSP_CAMERA_H
#define TH_DSP_CAMERA_H

#include "base/arena.h"
#include "dsp/image.h"
#include "dsp/image_pixel.h"

typedef struct th_camera_cfg {
    th_pixels pixels;      /* what the sensor sends */
    th_crop crop;          /* th_crop_like(h, w, to_h, to_w): as much as fits without stretching */
    int32_t to_h, to_w, c; /* the tensor: c = 1 grey, 3 RGB */
    const int8_t *map;     /* [256] what each byte becomes (th_camera_map), constant; NULL: the byte minus 128 */
} th_camera_cfg;

typedef struct th_camera {
    th_camera_cfg cfg;
    th_area area;
    uint32_t *sums;
    uint8_t *pixels;  /* [crop.w][c] */
    uint8_t *held[2]; /* Bayer: the two rows before this one */
    int8_t *tensor;   /* where this frame goes */
    int32_t y, made;  /* rows of the frame that came; rows of the tensor that are complete */
} th_camera;

/* Bytes of arena that th_camera_init takes; 0 when cfg is not valid. */
size_t th_camera_mem(const th_camera_cfg *cfg);

/* Errors: TH_ERANGE (a size, channels, a crop outside of the frame), TH_ENOMEM. */
TH_NODISCARD th_err th_camera_init(th_camera *k, const th_camera_cfg *cfg, th_arena *arena);

/* map[b] = clamp(round((lo + b (hi - lo) / 255) / scale) + zero): the int8 input of a network that was trained on
 * pictures whose bytes 0 and 255 stood for lo and hi; scale and zero of its input. */
void th_camera_map(float lo, float hi, float scale, int32_t zero, int8_t map[256]);

/* The next frame goes to tensor [to_h][to_w][c]; a frame that was not complete is forgotten. */
void th_camera_start(th_camera *k, int8_t *tensor);

/* The next row of the sensor, from above.  line [th_pixel_row_bytes]; u, v: only of NV12 (u: the row of U and V pairs)
 * and YUV420, NULL where no colour is wanted; two rows have the same ones.  They may be overwritten after the call.
 * Returns 1 when the tensor is complete; rows that come after that are ignored. */
int32_t th_camera_row(th_camera *k, const uint8_t *line, const uint8_t *u, const uint8_t *v);

/* A whole frame in memory. */
void th_camera_frame(th_camera *k, const uint8_t *frame, int8_t *tensor);

/* ---- the network's answer ---- */

/* Scores of a network, int8 with this scale and zero, in whole numbers: ((q - zero) gain) / 65536 is 256 times the
 * score.  gain = round(2^24 scale), at most 2^23 - 1, so that the product fits 32 bits: scales below 1/2, a soft-max
 * has 1/256. */
int32_t th_camera_gain(float scale);

/* The label with the largest score [n], the last of equals as `thimble test` has it; *score: 256 times it, 0 for one
 * below 0. */
int32_t th_camera_best(const int8_t *scores, int32_t n, int32_t zero, int32_t gain, int32_t *score);

#endif
