/* tests/model/golden.h -- a tensor against the bytes that the reference gave. */
#ifndef TH_TEST_MODEL_GOLDEN_H
#define TH_TEST_MODEL_GOLDEN_H

#include "../test.h"

#include "nn/tensor.h"

#include <math.h>

/* n bytes each; float32: to 1e-5 of the largest value, others byte for byte.  `file` names them when they differ. */
static inline void golden_equal(const char *file, const void *got, const void *want, size_t n, th_type type)
{
    if (type != TH_F32) {
        if (memcmp(got, want, n) != 0) fail_msg("%s differs", file);
        return;
    }
    const float *a = got, *b = want;
    float most = 0.0f;
    for (size_t i = 0; i < n / 4; i++) most = fmaxf(most, fabsf(b[i]));
    for (size_t i = 0; i < n / 4; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-5f * most))
            fail_msg("%s differs at %zu: %.9g, not %.9g", file, i, (double)a[i], (double)b[i]);
}

#endif
