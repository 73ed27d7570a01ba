/* Options of custom operators from anybody: refused with a text, or every value can be asked for. */
#include "fmt/flexbuf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const key[] = {"shift", "a", "bc", "d", "k", "u", ""};
    th_flex_map map;
    th_diag diag = {0, NULL};
    if (th_flex_map_open((th_span){data, size}, &map, &diag)) {
        if (!diag.msg || diag.pos > size) abort();
        return 0;
    }
    if (map.n > size) abort();
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        int32_t v;
        diag = (th_diag){0, NULL};
        if (th_flex_map_i32(&map, key[i], &v, &diag) && (!diag.msg || diag.pos > size)) abort();
    }
    return 0;
}
