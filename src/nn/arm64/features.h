/* nn/arm64/features.h -- what this 64-bit Arm processor can do, as Linux tells programs: the HWCAP word.
 * Source: Linux, Documentation/arch/arm64/elf_hwcaps.rst. */
#ifndef TH_NN_ARM64_FEATURES_H
#define TH_NN_ARM64_FEATURES_H

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

/* SDOT and UDOT: four int8 products in a lane (Armv8.2 and later: Cortex-A55, A75, A76 of a Raspberry Pi 5). */
static inline int th_arm64_has_dot(void)
{
    return (int)(getauxval(AT_HWCAP) >> 20 & 1); /* HWCAP_ASIMDDP */
}
#else
/* Who compiled for it knows. */
static inline int th_arm64_has_dot(void)
{
#if defined(__ARM_FEATURE_DOTPROD)
    return 1;
#else
    return 0;
#endif
}
#endif

#endif
