/* nn/x86/features.h -- what this processor and its operating system can do, by the bits of CPUID.
 * Source: Intel 64 and IA-32 Software Developer's Manual, volume 1, 14.3 and 15.2. */
#ifndef TH_NN_X86_FEATURES_H
#define TH_NN_X86_FEATURES_H

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <stdint.h>

/* Registers whose contents the operating system saves: 1 << 1 and 2 vectors of 128 and 256 bits, 5 to 7 of 512. */
static inline uint32_t th_x86_saved(void)
{
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return 0; /* no XGETBV */
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return a;
}

static inline int th_x86_has_avx2(void)
{
    uint32_t a, b, c, d;
    return (th_x86_saved() & 0x6) == 0x6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 5 & 1);
}

/* AVX-512 F, DQ, BW, VL and VNNI. */
static inline int th_x86_has_vnni(void)
{
    const uint32_t all = UINT32_C(1) << 16 | UINT32_C(1) << 17 | UINT32_C(1) << 30 | UINT32_C(1) << 31;
    uint32_t a, b, c, d;
    return (th_x86_saved() & 0xe6) == 0xe6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & all) == all &&
           (c >> 11 & 1);
}
#endif

#endif
