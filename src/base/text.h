/* base/text.h -- text without stdio, for the ring and the device. */
#ifndef TH_BASE_TEXT_H
#define TH_BASE_TEXT_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes formatted text to buf[0..cap), cut where it does not fit and always
 * ended by a NUL when cap > 0.  Returns the length it would have had.
 *
 *   fmt   %s %.*s %.40s %c %d %u %x %ld %lu %lx %lld %llu %llx %zu %%, each with an
 *         optional width and '0' flag; %g (with up to 12 digits: %.9g) and %.0f to
 *         %.9f of |v| < 1e9 (halves away from 0), without; anything else is copied as it stands
 *
 * Numbers look the same in every locale.  Memory: none. */
size_t th_text_vfmt(char *buf, size_t cap, const char *fmt, va_list args);
size_t th_text_fmt(char *buf, size_t cap, const char *fmt, ...) TH_PRINTF(3, 4);

/* "a.csv" ends with ".csv". */
bool th_text_ends(const char *text, const char *end);

#endif
