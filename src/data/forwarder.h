/* data/forwarder.h -- lines of numbers as boards print them (Edge Impulse's data forwarder, Arduino's plotter): one
 * reading a line, numbers with comma, tab, space or semicolon between, \n or \r\n behind.
 *
 *   0.12,-0.98,9.81        1.5 <tab> 2        x:0.12,y:-0.98        12;13;      (one separator at the end is fine)
 *
 * Whatever else comes is told apart, and nothing of it is believed. */
#ifndef TH_DATA_FORWARDER_H
#define TH_DATA_FORWARDER_H

#include "base/span.h"

#include <stdbool.h>

#define TH_FORWARDER_MOST  64   /* numbers in a line */
#define TH_FORWARDER_BYTES 1024 /* of a line; longer ones are broken */
#define TH_FORWARDER_NAME  32   /* of a channel, with the closing NUL */

typedef enum th_line {
    TH_LINE_EMPTY,  /* nothing, or spaces */
    TH_LINE_ROW,    /* numbers, all of them finite */
    TH_LINE_NAMES,  /* with commas, tabs or semicolons between: names of channels; one word */
    TH_LINE_ERROR,  /* begins with ERR or <ERR: the board has given up */
    TH_LINE_BROKEN, /* anything else */
} th_line;

/* Bytes as they come -> lines. */
typedef struct th_forwarder {
    char line[TH_FORWARDER_BYTES]; /* the last one, or what there is of the next */
    size_t n;
    bool done;     /* line is one */
    bool too_long; /* it is a part of one that did not fit; the others are skipped */
} th_forwarder;

/* Takes bytes from the front of `bytes` to the end of a line.  true: f->line is one (without its end; empty ones are
 * skipped), or the beginning of one that is too long; call it again for the next.  false: all bytes are taken. Start
 * with a zeroed th_forwarder. */
bool th_forwarder_take(th_forwarder *f, th_span *bytes);

/* The source has ended: is there a last line without an end?  It is f->line then. */
bool th_forwarder_rest(th_forwarder *f);

/* What is f->line?  Of a row its n numbers are in v.  *n counts names, too. */
th_line th_forwarder_read(const th_forwarder *f, double v[TH_FORWARDER_MOST], int32_t *n);

/* Name i of a line that is TH_LINE_NAMES; cut where it does not fit. */
void th_forwarder_name(const th_forwarder *f, int32_t i, char name[TH_FORWARDER_NAME]);

#endif
