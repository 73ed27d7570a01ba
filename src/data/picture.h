/* data/picture.h -- PNG and JPEG files as grids of bytes, in another size when wanted. */
#ifndef TH_DATA_PICTURE_H
#define TH_DATA_PICTURE_H

#include "base/span.h"
#include "base/why.h"

#include <stddef.h>
#include <stdint.h>

#define TH_MAX_PICTURE 4096 /* pixels a side */

/* Reads a PNG or JPEG file of any kind (not CMYK) -> fresh bytes [h][w][c] (free() them), c = 1 (grey) or 3 (red,
 * green, blue).  What is transparent becomes black; colours become grey as a camera's do (dsp/image_pixel.h).  The
 * file's first bytes say what it is, not its name; a JPEG's orientation (EXIF) is not looked at. Errors: TH_ENOENT,
 * TH_EFORMAT (damaged, or neither of them), TH_EUNSUP (CMYK), TH_ERANGE (more than TH_MAX_PICTURE a side: refused
 * before memory is taken), TH_ENOMEM. */
TH_NODISCARD th_err th_picture_read(const char *path, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why);

/* Bytes [h][w][c] as a PNG file, fresh memory.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_picture_png(const uint8_t *bytes, int32_t h, int32_t w, int32_t c, uint8_t **png, size_t *n,
                                   th_why *why);

/* The same of a file's bytes; name: for messages. */
TH_NODISCARD th_err th_picture_parse(th_span file, const char *name, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w,
                                     th_why *why);

/* Does a file of that name count as a picture?  .png .jpg .jpeg, small or large letters. */
int th_picture_named(const char *name);

/* The same picture with other sizes: the ring's TH_FIT_AREA (dsp/image.h), as a device does it.
 * from [h][w][c], to [to_h][to_w][c].  Errors: TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_picture_resize(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h,
                                      int32_t to_w, th_why *why);

/* What a network sees of a picture, in training, testing and of a camera's frame alike: the largest box in the middle
 * with the proportions of to_h x to_w (th_crop_like), brought to that size as above.  What is beside the box is not
 * seen, and nothing is squeezed. */
TH_NODISCARD th_err th_picture_fit(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h,
                                   int32_t to_w, th_why *why);

#endif
