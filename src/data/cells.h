/* data/cells.h -- lines and cells of a text that anybody may have written, and rows of numbers that grow from them. */
#ifndef TH_DATA_CELLS_H
#define TH_DATA_CELLS_H

#include "base/span.h"
#include "data/layout.h"

typedef struct th_cells {
    const char *at, *end; /* what is left of the text */
    const char *name;     /* of the file */
    int32_t line;         /* from 1: that of the cells */
    const char *cell_at, *cell_end;
    int32_t column; /* from 1: of the last cell */
    char sep;
    bool more; /* cells in the line */
} th_cells;

th_cells th_cells_of(th_span text, const char *name, char sep);
bool th_cells_line(th_cells *c);                               /* the next line that is not empty; false: none */
bool th_cells_next(th_cells *c, const char **cell, size_t *n); /* the next cell without spaces; false: none */

/* The next cell: a finite number; a text of at most cap - 1 bytes; "2020-02-08 19:16:28", also with fractions, as
 * seconds since 1970.  Errors: TH_EFORMAT with file, line and column. */
TH_NODISCARD th_err th_cells_number(th_cells *c, double *v, th_why *why);
TH_NODISCARD th_err th_cells_text(th_cells *c, char *buf, size_t cap, th_why *why);
TH_NODISCARD th_err th_cells_time(th_cells *c, double *seconds, th_why *why);

TH_NODISCARD th_err th_cells_end(th_cells *c, th_why *why); /* no cell is left */
TH_NODISCARD th_err th_cells_bad(const th_cells *c, th_why *why, const char *what);

/* The text begins with these words. */
bool th_cells_begin(th_span text, const char *head);

/* Rows of one recording. */
typedef struct th_reading {
    float *x;       /* [n][n_channels] */
    double *ms;     /* [n] */
    int32_t *label; /* [n] number among `labels`, -1: none */
    int32_t n, cap, n_channels;
    int32_t n_labels;
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
} th_reading;

/* label NULL: none.  Errors: TH_EFORMAT (too many labels, or one that is none), TH_ENOMEM. */
TH_NODISCARD th_err th_reading_add(th_reading *r, const double *x, double ms, const char *label, const th_cells *where,
                                   th_why *why);

/* Rows from .. to - 1 as one recording, its parts where labels follow each other; name, rate and so on as in `like`. */
TH_NODISCARD th_err th_reading_give(const th_reading *r, int32_t from, int32_t to, const th_recording *like,
                                    th_recording_take *take, void *ctx, th_why *why);

/* All rows by their times, at cfg->rate_hz, in pieces between pauses. */
TH_NODISCARD th_err th_reading_give_even(const th_reading *r, const th_recording *like, const th_layout_cfg *cfg,
                                         th_recording_take *take, void *ctx, th_why *why);
void th_reading_free(th_reading *r);

#endif
