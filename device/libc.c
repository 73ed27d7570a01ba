/* The functions of string.h that a compiler may call by itself or the loop uses, so that the firmware needs no C
 * library and its stack bound has no unknown parts. */
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

static inline int aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 3u) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if (aligned(d, s))
        for (; n >= 4; n -= 4, d += 4, s += 4) *(word *)(void *)d = *(const word *)(const void *)s;
    while (n--) *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if (d <= s || d >= s + n) {
        if (aligned(d, s))
            for (; n >= 4; n -= 4, d += 4, s += 4) *(word *)(void *)d = *(const word *)(const void *)s;
        while (n--) *d++ = *s++;
    } else {
        while (n--) d[n] = s[n];
    }
    return to;
}

void *memset(void *to, int value, size_t n)
{
    uint8_t *d = to;
    const uint32_t w = (uint8_t)value * 0x01010101u;
    for (; n && ((uintptr_t)d & 3u); n--) *d++ = (uint8_t)value;
    for (; n >= 4; n -= 4, d += 4) *(word *)(void *)d = w;
    while (n--) *d++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q) return *p - *q;
    return 0;
}
