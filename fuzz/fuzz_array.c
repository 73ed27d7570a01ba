/* Any bytes as NPY or IDX, the first byte says how many of them are its y: refused with a text, or finite values as
 * many as the shape says, each example with a label. */
#include "data/array_set.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_array_set s;
    th_why why = {0};
    if (size < 1) return 0;
    const size_t ny = data[0] < size - 1 ? data[0] : size - 1;
    const th_span y = {data + 1, ny}, x = {data + 1 + ny, size - 1 - ny};
    if (th_array_set_parse("X.npy", x, y, (th_span){0}, &s, &why)) {
        if (!why.err || !why.text[0]) abort();
        return 0;
    }
    size_t n = 1;
    for (int32_t i = 0; i < s.x.n_dims; i++) n *= (size_t)s.x.dim[i];
    if (n != s.x.n) abort();
    for (size_t i = 0; i < n; i++)
        if (!isfinite(s.x.values[i])) abort();
    for (int32_t i = 0; i < s.x.dim[0]; i++)
        if (!s.label[i][0]) abort();
    th_array_set_free(&s);
    return 0;
}
