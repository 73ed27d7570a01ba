/* device/clock_riscv.h -- minstret: instructions that are done. Source: RISC-V Privileged Architecture 1.10, 3.1.11. */
static inline void device_clock_start(void) {}

static inline uint32_t device_ticks(void)
{
    uint32_t n;
    __asm volatile(".option push\n.option arch, +zicsr\ncsrr %0, minstret\n.option pop" : "=r"(n));
    return n;
}
