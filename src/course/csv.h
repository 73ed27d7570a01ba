/* course/csv.h -- tables that a spreadsheet opens without harm: RFC 4180, and texts that it would take for a formula
 * (= + - @, tab, return in front) have an apostrophe before them. */
#ifndef TH_COURSE_CSV_H
#define TH_COURSE_CSV_H

#include "report/html.h"

/* A text, quoted; a comma before it unless it is the `first` of its line. */
void th_csv_text(th_html *csv, bool first, const char *text);
/* A number with up to 6 digits, as it stands. */
void th_csv_number(th_html *csv, bool first, double value);
void th_csv_end(th_html *csv);

#endif
