/* course/plain.h -- Markdown as plain text: for a terminal, to search in, to count words of. */
#ifndef TH_COURSE_PLAIN_H
#define TH_COURSE_PLAIN_H

#include "base/span.h"
#include "base/why.h"
#include "report/html.h"

typedef enum th_plain_kind {
    TH_PLAIN_TERMINAL, /* wrapped; lists, tables, code; formulas as text; addresses of links to the outside */
    TH_PLAIN_SEARCH,   /* all words, one paragraph a line */
    TH_PLAIN_PROSE /* what is read as sentences: without headings, code, tables; a formula is one word. A line each. */
} th_plain_kind;

/* width: columns of a terminal.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_plain_put(th_html *out, th_span markdown, th_plain_kind kind, int width, th_why *why);

#endif
