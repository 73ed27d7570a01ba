/* tests/no_memory.h -- memory that runs out at the n-th request.  A test program whose name ends in _no_memory is
 * linked so that malloc, calloc and realloc of all code come here first (Makefile). */
#ifndef TH_TEST_NO_MEMORY_H
#define TH_TEST_NO_MEMORY_H

#include "test.h"

#include <stdbool.h>

static long requests_left = -1; /* -1: as many as there are */
static bool request_failed;     /* since somebody set it to false */

static inline bool request_fails(void)
{
    if (requests_left < 0) return false;
    if (requests_left > 0) {
        requests_left--;
        return false;
    }
    request_failed = true; /* and all after it */
    return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
    return request_fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return request_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return request_fails() ? NULL : __real_realloc(p, n);
}

#endif
