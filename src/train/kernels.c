#include "train/kernels.h"

#include <stdbool.h>

static bool can_run(const th_kernels *k)
{
    if (!k->name) return false;
#if defined(__x86_64__)
    if (k == &th_kernels_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    if (k == &th_kernels_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return true;
}

const th_kernels *th_kernels_get(int i)
{
    static const th_kernels *const all[] = {&th_kernels_avx512, &th_kernels_avx2, &th_kernels_vec4, &th_kernels_plain};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (can_run(all[k]) && i-- == 0) return all[k];
    return NULL;
}
