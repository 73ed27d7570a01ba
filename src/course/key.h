/* course/key.h -- the key of a paragraph or question: how a translation says which English text it is of. */
#ifndef TH_COURSE_KEY_H
#define TH_COURSE_KEY_H

#include <stdint.h>

#define TH_COURSE_KEY_BYTES 9 /* eight hex digits and a NUL */

/* The first eight hex digits of a FNV-1a hash of its bytes (base/hash.h). */
void th_course_key(uint64_t hash, char key[TH_COURSE_KEY_BYTES]);

#endif
