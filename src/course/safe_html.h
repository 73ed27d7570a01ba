/* course/safe_html.h -- HTML of others (questions that another program wrote) as HTML that is safe to show. */
#ifndef TH_COURSE_SAFE_HTML_H
#define TH_COURSE_SAFE_HTML_H

#include "base/span.h"
#include "base/why.h"

/* Elements of plain text (p br b strong i em u sub sup code pre ul ol li blockquote table ..) without attributes; all
 * other tags go, what stands in <script> and <style> too; their text stays.  Elements that are open at the end are
 * closed.  Pictures become their alt text.  free() it.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_html_safe(th_span html, char **safe, th_why *why);

#endif
