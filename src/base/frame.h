/* base/frame.h -- packets over a serial line that may lose, change, repeat or invent bytes.
 *
 *   0xA7 0x5E | kind u8 | number u8 | bytes u16 | payload | CRC-32C u32 of everything from kind on      (little-endian)
 *
 * Whatever stands between packets is skipped.  A packet that is damaged is dropped, and the search goes on behind its
 * first byte, so that no whole one is lost because of it. */
#ifndef TH_BASE_FRAME_H
#define TH_BASE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define TH_FRAME_MOST  264u /* bytes of a payload */
#define TH_FRAME_EXTRA 10u  /* and of all else */

typedef struct th_frame {
    uint8_t kind, number;
    const uint8_t *payload; /* [n] in the reader or wherever it came from */
    uint16_t n;
} th_frame;

typedef struct th_frame_reader {
    uint8_t byte[TH_FRAME_MOST + TH_FRAME_EXTRA];
    uint16_t have; /* of them; 0: nothing has begun */
    uint16_t done; /* belong to the frame that was given last */
    uint32_t bad;  /* damaged ones since the start */
} th_frame_reader;

/* Takes a byte; 1: a frame is complete, which stands until the next call.  All 0 is the reader's start.  What stands
 * behind the frame in the reader comes with the next byte, so a new byte may complete another one. */
int32_t th_frame_take(th_frame_reader *r, uint8_t byte, th_frame *frame);

/* Bytes of the frame, written to `to` [payload + TH_FRAME_EXTRA].  f->n <= TH_FRAME_MOST. */
size_t th_frame_write(const th_frame *f, uint8_t *to);

/* Little-endian numbers of a payload. */
static inline uint32_t th_frame_get(const uint8_t *p, int32_t bytes)
{
    uint32_t v = 0;
    int32_t i;
    for (i = bytes - 1; i >= 0; i--) v = v << 8 | p[i];
    return v;
}

static inline void th_frame_put(uint8_t *p, int32_t bytes, uint32_t v)
{
    int32_t i;
    for (i = 0; i < bytes; i++, v >>= 8) p[i] = (uint8_t)(v & 255u);
}

#endif
