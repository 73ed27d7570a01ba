/* data/picture.h -- PNG files as grids of bytes, in another size when wanted. */
#ifndef TH_DATA_PICTURE_H
#define TH_DATA_PICTURE_H

#include "base/why.h"

#include <stdint.h>

#define TH_MAX_PICTURE 4096 /* pixels a side */

/* Reads a PNG of any kind -> fresh bytes [h][w][c] (free() them), c = 1 (grey) or 3 (red, green, blue); what is
 * transparent becomes black.
 * Errors: TH_ENOENT, TH_EFORMAT (damaged, or no PNG), TH_ERANGE (more than TH_MAX_PICTURE a side), TH_ENOMEM. */
TH_NODISCARD th_err th_picture_read(const char *path, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why);

/* The same picture with other sizes: a pixel is the mean of the area that it covers, parts of pixels counted by their
 * part.  from [h][w][c], to [to_h][to_w][c]. */
void th_picture_resize(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h, int32_t to_w);

#endif
