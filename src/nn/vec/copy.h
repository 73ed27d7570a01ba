/* nn/vec/copy.h -- small things that the drivers share. */
#ifndef TH_NN_VEC_COPY_H
#define TH_NN_VEC_COPY_H

#include "nn/taps.h"

#include <string.h>

/* memcpy of few bytes, without the call. */
TH_INLINE void th_vec_copy(char *to, const char *from, int32_t n)
{
    if (n >= 16) {
        int32_t k = 0;
        for (; k + 16 <= n; k += 16) memcpy(to + k, from + k, 16);
        memcpy(to + n - 16, from + n - 16, 16);
    } else if (n >= 8) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, from, 4);
        memcpy(to + n - 4, from + n - 4, 4);
    } else {
        for (int32_t k = 0; k < n; k++) to[k] = from[k];
    }
}

TH_INLINE int32_t th_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

#endif
