/* dsp/image_pixel.h -- how cameras write their pixels, read as RGB or grey.
 *
 *   kind        bytes, from the left                               a row of w pixels
 *   GREY        Y                                                  w
 *   RGB         R G B                                              3 w
 *   RGB565_LE   gggbbbbb rrrrrggg   5, 6 and 5 bits, low byte first  2 w
 *   RGB565_BE   rrrrrggg gggbbbbb   high byte first: OV7670, OV7675  2 w
 *   YUYV        Y0 U Y1 V           two pixels share U and V       2 w      w even
 *   UYVY        U Y0 V Y1                                          2 w      w even
 *   NV12        a plane of Y; then one of U V U V ..               w        h and w even; four pixels share U and V
 *   YUV420      a plane of Y; then one of U, then one of V         w        the same
 *   BAYER_*     one colour a pixel, the first four letters the top left 2 x 2 pixels: R G / G B and so on
 *                                                                  w        h and w at least 2
 *   5 bits  v -> round(v 255 / 31),  6 bits  v -> round(v 255 / 63)
 *   grey    Y = round(0.299 R + 0.587 G + 0.114 B), the weights in 1/65536: 19595, 38470, 7471 (ITU-R BT.601); of YUV
 *           it is Y alone
 *   YUV     R = Y + 1.402 V', G = Y - 0.344136 U' - 0.714136 V', B = Y + 1.772 U', with U' = U - 128, V' = V - 128;
 * rounded (half up) once and clamped to 0 .. 255 (JFIF 1.02).  With `video` Y goes from 16 to 235 and U, V to +-112
 *           (BT.601): all of the above times 255/219 after Y - 16, and 255/224 for U' and V'
 *   Bayer   a colour that a pixel has not is the mean of the nearest that have it, two or four, rounded half up;
 *           around the picture it is mirrored at its outermost pixels (bilinear demosaicing) */
#ifndef TH_DSP_IMAGE_PIXEL_H
#define TH_DSP_IMAGE_PIXEL_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef enum th_pixel_kind {
    TH_PIXEL_GREY = 0,
    TH_PIXEL_RGB = 1,
    TH_PIXEL_RGB565_LE = 2,
    TH_PIXEL_RGB565_BE = 3,
    TH_PIXEL_YUYV = 4,
    TH_PIXEL_UYVY = 5,
    TH_PIXEL_NV12 = 6,
    TH_PIXEL_YUV420 = 7,
    TH_PIXEL_BAYER_RGGB = 8,
    TH_PIXEL_BAYER_BGGR = 9,
    TH_PIXEL_BAYER_GRBG = 10,
    TH_PIXEL_BAYER_GBRG = 11
} th_pixel_kind;

typedef struct th_pixels {
    th_pixel_kind kind;
    int32_t h, w;
    int32_t video; /* of YUV: 1: Y 16 .. 235 (most USB cameras), 0: 0 .. 255 (most camera modules) */
} th_pixels;

/* Bytes of a frame; 0 when the size is not possible for that kind (or not 1 .. TH_IMAGE_SIDE). */
size_t th_pixel_bytes(const th_pixels *p);

/* Bytes of a row of the first plane. */
int32_t th_pixel_row_bytes(const th_pixels *p);

int th_pixel_is_bayer(th_pixel_kind kind);

/* What th_pixel_row needs of a frame for a row:
 *   NV12    the row of Y, the row of U and V      YUV420  the row of Y, of U, of V
 *   Bayer   the row above, the row, the row below      others  the row */
typedef struct th_pixel_lines {
    const uint8_t *at[3];
} th_pixel_lines;

/* Lines of row y of a whole frame in memory. */
th_pixel_lines th_pixel_find(const th_pixels *p, const uint8_t *frame, int32_t y);

/* n pixels of row y from column `left` -> to [n][c], c = 1 grey, 3 RGB. */
void th_pixel_row(const th_pixels *p, const th_pixel_lines *lines, int32_t y, int32_t left, int32_t n, int32_t c,
                  uint8_t *to);

/* Grey of one colour, as above. */
static inline uint8_t th_pixel_grey(uint32_t r, uint32_t g, uint32_t b)
{
    return (uint8_t)((r * UINT32_C(19595) + g * UINT32_C(38470) + b * UINT32_C(7471) + UINT32_C(32768)) >> 16);
}

#endif
