/* Pictures and labels as MNIST has them, plain or gzip, from anybody: refused with a text, or pictures of one shape
 * with labels that the list has.  The first four bytes are height and width that are wanted ('0': any) and the length
 * of the labels, which stand in front of the pictures. */
#include "data/examples.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_examples *e = NULL;
    th_why why = {0};
    if (size < 4) return 0;
    const bool any = data[0] == '0';
    const th_examples_shape shape = {any ? 0 : data[0] % 40 + 1, any ? 0 : data[1] % 40 + 1, data[1] % 3};
    const size_t rest = size - 4, n = (size_t)(data[2] | data[3] << 8) % (rest + 1);
    if (th_examples_from_idx("idx3", (th_span){data + 4 + n, rest - n}, (th_span){data + 4, n}, &shape, &e, &why)) {
        if (!why.err || !strstr(why.text, "idx3") || e) abort();
        return 0;
    }
    uint32_t sum = 0;
    if (e->n < 1 || !e->u8 || e->f32 || e->c != 1 || e->h < 1 || e->w < 1) abort();
    if (!any && (e->h != shape.h || e->w != shape.w)) abort();
    for (size_t i = 0; i < (size_t)e->n * (size_t)(e->h * e->w); i++) sum += e->u8[i];
    for (int32_t i = 0; i < e->n; i++)
        if (e->label[i] < 0 || e->label[i] >= e->n_labels || !e->labels[e->label[i]][0]) abort();
    if (sum > (uint64_t)e->n * (uint64_t)(e->h * e->w) * 255) abort();
    th_examples_free(e);
    return 0;
}
