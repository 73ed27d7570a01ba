/* device/semihost.h -- files, arguments and the exit code of the host, through the debugger. Only the emulator (or a
 * debugger) answers: a board that runs alone stops here.
 * Sources: Arm, "Semihosting for AArch32 and AArch64", 2021Q3; RISC-V International, "RISC-V Semihosting", 0.3. */
#ifndef DEVICE_SEMIHOST_H
#define DEVICE_SEMIHOST_H

#include <stddef.h>
#include <stdint.h>

enum { SEMI_OPEN_READ = 1, SEMI_OPEN_WRITE = 5 }; /* fopen's "rb" and "wb" */

int32_t semi_open(const char *name, uint32_t length, int32_t mode); /* a handle; -1 when it cannot be opened */
int32_t semi_read(int32_t handle, void *to, uint32_t n);            /* bytes read; fewer than n at the end */
int32_t semi_write(int32_t handle, const void *from, uint32_t n);   /* bytes written */
int32_t semi_rewind(int32_t handle);                                /* 0: the next byte is the file's first */
int32_t semi_command_line(char *to, uint32_t cap);                  /* 0 when it fits */
void semi_exit(int32_t code) __attribute__((noreturn));

#endif
