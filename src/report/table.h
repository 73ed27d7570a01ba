/* report/table.h -- aligned tables on a terminal, for labels in any script. */
#ifndef TH_REPORT_TABLE_H
#define TH_REPORT_TABLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

#define TH_TABLE_COLUMNS 40

typedef struct th_table {
    char **cell;  /* row after row */
    bool *strong; /* shown bold on a terminal */
    size_t n, cap;
    int columns;
    bool last_left; /* the last column is text, too */
    bool failed;
} th_table;

/* An empty table; the first `columns` cells are the heading. */
th_table th_table_make(int columns);
void th_table_free(th_table *t);

/* The next cell, row by row; cells that are left out at the end stay empty. */
void th_table_cell(th_table *t, const char *fmt, ...) TH_PRINTF(2, 3);
void th_table_strong(th_table *t); /* the last cell stands out */

/* Column 0 to the left, the others to the right, two blanks between. */
void th_table_print(const th_table *t, FILE *to, bool terminal);

/* Columns a text takes on a terminal: code points, where combining marks take none and East Asian wide
 * characters two.  Bytes that are no UTF-8 take one each. */
int th_text_columns(const char *text);

#endif
