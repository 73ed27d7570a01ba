/* course/lab_text.h -- texts of any length, in printf's format. */
#ifndef TH_COURSE_LAB_TEXT_H
#define TH_COURSE_LAB_TEXT_H

#include "base/err.h"

#include <stdarg.h>

/* free() it; NULL: no memory. */
char *th_lab_vtext(const char *fmt, va_list args) TH_PRINTF(1, 0);
char *th_lab_text(const char *fmt, ...) TH_PRINTF(1, 2);

#endif
