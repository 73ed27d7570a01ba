/* course/lab_guard.h -- what a learner's C file may not do to the computer that compiles it. */
#ifndef TH_COURSE_LAB_GUARD_H
#define TH_COURSE_LAB_GUARD_H

#include "base/span.h"
#include "base/why.h"

/* Looks at the text before a compiler does: it includes nothing but these names (NULL-terminated, as they stand between
 * <> or ""), asks the preprocessor for nothing that reads other files, and has no trigraphs.
 * Errors: TH_EFORMAT with file, line and what is wrong. */
TH_NODISCARD th_err th_lab_guard_source(th_span text, const char *file, const char *const *includes, th_why *why);

/* Looks at what the preprocessor made of it (gcc -E, with its line marks): no assembler, attributes or pragmas in lines
 * of `file`, nothing from files that begin with none of `from`. Errors: TH_EFORMAT with file, line and what is wrong.
 */
TH_NODISCARD th_err th_lab_guard_expanded(th_span text, const char *file, const char *const *from, th_why *why);

/* Lines of code: neither empty, comment, nor only braces. */
size_t th_lab_code_lines(th_span text);

#endif
