#include "course/key.h"

#include "base/text.h"

void th_course_key(uint64_t hash, char key[TH_COURSE_KEY_BYTES])
{
    th_text_fmt(key, TH_COURSE_KEY_BYTES, "%08lx", (unsigned long)(hash >> 32));
}
