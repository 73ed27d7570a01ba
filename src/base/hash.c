#include "base/hash.h"

uint64_t th_fnv1a(uint64_t h, th_span bytes)
{
    for (size_t i = 0; i < bytes.n; i++) h = (h ^ bytes.p[i]) * 0x100000001b3ull;
    return h;
}
