/* base/why.h -- what a person reads when something failed.
 *
 * th_err says what kind of thing went wrong; a th_why says what, where and what to do
 * next, in a sentence.  It is the last parameter of functions of the host layers.
 * The first cause is kept: later calls on the way up change nothing. */
#ifndef TH_BASE_WHY_H
#define TH_BASE_WHY_H

#include "base/err.h"

typedef struct th_why {
    th_err err; /* TH_OK until the first cause is set */
    char text[768];
} th_why;

/* Sets the cause unless one is set, and returns `err` (so: return th_why_set(..)).
 *
 *   why   may be NULL
 *   fmt   as th_text_fmt; floating-point numbers are not known there */
th_err th_why_set(th_why *why, th_err err, const char *fmt, ...) TH_PRINTF(3, 4);

/* clang-tidy does not look into other files: tell it that `err` comes back. */
#ifdef __clang_analyzer__
#define th_why_set(why, err, ...) ((void)(th_why_set)(why, err, __VA_ARGS__), (err))
#endif

#endif
