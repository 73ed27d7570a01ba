/* report/picture.h -- a grid of values as a small PNG, and sound as WAV, inside the page.
 *
 * PNG with a palette and stored (uncompressed) blocks: a log-mel picture has some 2000 pixels. */
#ifndef TH_REPORT_PICTURE_H
#define TH_REPORT_PICTURE_H

#include "report/html.h"

/* <img> of value [height][width] (0 to 1 from dark to light), row 0 at the top; `alt` is foreign text.
 * At most 4000 pixels wide and high.  Source: W3C PNG specification (third edition); RFC 1950, RFC 1951. */
void th_picture_grid(th_html *h, const float *value, int32_t width, int32_t height, const char *alt);

/* <audio> with n samples of mono 16-bit sound; `name` says what it is, foreign text. */
void th_picture_audio(th_html *h, const int16_t *pcm, int32_t n, int32_t rate_hz, const char *name);

#endif
