/* The start and the end of a firmware, the same for every processor (cortexm.c, riscv.c).
 *
 *   RAM:  | stack (grows down) | .data | .bss (arena, ...) |   free   |
 *         ^ __stack_limit      ^ __stack_top
 *
 * The stack lies first, so one that grows too far leaves the RAM and faults instead of quietly changing somebody's
 * data. */
#include "board.h"
#include "semihost.h"

extern uint32_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];

#define PAINT 0xA5C3A5C3u

int main(void);

uint32_t device_stack_used(void)
{
    const uint32_t *p = __stack_limit;
    while (p < __stack_top && *p == PAINT) p++;
    return (uint32_t)((const uint8_t *)__stack_top - (const uint8_t *)p);
}

void device_start(uint32_t *sp)
{
    for (uint32_t *p = __stack_limit; p < sp; p++) *p = PAINT;
    const uint32_t *from = __data_load;
    for (uint32_t *p = __data_start; p < __data_end;) *p++ = *from++;
    for (uint32_t *p = __bss_start; p < __bss_end;) *p++ = 0;
    semi_exit(main());
}

void device_fault(uint32_t *sp, uint32_t pc, uint32_t cause)
{
    const uint32_t value[3] = {sp < __stack_limit, pc, cause};
    device_say("fault", value, 3);
    semi_exit(DEVICE_EXIT_FAULT);
}
