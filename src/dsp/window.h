/* dsp/window.h -- the last rows of a stream, for blocks of features: rows in one by one, a window out every hop. */
#ifndef TH_DSP_WINDOW_H
#define TH_DSP_WINDOW_H

#include "base/arena.h"
#include "base/err.h"

typedef struct th_window {
    uint8_t *ring;  /* [window][row_bytes] */
    int32_t window; /* rows */
    int32_t hop;    /* rows from one window to the next */
    int32_t row_bytes;
    int32_t at;   /* the place of the next row */
    int32_t wait; /* rows until the next window is full */
} th_window;

/* The ring's bytes come from the arena.  row_bytes: n_axes times the size of a number, any type.  hop may be larger
 * than the window: the rows between are passed over. Errors: TH_ERANGE (window, hop or row_bytes below 1, window times
 * row_bytes above 2^24), TH_ENOMEM. */
TH_NODISCARD th_err th_window_init(th_window *w, int32_t window, int32_t hop, int32_t row_bytes, th_arena *arena);

/* Rows were lost: the next window is full after `window` rows that follow one another. */
void th_window_gap(th_window *w);

/* Adds a row.  1: a window is full now: rows k hop to k hop + window - 1 of the stream for k = 0, 1, .. */
int th_window_push(th_window *w, const void *row);

/* The last `window` rows, the oldest first -> out [window][row_bytes]. */
void th_window_copy(const th_window *w, void *out);

#endif
