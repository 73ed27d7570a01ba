/* data/audio.h -- any recording to mono 16-bit samples at one rate (libsndfile, libsamplerate). */
#ifndef TH_DATA_AUDIO_H
#define TH_DATA_AUDIO_H

#include "base/span.h"
#include "base/why.h"

#include <stdint.h>

/* Reads WAV/FLAC/OGG/MP3/..., any channel count (averaged), any rate (resampled to rate_hz).
 *   max_seconds  longer files are refused before they are read
 *   pcm, n       fresh memory (free() it)
 * Errors: TH_ENOENT, TH_EFORMAT, TH_ETRUNC, TH_EUNSUP, TH_ERANGE (empty, rate < 1000 Hz, too long), TH_EIO. */
TH_NODISCARD th_err th_audio_read(const char *path, int32_t rate_hz, double max_seconds, int16_t **pcm, int32_t *n,
                                  th_why *why);

/* The same of a file's bytes; name: for messages.  No MP3: it cannot be told from anything else by its beginning. */
TH_NODISCARD th_err th_audio_parse(th_span file, const char *name, int32_t rate_hz, double max_seconds, int16_t **pcm,
                                   int32_t *n, th_why *why);

/* A sample from -1 to 1 as 16 bits; what is beyond is cut, what is no number is 0. */
int16_t th_audio_s16(float x);

/* Rate of a file. */
TH_NODISCARD th_err th_audio_rate(const char *path, int32_t *rate_hz);

/* n samples at another rate: about n * ratio of them, ratio 1/16 to 16; fresh memory. */
TH_NODISCARD th_err th_audio_resample(const float *x, int32_t n, double ratio, float **out, int32_t *n_out,
                                      th_why *why);

/* The bytes of a mono 16-bit WAV file in fresh memory (free() it). n < 2^30. */
TH_NODISCARD th_err th_audio_wav(int32_t rate_hz, const int16_t *pcm, int32_t n, uint8_t **bytes, size_t *n_bytes,
                                 th_why *why);

/* Writes mono 16-bit WAV, atomically. */
TH_NODISCARD th_err th_audio_write(const char *path, int32_t rate_hz, const int16_t *pcm, int32_t n, th_why *why);

#endif
