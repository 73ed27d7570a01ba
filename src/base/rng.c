#include "base/rng.h"

th_rng th_rng_make(uint64_t seed, uint64_t stream)
{
    th_rng r = {0, stream << 1 | 1};
    (void)th_rng_u32(&r);
    r.state += seed;
    (void)th_rng_u32(&r);
    return r;
}

uint32_t th_rng_u32(th_rng *r)
{
    const uint64_t old = r->state;
    r->state = old * 6364136223846793005ull + r->inc;
    const uint32_t x = (uint32_t)((old >> 18 ^ old) >> 27), rot = (uint32_t)(old >> 59);
    return x >> rot | x << (-rot & 31);
}

uint32_t th_rng_below(th_rng *r, uint32_t n)
{
    const uint32_t skip = (uint32_t)-n % n; /* 2^32 mod n values would be too many */
    uint32_t x;
    do x = th_rng_u32(r);
    while (x < skip);
    return x % n;
}

float th_rng_unit(th_rng *r)
{
    return (float)(th_rng_u32(r) >> 8) * 0x1p-24f;
}

float th_rng_range(th_rng *r, float lo, float hi)
{
    return lo + (hi - lo) * th_rng_unit(r);
}

float th_rng_normal(th_rng *r)
{
    float s = -6.0f;
    for (int i = 0; i < 12; i++) s += th_rng_unit(r);
    return s;
}
