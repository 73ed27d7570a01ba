/* data/live_rows.h -- rows of a sensor as they come: lines of numbers (data/forwarder.h) from a board, a FIFO, standard
 * input.
 *
 *   bytes --th_forwarder--> lines --columns, names, time--> rows
 *                            \_ when they came --th_pace--> rows a second */
#ifndef TH_DATA_LIVE_ROWS_H
#define TH_DATA_LIVE_ROWS_H

#include "data/forwarder.h"
#include "os/capture.h"

/* Rows a second, by the times at which they came: the slope of the straight line with the least squares through the
 * points (time, rows that were here then).  A point stands at the end of each piece that came, so rows that wait in a
 * buffer and come together do no harm. */
typedef struct th_pace {
    int32_t n;
    double first_s, last_s, t, rows, tt, tr; /* sums, of times since the first */
} th_pace;
void th_pace_add(th_pace *p, double now_s, double rows);
double th_pace_hz(const th_pace *p); /* 0: not known yet; that takes a second and four points */

/* The rate that is meant by one that was measured: near_hz when it is within 2 % (0: none), a whole number of at least
 * 10 within 0.5 %, else four digits. */
double th_rate_meant(double hz, double near_hz);

#define TH_LIVE_NAMES 1024

typedef struct th_live_rows_cfg {
    const char *from; /* as th_capture_open has it */
    th_capture_cfg capture;
    const char
        *channels; /* names joined by commas that the rows must have; may begin with time_ms. NULL: as they come */
    bool renames;  /* they are new names, whatever the source calls its own */
} th_live_rows_cfg;

typedef struct th_live_rows {
    th_capture *capture;
    th_live_rows_cfg cfg;
    th_forwarder forwarder;
    uint8_t bytes[16384];
    th_span left;              /* of bytes */
    double came_s;             /* when the last bytes came, th_clock_s */
    bool ended;                /* nothing comes any more */
    bool timed;                /* the first column is a time in ms */
    int32_t n_columns;         /* with the time; 0: not known yet */
    char names[TH_LIVE_NAMES]; /* of the channels, without the time; "" while they are not known */
    char header[TH_LIVE_NAMES];
    int32_t n_header;
    double held[3][TH_FORWARDER_MOST]; /* the first rows: three alike say how many columns there are */
    int32_t n_held, held_columns, next_held;
    int32_t n_lines, n_rows, n_broken, broken_run, odd_run, odd_columns, back_run;
    double last_ms;
    char broken[48]; /* the first line that was */
    th_pace pace;
} th_live_rows;

/* Errors: those of th_capture_open; TH_EUSAGE (channels that cannot be). */
TH_NODISCARD th_err th_live_rows_open(th_live_rows *l, const th_live_rows_cfg *cfg, th_why *why);
void th_live_rows_close(th_live_rows *l);

/* The next row, of as many numbers as l->names has; *ms is its time, by its own column, or else that of its arrival.
 * *got false: the source has ended.
 * Errors: those of th_capture_read; TH_ESHAPE (other numbers of columns than the channels have, or a number that
 * changes), TH_EFORMAT (only lines that are no numbers; the board says ERR; its clock goes back). */
TH_NODISCARD th_err th_live_rows_next(th_live_rows *l, double row[TH_FORWARDER_MOST], double *ms, bool *got,
                                      th_why *why);

int32_t th_live_rows_axes(const th_live_rows *l); /* 0: not known yet */

#endif
