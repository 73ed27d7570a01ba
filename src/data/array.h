/* data/array.h -- arrays of numbers as files: NumPy's .npy (versions 1 to 3) and IDX.
 *
 *   NPY   "\x93NUMPY" version[2] length  "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"  values
 *   IDX   00 00 type n_dims, each dimension and each value with the large byte first
 *
 * Types: float32, float64, int8, int16, int32, int64, uint8; NPY also uint16, uint32 and bool, and either order of
 * bytes.  Sources: numpy.org/doc/stable/reference/generated/numpy.lib.format.html; yann.lecun.com/exdb/mnist. */
#ifndef TH_DATA_ARRAY_H
#define TH_DATA_ARRAY_H

#include "base/span.h"
#include "base/why.h"

#define TH_MAX_DIMS 8

typedef struct th_array {
    int32_t dim[TH_MAX_DIMS]; /* each at least 1 */
    int32_t n_dims;           /* 1 to TH_MAX_DIMS */
    size_t n;                 /* values: the product of the dimensions */
    float *values;            /* the last dimension side by side */
    bool bytes;               /* they came as uint8 */
} th_array;

/* Errors: TH_EFORMAT (what is wrong; a value that is no finite number, by its place), TH_EUNSUP (a type that is not
 * among those above, Fortran's order: the text says what to do), TH_ENOMEM.  Sizes are held against the file before
 * memory is taken. */
TH_NODISCARD th_err th_array_parse(th_span file, const char *name, th_array *a, th_why *why);
void th_array_free(th_array *a);

#endif
