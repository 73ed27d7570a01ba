#include "nn/variable.h"
#include "nn/state.h"

#include <string.h>

void th_variable_read(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_variable_par *p = par;
    (void)scratch;
    memcpy(out[0], in[0], (size_t)p->n_bytes);
}

/* State is an input that the kernel may write. */
void th_variable_assign(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_variable_par *p = par;
    (void)out, (void)scratch;
    memmove((void *)th_state(in[0]), in[1], (size_t)p->n_bytes);
}
