/* RISC-V, 32 bits, machine mode: reset and traps. Source: RISC-V Privileged Architecture 1.10. */
#if defined(__riscv)
#include "board.h"

extern uint32_t __flash_at[], __ram_at[];

void device_reset(void) __attribute__((noreturn));
void device_entry(uint32_t *sp) __attribute__((noreturn, used));

/* The report starts with an empty stack. a0: where it was, a1: the instruction, a2: the cause. */
__attribute__((naked, aligned(4))) static void trap(void)
{
    __asm volatile(".option push\n.option arch, +zicsr\n"
                   "mv a0, sp\n"
                   "csrr a1, mepc\n"
                   "csrr a2, mcause\n"
                   "la sp, __stack_top\n"
                   "j device_fault\n"
                   ".option pop");
}

/* Flash, which ends where the RAM begins, cannot be written (PMP entry 1: read and run only, also for machine mode), so
 * a stack that grows out of the RAM traps. Below it are devices (entry 0). */
void device_entry(uint32_t *sp)
{
    __asm volatile(".option push\n.option arch, +zicsr\n"
                   "csrw mtvec, %0\n"
                   "csrw pmpaddr0, %1\n"
                   "csrw pmpaddr1, %2\n"
                   "csrw pmpcfg0, %3\n"
                   ".option pop" ::"r"(trap),
                   "r"((uintptr_t)__flash_at >> 2), "r"((uintptr_t)__ram_at >> 2),
                   "r"(0x8D8Bu) /* each locked, top of range; execute and read, write and read */
                   : "memory");
    device_start(sp);
}

__attribute__((naked, section(".vectors"))) void device_reset(void)
{
    __asm volatile("la sp, __stack_top\n"
                   "mv a0, sp\n"
                   "j %0\n" ::"i"(device_entry));
}
#endif
