#include "fmt/flexbuf.h"

#include <string.h>

enum { KIND_INT = 1, KIND_UINT = 2, KIND_INDIRECT_INT = 6, KIND_INDIRECT_UINT = 7, KIND_MAP = 9, KIND_BOOL = 26 };

/* `width` bytes, 1 to 8, a power of two; inside the file. */
static uint64_t load(th_span s, size_t at, size_t width)
{
    switch (width) {
    case 1: return s.p[at];
    case 2: return th_le16(s.p + at);
    case 4: return th_le32(s.p + at);
    default: return th_le64(s.p + at);
    }
}

static bool is_width(uint64_t w)
{
    return w == 1 || w == 2 || w == 4 || w == 8;
}

/* Where the distance at `at` points to: backwards, so always before `at`. */
static bool follow(th_span s, size_t at, size_t width, size_t *target)
{
    if (!th_span_has(s, at, width)) return false;
    const uint64_t back = load(s, at, width);
    if (back == 0 || back > at) return false;
    *target = at - (size_t)back;
    return true;
}

/* The number of elements in front of a vector, whose elements and `extra` bytes each then lie inside the file. */
static bool count(th_span s, size_t at, size_t width, size_t extra, size_t *n)
{
    if (at < width || at > s.n) return false;
    const uint64_t c = load(s, at - width, width);
    if (c > (s.n - at) / (width + extra)) return false;
    *n = (size_t)c;
    return true;
}

th_err th_flex_map_open(th_span bytes, th_flex_map *map, th_diag *diag)
{
    *map = (th_flex_map){.bytes = bytes, .width = 1, .keys_width = 1};
    if (bytes.n == 0) return TH_OK;
    if (bytes.n < 3) return th_fail(diag, TH_ETRUNC, bytes.n, "options: too short for a FlexBuffer");
    const size_t root_width = bytes.p[bytes.n - 1];
    const uint8_t type = bytes.p[bytes.n - 2];
    if (!is_width(root_width) || bytes.n - 2 < root_width)
        return th_fail(diag, TH_EFORMAT, bytes.n - 1, "options: the width of the root is none");
    if (type >> 2 != KIND_MAP) return th_fail(diag, TH_EFORMAT, bytes.n - 2, "options: the root is no map");
    const size_t root = bytes.n - 2 - root_width;
    map->width = (size_t)1 << (type & 3);
    if (!follow(bytes, root, root_width, &map->values) || !count(bytes, map->values, map->width, 1, &map->n))
        return th_fail(diag, TH_EFORMAT, root, "options: the map lies outside");
    if (map->values < 3 * map->width) return th_fail(diag, TH_EFORMAT, map->values, "options: the map has no keys");
    const uint64_t keys_width = load(bytes, map->values - 2 * map->width, map->width);
    size_t n_keys = 0;
    if (!is_width(keys_width)) return th_fail(diag, TH_EFORMAT, map->values, "options: the width of the keys is none");
    map->keys_width = (size_t)keys_width;
    map->types = map->values + map->n * map->width;
    if (!follow(bytes, map->values - 3 * map->width, map->width, &map->keys) ||
        !count(bytes, map->keys, map->keys_width, 0, &n_keys) || n_keys != map->n)
        return th_fail(diag, TH_EFORMAT, map->values,
                       "options: the keys lie outside, or are not as many as the values");
    return TH_OK;
}

/* The key at the end of distance number i is `key`. */
static bool key_is(const th_flex_map *map, size_t i, const char *key)
{
    const size_t n = strlen(key) + 1; /* with its NUL */
    size_t at = 0;
    return follow(map->bytes, map->keys + i * map->keys_width, map->keys_width, &at) &&
           th_span_has(map->bytes, at, n) && memcmp(map->bytes.p + at, key, n) == 0;
}

static int64_t sign_extend(uint64_t v, size_t width)
{
    const unsigned unused = (unsigned)(64 - 8 * width);
    return (int64_t)(v << unused) >> unused;
}

static th_err number(const th_flex_map *map, size_t i, int32_t *value, th_diag *diag)
{
    const uint8_t type = map->bytes.p[map->types + i], kind = type >> 2;
    size_t at = map->values + i * map->width, width = map->width;
    if (kind == KIND_INDIRECT_INT || kind == KIND_INDIRECT_UINT) {
        const size_t from = at;
        width = (size_t)1 << (type & 3);
        if (!follow(map->bytes, from, map->width, &at) || !th_span_has(map->bytes, at, width))
            return th_fail(diag, TH_EFORMAT, from, "options: a value lies outside");
    } else if (kind != KIND_INT && kind != KIND_UINT && kind != KIND_BOOL) {
        return th_fail(diag, TH_EFORMAT, at, "options: a value that must be a whole number is none");
    }
    const uint64_t bits = load(map->bytes, at, width);
    const bool is_signed = kind == KIND_INT || kind == KIND_INDIRECT_INT;
    const int64_t v = is_signed ? sign_extend(bits, width) : bits > INT32_MAX ? INT64_MAX : (int64_t)bits;
    if (v < INT32_MIN || v > INT32_MAX) return th_fail(diag, TH_ERANGE, at, "options: a value does not fit 32 bits");
    *value = (int32_t)v;
    return TH_OK;
}

th_err th_flex_map_i32(const th_flex_map *map, const char *key, int32_t *value, th_diag *diag)
{
    for (size_t i = 0; i < map->n; i++)
        if (key_is(map, i, key)) return number(map, i, value, diag);
    return th_fail(diag, TH_ENOENT, 0, "options: a value is missing");
}

static size_t put_32(uint8_t *bytes, size_t at, size_t v)
{
    for (size_t i = 0; i < 4; i++) bytes[at + i] = (uint8_t)(v >> 8 * i);
    return at + 4;
}

size_t th_flex_map_write(const th_flex_entry *entry, size_t n, uint8_t *bytes, size_t cap)
{
    size_t texts = 0, key = 0, at;
    for (size_t i = 0; i < n; i++) texts += strlen(entry[i].key) + 1;
    texts = (texts + 3) / 4 * 4;
    const size_t keys = texts + 4, values = keys + 4 * n + 12, types = values + 4 * n, root = (types + n + 3) / 4 * 4;
    if (root + 6 > cap) return root + 6;
    memset(bytes, 0, root + 6);
    put_32(bytes, texts, n);
    for (size_t i = 0; i < n; i++) {
        const size_t length = strlen(entry[i].key) + 1;
        memcpy(bytes + key, entry[i].key, length);
        put_32(bytes, keys + 4 * i, keys + 4 * i - key);
        put_32(bytes, values + 4 * i, (size_t)(uint32_t)entry[i].value);
        bytes[types + i] = KIND_INT << 2 | 2;
        key += length;
    }
    at = keys + 4 * n;
    at = put_32(bytes, at, at - keys);
    at = put_32(bytes, at, 4);
    put_32(bytes, at, n);
    put_32(bytes, root, root - values);
    bytes[root + 4] = KIND_MAP << 2 | 2;
    bytes[root + 5] = 4;
    return root + 6;
}
