/* data/sound_file.h -- a recording, or a part of one, as samples: sound files (data/audio.h) and Edge Impulse's
 * acquisition format (data/acquisition.h). */
#ifndef TH_DATA_SOUND_FILE_H
#define TH_DATA_SOUND_FILE_H

#include "base/why.h"

#include <stdint.h>

typedef struct th_sound_part {
    int32_t from, to;   /* samples from .. to - 1 at the file's own rate; to 0: all */
    double max_seconds; /* a longer part is refused */
    int32_t *at;        /* becomes its first sample at the rate that is asked for; or NULL */
} th_sound_part;

/* Mono samples at rate_hz, fresh memory.
 *   key   recordings of Edge Impulse must be signed with it; NULL: any
 * Errors: those of th_audio_read and th_acquisition_parse, TH_ERANGE (a part beyond the end). */
TH_NODISCARD th_err th_sound_read(const char *path, const char *key, int32_t rate_hz, const th_sound_part *part,
                                  int16_t **pcm, int32_t *n, th_why *why);

#endif
