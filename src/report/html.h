/* report/html.h -- text that grows, and the one place where foreign text becomes HTML.
 *
 * Memory that runs out is remembered in `failed` and reported once at the end, so the code that writes
 * a page reads like the page. */
#ifndef TH_REPORT_HTML_H
#define TH_REPORT_HTML_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_html {
    char *text; /* ended by a NUL once something was put */
    size_t n, cap;
    bool failed;
} th_html;

void th_html_free(th_html *h);

/* Markup of our own, as it stands. */
void th_html_put(th_html *h, const char *markup);
void th_html_bytes(th_html *h, const char *markup, size_t n);

/* The same with numbers in it, as printf does.  Never give it foreign text: %s is not escaped. */
void th_html_fmt(th_html *h, const char *fmt, ...) TH_PRINTF(2, 3);

/* Foreign text (labels, file names, JSON): & < > " ' become entities, bytes that are no UTF-8 and
 * control characters become U+FFFD.  Right inside elements and inside quoted attributes. */
void th_html_text(th_html *h, const char *text);
void th_html_text_n(th_html *h, const char *text, size_t n);

/* The same, isolated so that a right-to-left name does not turn its neighbours around. */
void th_html_name(th_html *h, const char *text);

/* A whole number with thin spaces between its thousands. */
void th_html_count(th_html *h, int64_t v);

/* A part of 1 as percent with one digit; "-" when negative. */
void th_html_percent(th_html *h, double part);

/* Base64 of n bytes.  Source: RFC 4648, section 4. */
void th_html_base64(th_html *h, const uint8_t *bytes, size_t n);

/* A table: heading row once, then rows; `caption` names it for people who hear the page. */
void th_html_table(th_html *h, const char *caption, const char *const *headings, int n);
void th_html_table_end(th_html *h);

/* A cell with a bar of `part` (0 to 1) of its width behind a text such as "12.3 dB". */
void th_html_bar(th_html *h, double part, const char *text);

/* A picture's table for those who cannot see it: opens <details>. */
void th_html_details(th_html *h, const char *summary);
void th_html_details_end(th_html *h);

#endif
