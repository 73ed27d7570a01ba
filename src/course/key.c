#include "course/key.h"

#include "base/hash.h"
#include "base/text.h"

void th_course_key_of(uint64_t hash, char key[TH_COURSE_KEY_BYTES])
{
    th_text_fmt(key, TH_COURSE_KEY_BYTES, "%08lx", (unsigned long)(hash >> 32));
}

void th_course_key(th_span bytes, char key[TH_COURSE_KEY_BYTES])
{
    th_course_key_of(th_fnv1a(TH_FNV1A_START, bytes), key);
}
