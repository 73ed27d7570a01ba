/* data/signal.h -- signals as text: a line with the names of the channels, then a line of numbers for each row, with
 * commas between.  A spreadsheet opens it. */
#ifndef TH_DATA_SIGNAL_H
#define TH_DATA_SIGNAL_H

#include "base/span.h"
#include "base/why.h"

#define TH_MAX_CHANNELS 256

/* Reads such a text; spaces around cells, and \r before \n, are fine.
 *   name      of the file, for errors
 *   channels  fresh memory: the names joined by commas
 *   rows      fresh memory [*n][*n_channels]
 * Errors: TH_EFORMAT with the line and the column (what is no finite number, a row of another length, names that are
 * missing or numbers), TH_ENOMEM. */
TH_NODISCARD th_err th_signal_parse(th_span text, const char *name, char **channels, float **rows, int32_t *n,
                                    int32_t *n_channels, th_why *why);

/* The text of rows [n][th_channel_count(channels)], fresh memory.  Reading it gives the same bits back (but for -0).
 * Errors: TH_EUSAGE (no channels, or a name that is empty or there twice), TH_ERANGE (a value that is no finite number:
 * the text names row and channel), TH_ENOMEM. */
TH_NODISCARD th_err th_signal_print(const char *channels, const float *rows, int32_t n, uint8_t **text, size_t *n_bytes,
                                    th_why *why);

int32_t th_channel_count(const char *channels); /* "x,y,z" -> 3, "" -> 0 */

/* Number of a channel by its name, -1 when there is none. */
int32_t th_channel_find(const char *channels, const char *name);

#endif
