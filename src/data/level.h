/* data/level.h -- how loud a sound is. */
#ifndef TH_DATA_LEVEL_H
#define TH_DATA_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

#define TH_LEAST_SOUND_S 0.1 /* a shorter one holds no word */

typedef struct th_level {
    int32_t n, peak;    /* samples; the largest distance from zero, 0 to 32768 */
    int32_t full;       /* samples at full scale */
    bool flat;          /* all samples are the same: no sound at all */
    double power, mean; /* of the samples around their mean: squares; the mean itself */
} th_level;

th_level th_level_of(const int16_t *pcm, int32_t n); /* n >= 1 */

/* Overdriven: more than 8 samples, and more than 0.2 % of them, at full scale.  Almost silent: below -50 dBFS.  Both as
 * `thimble data check` says it of clips. */
bool th_level_clipped(const th_level *l);
bool th_level_silent(const th_level *l);

/* A word whose loudest sample is below -24 dBFS: it will drown in the noise of a device. */
bool th_level_quiet(const th_level *l);

/* Noise nearly as loud as what is said: between the quietest and the loudest tenth of the pieces of 20 ms lie less than
 * 12 dB, in a recording of half a second at least (a word and what is around it). */
bool th_level_noisy(const int16_t *pcm, int32_t n, int32_t rate_hz);

double th_level_peak_db(const th_level *l); /* of full scale: 0 and below; -99 for nothing */

#endif
