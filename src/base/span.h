/* base/span.h -- read-only bytes owned by somebody else, and safe loads. */
#ifndef TH_BASE_SPAN_H
#define TH_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_span {
    const uint8_t *p;
    size_t n; /* bytes */
} th_span;

/* True when bytes [off, off+len) lie inside `s`; never overflows. */
static inline bool th_span_has(th_span s, size_t off, size_t len)
{
    return off <= s.n && len <= s.n - off;
}

/* Little-endian loads.  Byte by byte, so any alignment and any host works;
 * compilers turn them into one load. */
static inline uint16_t th_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t th_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t th_le64(const uint8_t *p)
{
    return (uint64_t)th_le32(p) | (uint64_t)th_le32(p + 4) << 32;
}

#endif
