/* A table from anybody: refused with a text that names it, or rows of finite numbers with a label that the list has.
 * The first three bytes are the shape that the network wants ('0' 0: any). */
#include "data/examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_examples *e = NULL;
    th_why why = {0};
    if (size < 3) return 0;
    const bool any = data[0] == '0';
    const th_examples_shape shape = {any ? 0 : data[0] % 64 + 1, any ? 0 : data[1] % 64 + 1,
                                     any ? 0 : data[2] % 64 + 1};
    if (th_examples_from_csv("t.csv", (th_span){data + 3, size - 3}, &shape, &e, &why)) {
        if (!why.err || !strstr(why.text, "t.csv") || e) abort();
        return 0;
    }
    if (e->n < 1 || !e->f32 || e->u8 || e->n_labels < 1 || e->n_labels > TH_MAX_LABELS) abort();
    if (!any && (e->h != shape.h || e->w != shape.w || e->c != shape.c)) abort();
    for (size_t i = 0; i < (size_t)e->n * (size_t)(e->h * e->w * e->c); i++)
        if (!isfinite(e->f32[i])) abort();
    for (int32_t i = 0; i < e->n; i++)
        if (e->label[i] < 0 || e->label[i] >= e->n_labels || !e->labels[e->label[i]][0]) abort();
    th_examples_free(e);
    return 0;
}
