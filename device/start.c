/* Start-up of a Cortex-M: vectors, FPU on, .data copied, .bss cleared, stack painted, main.
 *
 *   RAM:  | stack (grows down) | .data | .bss (arena, ...) |   free   |
 *         ^ __stack_limit      ^ __stack_top
 *
 * The stack lies first, so one that grows too far leaves the RAM and faults instead of quietly
 * changing somebody's data.  The fault handler has a small stack of its own for that case. */
#include "board.h"
#include "semihost.h"

extern uint32_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];
extern uint32_t __stack_limit[], __stack_top[];

#define PAINT 0xA5C3A5C3u
#define CPACR (*(volatile uint32_t *)0xE000ED88u) /* coprocessor access: CP10 and CP11 are the FPU */
#define CFSR  (*(volatile uint32_t *)0xE000ED28u) /* what kind of fault */

int main(void);
void device_reset(void) __attribute__((noreturn));
void device_fault(void);
void device_fault_report(const uint32_t *frame) __attribute__((noreturn, used));

uint32_t device_fault_stack[96]; /* 384 bytes: the report takes about 200 */

/* The exception frame is r0-r3, r12, lr, pc, psr; it may lie below the RAM when the stack overflowed. */
void device_fault_report(const uint32_t *frame)
{
    const int overflow = frame < __stack_limit;
    device_report_fault(overflow ? 0 : frame[6], overflow ? 0 : frame[5], CFSR, overflow);
    semi_exit(DEVICE_EXIT_FAULT);
}

__attribute__((naked)) void device_fault(void)
{
    __asm volatile("mov r0, sp\n"
                   "ldr r1, =device_fault_stack + 384\n"
                   "mov sp, r1\n"
                   "b device_fault_report\n");
}

typedef void handler(void);
__attribute__((section(".vectors"), used)) static handler *const vectors[16] = {
    (handler *)__stack_top,
    device_reset,
    device_fault,
    device_fault,
    device_fault,
    device_fault,
    device_fault,
    0,
    0,
    0,
    0,
    device_fault,
    device_fault,
    0,
    device_fault,
    device_fault,
};

uint32_t device_stack_used(void)
{
    const uint32_t *p = __stack_limit;
    while (p < __stack_top && *p == PAINT) p++;
    return (uint32_t)((const uint8_t *)__stack_top - (const uint8_t *)p);
}

void device_reset(void)
{
#if defined(__ARM_FP)
    CPACR |= 0xFu << 20;
    __asm volatile("dsb\n isb");
#endif
    uint32_t *sp;
    __asm volatile("mov %0, sp" : "=r"(sp));
    for (uint32_t *p = __stack_limit; p < sp; p++) *p = PAINT;
    const uint32_t *from = __data_load;
    for (uint32_t *p = __data_start; p < __data_end;) *p++ = *from++;
    for (uint32_t *p = __bss_start; p < __bss_end;) *p++ = 0;
    semi_exit(main());
}
