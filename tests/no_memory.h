/* tests/no_memory.h -- memory that runs out at the n-th request.  A test program whose name ends in _no_memory is
 * linked so that malloc, calloc and realloc of all code come here first (Makefile). */
#ifndef TH_TEST_NO_MEMORY_H
#define TH_TEST_NO_MEMORY_H

#include "test.h"

#include "base/why.h"

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

/* Each request fails once, and all after it: whatever uses memory says TH_ENOMEM then, until there is enough.
 * least: so many requests there are at least. */
static inline void each_request_fails(th_err (*use)(th_why *why), long least)
{
    long failures = 0;
    for (long i = 0; i < 5000; i++) {
        th_why why = {0};
        requests_left = i;
        request_failed = false;
        const th_err err = use(&why);
        requests_left = -1;
        if (!request_failed) {
            assert_int_equal(err, TH_OK);
            break;
        }
        failures++;
        if (err != TH_ENOMEM) fail_msg("request %ld: %d %s", i, (int)err, why.text);
    }
    assert_true(failures > least && failures < 5000);
}

#endif
