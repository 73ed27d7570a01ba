/* Any bytes on the line of a board that takes models: as they are, and as the payloads of whole frames (first byte odd:
 * then kind, length, payload, again and again), or a fuzzer would never get past the checksum.  The kernels do nothing.
 */
#include "base/crc.h"
#include "nn/kernels.h"
#include "nn/loader.h"
#include "nn/package_format.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 8192, MOST_ROWS = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nothing(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)par, (void)in, (void)out, (void)scratch;
}

/* Whatever is answered is a whole frame. */
static void check_answer(void *ctx, const uint8_t *bytes, size_t n)
{
    th_frame_reader r = {.have = 0};
    th_frame f;
    int32_t whole = 0;
    (void)ctx;
    for (size_t i = 0; i < n; i++) whole += th_frame_take(&r, bytes[i], &f);
    if (whole != 1 || !f.n) abort();
}

static int32_t no_sensor(void *ctx, void *to, uint32_t n)
{
    (void)ctx;
    memset(to, 1, n);
    return (int32_t)n;
}

/* The checksum of what has come is made right before it is opened; models with loops would take a fuzzer's time. */
static void mend(th_loader *l)
{
    if (l->want < TH_THM_HEADER || l->have != l->want) return;
    th_frame_put(l->memory + TH_THM_AT_RUN, 4, l->want);
    th_frame_put(l->memory + TH_THM_AT_GRAPH_RUNS, 4, 16);
    const uint32_t crc = th_crc32c(0, l->memory + 8, l->want - 8);
    th_frame_put(l->memory + TH_THM_AT_CRC, 4, crc);
    l->crc = crc;
}

static void take_frames(th_loader *l, const uint8_t *data, size_t size)
{
    uint8_t bytes[TH_FRAME_MOST + TH_FRAME_EXTRA], number = 0;
    while (size >= 2) {
        const size_t n = data[1] < size - 2 ? data[1] : size - 2;
        const th_frame f = {(uint8_t)(data[0] % 16), number++, data + 2, (uint16_t)n};
        const size_t length = th_frame_write(&f, bytes);
        if (f.kind == TH_LOADER_END) mend(l);
        for (size_t i = 0; i < length; i++) th_loader_take(l, bytes[i]);
        data += 2 + n;
        size -= 2 + n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_kernel_row row[MOST_ROWS];
    const th_kernel_set idle = {row, th_kernels_here.n, NULL};
    th_loader l = {.bytes = MEMORY, .kernels = &idle, .send = check_answer, .sensor = no_sensor};
    if (!size || idle.n > MOST_ROWS || !(l.memory = aligned_alloc(16, MEMORY))) return 0;
    for (size_t i = 0; i < idle.n; i++) row[i] = (th_kernel_row){th_kernels_here.row[i].number, nothing};
    memset(l.memory, 0, MEMORY);
    if (data[0] & 1)
        take_frames(&l, data + 1, size - 1);
    else
        for (size_t i = 1; i < size; i++) th_loader_take(&l, data[i]);
    free(l.memory);
    return 0;
}
