#include "base/frame.h"

#include "base/crc.h"

#include <string.h>

enum { SYNC_0 = 0xA7, SYNC_1 = 0x5E, HEAD = 6, TAIL = 4 };

size_t th_frame_write(const th_frame *f, uint8_t *to)
{
    to[0] = SYNC_0;
    to[1] = SYNC_1;
    to[2] = f->kind;
    to[3] = f->number;
    th_frame_put(to + 4, 2, f->n);
    if (f->n) memmove(to + HEAD, f->payload, f->n);
    th_frame_put(to + HEAD + f->n, 4, th_crc32c(0, to + 2, (size_t)f->n + HEAD - 2));
    return (size_t)f->n + HEAD + TAIL;
}

/* The first n bytes are done with. */
static void drop(th_frame_reader *r, uint16_t n)
{
    r->have = (uint16_t)(r->have - n);
    memmove(r->byte, r->byte + n, r->have);
}

/* What begins the reader's bytes: a whole frame's length, 0 for one that may become whole, -1 for none. */
static int32_t look(const th_frame_reader *r)
{
    const uint8_t *b = r->byte;
    uint32_t n;
    if (r->have && b[0] != SYNC_0) return -1;
    if (r->have > 1 && b[1] != SYNC_1) return -1;
    if (r->have < HEAD) return 0;
    n = th_frame_get(b + 4, 2);
    if (n > TH_FRAME_MOST) return -1;
    if (r->have < n + HEAD + TAIL) return 0;
    if (th_crc32c(0, b + 2, (size_t)n + HEAD - 2) != th_frame_get(b + HEAD + n, 4)) return -1;
    return (int32_t)(n + HEAD + TAIL);
}

int32_t th_frame_take(th_frame_reader *r, uint8_t byte, th_frame *frame)
{
    int32_t whole;
    if (r->done) drop(r, r->done);
    r->done = 0;
    r->byte[r->have++] = byte;
    while ((whole = look(r)) < 0) {
        if (r->have > HEAD) r->bad++;
        drop(r, 1);
    }
    if (!whole) return 0;
    frame->kind = r->byte[2];
    frame->number = r->byte[3];
    frame->n = (uint16_t)(whole - HEAD - TAIL);
    frame->payload = r->byte + HEAD;
    r->done = (uint16_t)whole;
    return 1;
}
