/* course/calc.h -- a calculator for learners: small computations with the toolkit's own functions (docs/calc.md).
 *
 *   "line", {"w=2", "b=1"} --th_calc_run--> {"loss": 5, ..}
 *
 * One table of rows; none has a side effect, and equal words give equal results. */
#ifndef TH_COURSE_CALC_H
#define TH_COURSE_CALC_H

#include "base/why.h"

#include <jansson.h>

typedef struct th_calc_row {
    const char *name;
    const char *group; /* "Learning" */
    const char *takes; /* "w=1 b=0 xs=0,1,2,3": what may be given, with the defaults */
    const char *help;  /* one line: what it computes */
} th_calc_row;

/* Row i in the order of docs/calc.md; NULL after the last. */
const th_calc_row *th_calc_row_at(size_t i);

/* word [n]: "key=value".  Errors: TH_EUSAGE (no such computation, key or value: the text says what there is),
 * TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_calc_run(const char *name, const char *const *word, int n, json_t **result, th_why *why);

#endif
