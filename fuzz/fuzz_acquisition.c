/* Any bytes as a recording of Edge Impulse, JSON or CBOR: refused, or one that is the same after writing and reading.
 */
#include "data/acquisition.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_acquisition a, b;
    char *text;
    th_why why = {0};
    if (!th_acquisition_parse((th_span){data, size}, "fuzz", "key", &a, &why)) th_acquisition_free(&a);
    if (th_acquisition_parse((th_span){data, size}, "fuzz", NULL, &a, &why)) return 0;
    if (th_acquisition_print(&a, a.sound ? "wav" : "", "key", &text, &why)) abort();
    if (th_acquisition_parse((th_span){(const uint8_t *)text, strlen(text)}, "again", "key", &b, &why)) abort();
    if (a.n != b.n || a.n_channels != b.n_channels || strcmp(a.channels, b.channels) != 0) abort();
    for (size_t i = 0; i < (size_t)a.n * (size_t)a.n_channels; i++)
        if (a.rows[i] != b.rows[i]) abort();
    free(text);
    th_acquisition_free(&a);
    th_acquisition_free(&b);
    return 0;
}
