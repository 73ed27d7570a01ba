/* data/sound_change.h -- how a clip is changed each time that it is heard in training, by words as in data/change.h.
 *
 *   word      usual   most   what
 *   usual                    all that the preset does; words behind it add to it or say how much
 *   shift     100     10000  earlier or later, by up to so many ms
 *   speed     0.12    0.49   faster and higher, or slower and lower, by up to that part
 *   stretch   0.15    0.4    every other time faster or slower at the same pitch, by up to that part
 *   pitch     0.1     0.4    every other time higher or lower at the same tempo, by up to that part
 *   gain      8       60     louder or quieter, by up to so many dB
 *   noise     0.5     1      that part of the clips gets noise, 5 to 30 dB below it
 *   room      0.15    1      that part gets a small room and another microphone
 *   masks     6       1000   up to so many frames, and a third as many coefficients, are blanked
 *   mixup     0.2     4      two clips and their labels are mixed; Beta(a, a) says how much of each */
#ifndef TH_DATA_SOUND_CHANGE_H
#define TH_DATA_SOUND_CHANGE_H

#include "data/sampler.h"

/* "shift,noise 0.8" -> *a, which comes in with what is usual; what no word names is off.  "" leaves *a as it is, "none"
 * switches all off.  Shares of the classes stay.  Errors: TH_EUSAGE: a word or a number; the text says what is
 * possible. */
TH_NODISCARD th_err th_sound_change_parse(const char *text, th_augment *a, th_why *why);

#endif
