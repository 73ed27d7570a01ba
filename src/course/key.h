/* course/key.h -- the key of a paragraph or question: how a translation says which English text it is of. */
#ifndef TH_COURSE_KEY_H
#define TH_COURSE_KEY_H

#include "base/span.h"

#define TH_COURSE_KEY_BYTES 9 /* eight hex digits and a NUL */

/* The first eight hex digits of the bytes' FNV-1a hash (base/hash.h). */
void th_course_key(th_span bytes, char key[TH_COURSE_KEY_BYTES]);

/* The same of a hash that was made bit by bit. */
void th_course_key_of(uint64_t hash, char key[TH_COURSE_KEY_BYTES]);

#endif
