/* course/import_priv.h -- shared by the readers of other formats. */
#ifndef TH_COURSE_IMPORT_PRIV_H
#define TH_COURSE_IMPORT_PRIV_H

#include "course/import.h"

#define TH_OLX_MOST ((size_t)4 << 20) /* bytes of a file of OLX */

TH_NODISCARD th_err th_left_out_add(th_left_out *left, const char *text, th_why *why);

/* A copy of the item at the end of the quiz, as it reads when it was written: so numbers have their values.
 * Errors: TH_ENOMEM; TH_EFORMAT (GIFT cannot say it): fault [cap] says why, `why` stays. */
TH_NODISCARD th_err th_quiz_take(th_quiz *quiz, const th_item *item, char *fault, size_t cap, th_why *why);

#endif
