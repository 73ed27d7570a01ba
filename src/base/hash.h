/* base/hash.h -- checksums: to find equal content and damage, not to resist an attacker. */
#ifndef TH_BASE_HASH_H
#define TH_BASE_HASH_H

#include "base/span.h"

#define TH_FNV1A_START 0xcbf29ce484222325ull

/* FNV-1a, 64 bits, going on from `h` (begin with TH_FNV1A_START).
 * Source: Fowler, Noll, Vo, draft-eastlake-fnv. */
uint64_t th_fnv1a(uint64_t h, th_span bytes);

#endif
