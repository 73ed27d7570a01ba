/* data/picture_priv.h -- the formats of data/picture.h. */
#ifndef TH_DATA_PICTURE_PRIV_H
#define TH_DATA_PICTURE_PRIV_H

#include "data/picture.h"

/* Memory of a picture whose header says [h][w]; c bytes a pixel.  Errors: TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_picture_room(const char *name, uint64_t h, uint64_t w, int32_t c, uint8_t **bytes, th_why *why);

TH_NODISCARD th_err th_picture_jpeg(th_span file, const char *name, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w,
                                    th_why *why);

/* A row of n pixels, red, green and blue -> grey; to may be rgb. */
void th_picture_grey(const uint8_t *rgb, int32_t n, uint8_t *to);

#endif
