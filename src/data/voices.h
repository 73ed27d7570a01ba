/* data/voices.h -- which synthetic voice can say a label. */
#ifndef TH_DATA_VOICES_H
#define TH_DATA_VOICES_H

#include "base/why.h"

#include <stddef.h>

#define TH_N_VARIANTS 20

/* espeak-ng's language for a text, by its script: "en" for Latin letters, "ar" for Arabic, ...
 * Errors: TH_EUNSUP for a script (or a mixture of scripts) that no voice reads. */
TH_NODISCARD th_err th_voice_language(const char *text, const char **language, th_why *why);

/* Voice number k of a language for espeak-ng -v ("en-gb-scotland+m3"), any k, and its speaker ("m3"): the
 * variant decides what a voice sounds like, so voices of one variant count as one person. */
void th_voice_name(const char *language, unsigned k, char *voice, size_t cap, const char **speaker);

/* Words that are none of the labels, for "unknown"; numbers written in digits for languages but English,
 * since every voice can say those. */
const char *const *th_voice_other_words(const char *language, size_t *n);

#endif
