/* dsp/image.h -- pictures of bytes: crop, and another size, in integers alone, so host and device agree bit for bit.
 *
 * Pixel i of a side of `to` pixels, made from `from` pixels (p, q: places in pixels of the old picture):
 *
 *   nearest   y = x[floor(p)],  p = (i + 1/2) from / to
 *   bilinear  y = round(sum over the four pixels around p - 1/2 of weight x), weights (1 - f) and f of each side,
 *             f rounded to 1/2048, half up; places outside the picture have the border's pixel.
 *             Error against exact weights: below 0.7 of a grey level
 *   area      y = round(mean of x over [i from / to, (i + 1) from / to)), parts of pixels counted by their part.
 *             Exact: rounded once, half up
 *
 * nearest and bilinear look at 1 and 4 pixels however small the new picture is; area looks at all of them, which is
 * what a network wants that was trained on pictures made smaller. */
#ifndef TH_DSP_IMAGE_H
#define TH_DSP_IMAGE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define TH_IMAGE_SIDE   16384              /* most pixels of a side */
#define TH_IMAGE_PIXELS (INT32_C(1) << 24) /* most pixels of a picture: area's sums then fit 32 bits */

/* A picture in somebody's memory: [h][w][c] bytes, c = 1 (grey) or 3 (red, green, blue); a row begins `stride` bytes
 * after the one above it. */
typedef struct th_image {
    const uint8_t *px;
    int32_t h, w, c, stride;
} th_image;

/* A rectangle of pixels. */
typedef struct th_crop {
    int32_t top, left, h, w;
} th_crop;

/* [h][w][c] without gaps */
th_image th_image_of(const uint8_t *px, int32_t h, int32_t w, int32_t c);

/* The box of h x w pixels in the middle of a picture of from_h x from_w; smaller where it does not fit.  An odd pixel
 * too many goes below or to the right. */
th_crop th_crop_middle(int32_t from_h, int32_t from_w, int32_t h, int32_t w);

/* The largest box in the middle with the proportions of to_h x to_w; sides rounded down, at least 1. */
th_crop th_crop_like(int32_t from_h, int32_t from_w, int32_t to_h, int32_t to_w);

/* The part of a picture in a box: no byte is copied.  Errors: TH_ERANGE (the box is empty, or partly outside). */
TH_NODISCARD th_err th_image_crop(const th_image *from, const th_crop *box, th_image *part);

typedef enum th_image_fit { TH_FIT_NEAREST = 0, TH_FIT_BILINEAR = 1, TH_FIT_AREA = 2 } th_image_fit;

/* from -> to [to_h][to_w][from->c], any size to any size.
 *   scratch  [th_area_words(to_w, c)] for TH_FIT_AREA, else NULL
 * Errors: TH_ERANGE (a side not in 1 .. TH_IMAGE_SIDE, more than TH_IMAGE_PIXELS, other channels than 1 and 3). */
TH_NODISCARD th_err th_image_resize(th_image_fit fit, const th_image *from, uint8_t *to, int32_t to_h, int32_t to_w,
                                    uint32_t *scratch);

/* ---- area, row by row ---- */

typedef struct th_area {
    int32_t h, w, c, to_h, to_w;
    uint32_t *line; /* [to_w][c] the last row, each output pixel's sum in 1/to_w pixels */
    uint32_t *sum;  /* [to_w][c] the output row that is being made, in 1/(to_h to_w) pixels */
    int32_t left;   /* of that row's h parts so many are missing */
} th_area;

/* uint32_t of scratch: 2 to_w c */
size_t th_area_words(int32_t to_w, int32_t c);

/* Errors: as th_image_resize. */
TH_NODISCARD th_err th_area_start(th_area *a, int32_t h, int32_t w, int32_t c, int32_t to_h, int32_t to_w,
                                  uint32_t *scratch);

/* Forgets the rows of a picture that was not finished. */
void th_area_again(th_area *a);

/* The next row [w][c] -> the rows [to_w][c] that are complete with it, one after another at `to`; returns how many: 0
 * or 1, or more where the picture grows.  After h rows the next picture of that size begins. */
int32_t th_area_row(th_area *a, const uint8_t *row, uint8_t *to);

#endif
