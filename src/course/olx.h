/* course/olx.h -- a question as a problem of Open edX, and what of ours that is.
 *
 *   single choice    multiplechoiceresponse; parts of points as partial_credit="points"
 *   multiple choice  choiceresponse: right or wrong, no parts.  Read back, the right ones share 100 %, a wrong one
 * costs 100 % number           numericalresponse; other values that count as additional_answer short text
 * stringresponse type="ci" matching         an optionresponse for each left side
 *
 * Source: docs.openedx.org, "Problem OLX reference". */
#ifndef TH_COURSE_OLX_H
#define TH_COURSE_OLX_H

#include "course/export_priv.h"

/* The file of a frozen item that is no essay.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_olx_problem(const th_export *x, const th_item *item, th_html *out);

#endif
