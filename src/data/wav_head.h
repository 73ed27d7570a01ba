/* data/wav_head.h -- the header of a WAV that comes through a pipe, where nobody can look further on. */
#ifndef TH_DATA_WAV_HEAD_H
#define TH_DATA_WAV_HEAD_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>

typedef struct th_pcm_format {
    int32_t rate_hz, channels;
    int32_t bytes; /* of one sample: 1 (from 0 to 255), 2, 3, 4 (signed, little-endian) */
    bool is_float; /* 4 bytes: IEEE float, full scale at 1 */
} th_pcm_format;

/* What bytes begin with.
 *   at, size   where the samples begin, how many bytes there are (INT64_MAX: until the source ends)
 *   *done      false: more bytes are needed.  It is no WAV: true with at = 0 and the format as it was
 * Errors: TH_EFORMAT, TH_EUNSUP (compressed sound, more than 32 channels, a rate that is none). */
TH_NODISCARD th_err th_wav_head(th_span bytes, th_pcm_format *format, size_t *at, int64_t *size, bool *done,
                                th_why *why);

/* n moments of samples -> mono, 1 is full scale; what is no number becomes 0.  bytes: n * channels * format->bytes. */
void th_pcm_mono(const th_pcm_format *format, const uint8_t *bytes, int32_t n, float *mono);

#endif
