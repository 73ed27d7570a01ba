/* tests/test.h -- what every test includes: cmocka, and the way to ../shared. */
#ifndef TH_TEST_H
#define TH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The folder with reference models and recordings; tests that need it call TEST_NEEDS_SHARED(). */
static inline const char *test_shared(void)
{
    const char *dir = getenv("THIMBLE_SHARED");
    return dir ? dir : "../shared";
}

#define TEST_NEEDS_SHARED(file)                                                                                        \
    do {                                                                                                               \
        char test_path[4096];                                                                                          \
        snprintf(test_path, sizeof test_path, "%s/%s", test_shared(), file);                                           \
        FILE *test_f = fopen(test_path, "rb");                                                                         \
        if (!test_f) {                                                                                                 \
            printf("SKIPPED: %s is not here\n", test_path);                                                            \
            skip();                                                                                                    \
        }                                                                                                              \
        fclose(test_f);                                                                                                \
    } while (0)

#endif
