/* bench/accuracy/set.h -- examples on their way from the files of ../shared/data to what `thimble train` reads. */
#ifndef TH_BENCH_ACCURACY_SET_H
#define TH_BENCH_ACCURACY_SET_H

#include "base/why.h"

#include <stdint.h>

typedef enum part { TRAIN, VAL, TEST, OTHER, PARTS } part; /* OTHER: a second kind of test */

typedef struct set {
    int32_t n_x, channels; /* values of an example; every channels-th is of one sensor */
    int32_t n, cap;
    float *x; /* [n][n_x] */
    int32_t *label;
    part *part;
} set;

TH_NODISCARD th_err set_add(set *s, const float *x, int32_t label, part p, th_why *why);
/* Mean 0 and deviation 1 of each channel over the part TRAIN. */
void set_standardise(set *s);
/* DIR/train.bin, train.labels and so on, for the parts that have examples. */
TH_NODISCARD th_err set_write(const set *s, const char *dir, th_why *why);
void set_free(set *s);

/* The whole file with a 0 behind it. */
TH_NODISCARD th_err text_read(const char *path, char **text, th_why *why);
/* Ends the line at `at` and gives the start of the next one, NULL behind the last. */
char *text_line(char *at);
/* Up to `most` fields of a line, cut at `sep`, without spaces around them; their number. */
int text_fields(char *line, char sep, char **field, int most);

/* What each task does: files of `data` -> examples in `out`. */
th_err make_har(const char *data, const char *out, const char *device, th_why *why); /* device: sp, sw */
th_err make_fan(const char *data, const char *out, th_why *why);
th_err make_skab(const char *data, const char *out, th_why *why); /* a folder in `out` for each file */
th_err make_wand(const char *data, const char *out, th_why *why);
th_err make_adult(const char *data, const char *out, th_why *why);

#endif
