/* device/lab/service.h -- what the harness's side (lab.c) asks of the guarded one (start.c), by a call to the
 * supervisor. */
#ifndef LAB_SERVICE_H
#define LAB_SERVICE_H

#include <stdint.h>

enum { LAB_DO_CASE, LAB_DO_BAD, LAB_DO_SEED, LAB_DO_COUNT, LAB_DO_END };

static inline uint32_t lab_ask(uint32_t what, const char *text)
{
    register uint32_t r0 __asm__("r0") = what;
    register const char *r1 __asm__("r1") = text;
    __asm volatile("svc 0" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

#endif
