/* base/crc.h -- CRC-32C, the checksum of what lies in flash.
 *
 * Reflected polynomial 0x82F63B78 (Castagnoli), start and end inverted; the CRC of "123456789" is 0xE3069283.
 * It finds every 1 to 3 wrong bits in anything below 256 MB and every burst of up to 32 bits, which the older CRC-32
 * (0xEDB88320) promises only below 11 KB; x86-64 and AArch64 have an instruction for it.  It finds damage, not malice.
 * Source: RFC 3720, appendix B.4; P. Koopman, "32-bit cyclic redundancy codes for internet applications", 2002. */
#ifndef TH_BASE_CRC_H
#define TH_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`, the CRC of what stands before (0: nothing). */
uint32_t th_crc32c(uint32_t crc, const uint8_t *bytes, size_t n);

#endif
