#include "semihost.h"

enum {
    SYS_OPEN = 0x01,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_SEEK = 0x0a,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20
};
#define APPLICATION_EXIT 0x20026u /* ADP_Stopped_ApplicationExit */

/* Operation, and three words that it reads; the answer. */
__attribute__((noinline)) static int32_t call(int32_t operation, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t block[3] = {a, b, c};
#if defined(__riscv)
    register int32_t r0 __asm("a0") = operation;
    register const uint32_t *r1 __asm("a1") = block;
    __asm volatile(".option push\n.option norvc\n.balign 16\n" /* on one page */
                   "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
                   : "+r"(r0)
                   : "r"(r1)
                   : "memory");
#else
    register int32_t r0 __asm("r0") = operation;
    register const uint32_t *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#endif
    return r0;
}

int32_t semi_open(const char *name, uint32_t length, int32_t mode)
{
    return call(SYS_OPEN, (uint32_t)name, (uint32_t)mode, length);
}

/* Both calls answer how many bytes were left over. */
int32_t semi_read(int32_t handle, void *to, uint32_t n)
{
    return (int32_t)n - call(SYS_READ, (uint32_t)handle, (uint32_t)to, n);
}

int32_t semi_write(int32_t handle, const void *from, uint32_t n)
{
    return (int32_t)n - call(SYS_WRITE, (uint32_t)handle, (uint32_t)from, n);
}

int32_t semi_rewind(int32_t handle)
{
    return call(SYS_SEEK, (uint32_t)handle, 0, 0);
}

int32_t semi_command_line(char *to, uint32_t cap)
{
    return call(SYS_GET_CMDLINE, (uint32_t)to, cap, 0);
}

void semi_exit(int32_t code)
{
    for (;;) call(SYS_EXIT_EXTENDED, APPLICATION_EXIT, (uint32_t)code, 0);
}
