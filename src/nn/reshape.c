#include "nn/reshape.h"

#include <stddef.h>
#include <string.h>

void th_reshape(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_reshape_par *p = (const th_reshape_par *)par;
    (void)scratch;
    if (out[0] != in[0]) memmove(out[0], in[0], (size_t)p->n_bytes);
}
