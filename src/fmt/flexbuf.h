/* fmt/flexbuf.h -- FlexBuffers, as far as custom operators keep their options in them: a map of whole numbers.
 *
 *   .. keys .. | values .. | types .. | root | type of the root | width of the root        (from the last byte
 * backwards)
 *
 *   map     distance back to the keys | width of the keys' distances | n | n values of `width` bytes | n bytes of type
 *   keys    n | n distances back to texts that end with a NUL
 *   type    kind << 2 | log2 of the width of what it points to
 *
 * A distance is subtracted from the place it stands at.  Reading trusts nothing: every place is checked before it is
 * loaded; nothing recurses, nothing is copied.  Source: FlatBuffers, docs/source/FlexBuffers ("Schema-less version").
 */
#ifndef TH_FMT_FLEXBUF_H
#define TH_FMT_FLEXBUF_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* A map whose keys, values and types all lie inside `bytes`. */
typedef struct th_flex_map {
    th_span bytes;
    size_t n;             /* entries */
    size_t values, width; /* byte of value 0; bytes of one: 1, 2, 4, 8 */
    size_t keys, keys_width, types;
} th_flex_map;

/* The root, which must be a map.  No bytes at all are a map without entries.
 * Errors: TH_ETRUNC, TH_EFORMAT with the place in diag. */
TH_NODISCARD th_err th_flex_map_open(th_span bytes, th_flex_map *map, th_diag *diag);

/* The value of `key` when it is a whole number (or a boolean: 0, 1) that fits int32.
 * Errors: TH_ENOENT when the key is not there, TH_EFORMAT, TH_ERANGE. */
TH_NODISCARD th_err th_flex_map_i32(const th_flex_map *map, const char *key, int32_t *value, th_diag *diag);

/* One entry of a map that is written. */
typedef struct th_flex_entry {
    const char *key;
    int32_t value;
} th_flex_entry;

/* Writes a map of n entries, whose keys stand in the order of the alphabet, all widths 4 bytes; the bytes it needs.
 * More than `cap`: nothing is written. */
size_t th_flex_map_write(const th_flex_entry *entry, size_t n, uint8_t *bytes, size_t cap);

#endif
