/* Arm Cortex-M: vectors, reset and faults. Source: Arm, v6-M, v7-M and v8-M Architecture Reference Manuals. */
#if defined(__arm__)
#include "board.h"

#define CPACR    (*(volatile uint32_t *)0xE000ED88u) /* coprocessor access: CP10 and CP11 are FPU and MVE */
#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu) /* a region's address */
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0u) /* its size and rights */

#define GUARD_BYTES 1024u
#define GUARD_SIZE  9u /* 2^(9 + 1) bytes */

void device_entry(void) __attribute__((noreturn));
void device_trap(void);

/* An exception's frame is r0-r3, r12, lr, pc, psr; it lies below the RAM when the stack overflowed. The report starts
 * with an empty stack. r2: what kind of fault (CFSR; none on a v6-M, where the address reads as 0). */
__attribute__((naked)) void device_trap(void)
{
    __asm volatile("mov r0, sp\n"
                   "ldr r1, =__stack_limit\n"
                   "movs r3, #0\n"
                   "cmp r0, r1\n"
                   "blo 1f\n"
                   "ldr r3, [r0, #24]\n"
                   "1: ldr r1, =__stack_top\n"
                   "mov sp, r1\n"
#if __ARM_ARCH > 6
                   "ldr r2, =0xE000ED28\n"
                   "ldr r2, [r2]\n"
#else
                   "movs r2, #0\n"
#endif
                   "mov r1, r3\n"
                   "ldr r3, =device_fault\n"
                   "bx r3\n");
}

typedef void handler(void);
__attribute__((section(".vectors"), used)) static handler *const vectors[16] = {
    (handler *)__stack_top,
    device_entry,
    device_trap,
    device_trap,
    device_trap,
    device_trap,
    device_trap,
    device_trap,
    0,
    0,
    0,
    device_trap,
    device_trap,
    0,
    device_trap,
    device_trap,
};

/* Below the RAM nothing can be read or written, so a stack that grows out of it faults: by the stack limit (v8-M) or
 * the memory protection unit (v7-M). A v6-M has neither; there it depends on what lies below the RAM. */
static inline void guard_stack(void)
{
#if __ARM_ARCH >= 8
    __asm volatile("msr msplim, %0" ::"r"(__stack_limit));
#elif __ARM_ARCH == 7
    MPU_RBAR = ((uint32_t)__stack_limit - GUARD_BYTES) | 0x10u; /* as region 0 */
    MPU_RASR = 0x10000001u | GUARD_SIZE << 1;                   /* no access, no execution, on */
    MPU_CTRL = 5u;                                              /* on; everything else as without it */
    __asm volatile("dsb\n isb");
#endif
}

void device_entry(void)
{
    guard_stack();
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    CPACR |= 0xFu << 20;
    __asm volatile("dsb\n isb");
#endif
    uint32_t *sp;
    __asm volatile("mov %0, sp" : "=r"(sp));
    device_start(sp);
}
#endif
