/* course/qti.h -- a quiz in QTI 1.2, in the profile that a Common Cartridge allows.
 *
 *   single choice, true or false   cc.multiple_choice, cc.true_false: parts of points as they are
 *   multiple choice                cc.multiple_response: all or nothing
 *   number                         cc.fib: the profile knows texts only, so the value in every rounding that is near
 *                                  enough, with a point and with a comma
 *   short text                     cc.fib
 *   matching                       a cc.multiple_choice for each left side
 *   essay                          cc.essay
 *
 * Source: IMS Global, "Question & Test Interoperability: ASI XML binding 1.2" and the cartridge's profile of it. */
#ifndef TH_COURSE_QTI_H
#define TH_COURSE_QTI_H

#include "course/export_priv.h"

/* Frozen items as an <assessment>.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_qti_assessment(const th_export *x, const th_quiz *quiz, const char *id, const char *title,
                                      th_html *out);

#endif
