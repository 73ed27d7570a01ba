/* data/array_set.h -- labelled examples in files of arrays (data/array.h): X.npy with y.npy beside it, the same with
 * _train, _val or _test behind X and y, small letters or large, .npy or .idx.
 *
 *   X  [n][..]  the examples
 *   y  [n]      class numbers from 0 on; labels.txt has their names, a line each, else the numbers are the names
 *   no y        labels.txt has n lines, the label of each example */
#ifndef TH_DATA_ARRAY_SET_H
#define TH_DATA_ARRAY_SET_H

#include "data/array.h"
#include "data/project.h"
#include "store/samples.h"

typedef struct th_array_set {
    th_array x;
    char (*label)[TH_LABEL_BYTES]; /* [x.dim[0]] */
    bool has_split;                /* by the file's name */
    th_split split;
} th_array_set;

bool th_array_set_named(const char *path); /* is it called as an X? */

/*   dir, below   the file of X is dir/below; its bytes are `file`
 * Errors: those of th_array_parse and of reading, TH_EFORMAT (no labels, another number of them, a label that is none:
 * with its place). */
TH_NODISCARD th_err th_array_set_load(const char *dir, const char *below, th_span file, th_array_set *s, th_why *why);
void th_array_set_free(th_array_set *s);

/* The same with the contents of y and labels.txt (n 0: there is none). */
TH_NODISCARD th_err th_array_set_parse(const char *name, th_span file, th_span y, th_span names, th_array_set *s,
                                       th_why *why);

#endif
