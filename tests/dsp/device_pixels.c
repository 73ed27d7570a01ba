/* The cases of pixel_cases.h on the emulated board, and what they cost in instructions.  Built and run by
 * test_device_pixels.sh. */
#include "device_console.h"
#include "pixel_cases.h"

static pixel_room room;

int main(void)
{
    int failed = 0;
    console_start();
    pixel_fill(&room);
    for (int32_t k = 0; k < N_PIXEL_CASES; k++) {
        const pixel_case *p = &pixel_cases[k];
        if (pixel_prepare(p, &room)) return 1;
        const uint32_t t0 = device_ticks();
        if (pixel_run(p, &room)) return 1;
        const uint32_t t1 = device_ticks();
        const uint64_t hash = pixel_hash(p, &room);
        failed |= hash != p->hash;
        (void)semi_write(console, line,
                         (uint32_t)th_text_fmt(line, sizeof line, "%s %ld - %s: %lu instructions\n",
                                               hash == p->hash ? "ok" : "not ok", (long)k + 1, p->name,
                                               (unsigned long)((t1 - t0) * DEVICE_INSTR / DEVICE_TICKS)));
    }
    return failed;
}
