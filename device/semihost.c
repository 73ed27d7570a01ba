#include "semihost.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
#define APPLICATION_EXIT 0x20026u /* ADP_Stopped_ApplicationExit */

static int32_t call(int32_t operation, const uint32_t *block)
{
    register int32_t r0 __asm("r0") = operation;
    register const uint32_t *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int32_t semi_open(const char *name, int32_t mode)
{
    uint32_t n = 0;
    while (name[n]) n++;
    const uint32_t block[3] = {(uint32_t)name, (uint32_t)mode, n};
    return call(SYS_OPEN, block);
}

/* Both calls answer how many bytes were left over. */
int32_t semi_read(int32_t handle, void *to, uint32_t n)
{
    const uint32_t block[3] = {(uint32_t)handle, (uint32_t)to, n};
    return (int32_t)n - call(SYS_READ, block);
}

int32_t semi_write(int32_t handle, const void *from, uint32_t n)
{
    const uint32_t block[3] = {(uint32_t)handle, (uint32_t)from, n};
    return (int32_t)n - call(SYS_WRITE, block);
}

int32_t semi_command_line(char *to, uint32_t cap)
{
    const uint32_t block[2] = {(uint32_t)to, cap};
    return call(SYS_GET_CMDLINE, block);
}

void semi_exit(int32_t code)
{
    const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)code};
    for (;;) call(SYS_EXIT_EXTENDED, block);
}
