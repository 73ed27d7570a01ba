/* device/string.h -- what the firmware needs of string.h (libc.c), so that no C library has to be installed. */
#ifndef DEVICE_STRING_H
#define DEVICE_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
