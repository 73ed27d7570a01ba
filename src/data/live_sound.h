/* data/live_sound.h -- sound as it comes: a microphone, or samples through a FIFO or standard input (a WAV, or 16-bit
 * samples alone), brought to mono 16 bits at one rate. */
#ifndef TH_DATA_LIVE_SOUND_H
#define TH_DATA_LIVE_SOUND_H

#include "os/capture.h"

typedef struct th_live_sound th_live_sound;

typedef struct th_live_sound_cfg {
    const char *from; /* as th_capture_open has it */
    th_capture_cfg capture;
    int32_t rate_hz;     /* what is wanted, 1000 to 768000 */
    int32_t raw_rate_hz; /* of samples without a header; 0: rate_hz */
} th_live_sound_cfg;

/* Errors: those of th_capture_open; TH_EUSAGE (a source that has no sound). */
TH_NODISCARD th_err th_live_sound_open(const th_live_sound_cfg *cfg, th_live_sound **s, th_why *why);
void th_live_sound_close(th_live_sound *s); /* NULL is fine */

/* n samples; *got fewer at the end of the source.  Equal to what th_audio_read makes of a file with the same sound, but
 * for its last samples.
 * Errors: those of th_capture_read and th_wav_head, TH_ENOMEM. *got samples are there all the same. */
TH_NODISCARD th_err th_live_sound_read(th_live_sound *s, int16_t *pcm, int32_t n, int32_t *got, th_why *why);

/* About the source; rate and channels are known after the first samples. */
const th_capture_info *th_live_sound_about(const th_live_sound *s);
int32_t th_live_sound_lost(const th_live_sound *s);

#endif
