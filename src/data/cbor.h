/* data/cbor.h -- CBOR (RFC 8949) as the tree that JSON would give, so that one reader does for both. */
#ifndef TH_DATA_CBOR_H
#define TH_DATA_CBOR_H

#include "base/span.h"
#include "base/why.h"

#include <jansson.h>

/* Maps with texts as keys, arrays (also without a length, 9F .. FF), whole numbers, floats of 16, 32 and 64 bits,
 * texts, byte strings as texts, true, false, null; tags are passed over.  Takes no more memory than about 32 bytes per
 * byte of the input: a count that promises more items than there are bytes is refused before anything is made. root the
 * tree; json_decref it Errors: TH_EFORMAT (with the byte where it is wrong), TH_EUNSUP (texts in pieces), TH_ENOMEM. */
TH_NODISCARD th_err th_cbor_parse(th_span bytes, const char *name, json_t **root, th_why *why);

#endif
