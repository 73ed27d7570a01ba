/* course/fold.h -- letters without case and accents, so that "camara" finds "Cámara". */
#ifndef TH_COURSE_FOLD_H
#define TH_COURSE_FOLD_H

#include <stddef.h>

/* The character of UTF-8 at text[0..n) as it is sought: at most three bytes into out.
 *   *used   bytes of the text that it takes, at least 1 (n > 0)
 * Returns the bytes written; 0: it stands between words; TH_FOLD_NOTHING: it is part of a word and counts nothing
 * (accents of their own, Arabic vowel marks). */
#define TH_FOLD_NOTHING 99
#define TH_FOLD_BYTES   3
size_t th_fold(const char *text, size_t n, size_t *used, char out[TH_FOLD_BYTES]);

#endif
