/* The cases of block_cases.h on the emulated board, and what they cost in instructions.  Built and run by
 * test_device_blocks.sh. */
#include "block_cases.h"
#include "device_console.h"

static block_room room;

int main(void)
{
    int failed = 0;
    console_start();
    case_fill(&room);
    for (int32_t k = 0; k < N_BLOCK_CASES; k++) {
        const block_case *c = &block_cases[k];
        if (case_prepare(c, &room)) return 1;
        const uint32_t t0 = device_ticks();
        case_run(c, &room);
        const uint32_t t1 = device_ticks();
        const uint64_t hash = case_hash(&room);
        failed |= hash != c->hash;
        (void)semi_write(console, line,
                         (uint32_t)th_text_fmt(line, sizeof line, "%s %ld - %s: %lu instructions\n",
                                               hash == c->hash ? "ok" : "not ok", (long)k + 1, c->name,
                                               (unsigned long)((t1 - t0) * DEVICE_INSTR / DEVICE_TICKS)));
    }
    return failed;
}
