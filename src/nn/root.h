/* nn/root.h -- the square root of a whole number, in whole numbers. */
#ifndef TH_NN_ROOT_H
#define TH_NN_ROOT_H

#include <stdint.h>

/* The largest r with r * r <= x; digit by digit in base 4, so that no division is needed. */
static inline uint32_t th_root_of(uint64_t x)
{
    uint64_t root = 0, bit = (uint64_t)1 << 62;
    while (bit > x) bit >>= 2;
    for (; bit; bit >>= 2) {
        const uint64_t next = root + bit;
        root >>= 1;
        if (x >= next) {
            x -= next;
            root += bit;
        }
    }
    return (uint32_t)root;
}

#endif
