#include "data/cbor.h"

#include <math.h>
#include <string.h>

#define DEPTH      16
#define OPEN_ENDED 31 /* the additional information of what ends with a break */
#define KEY_BYTES  256

enum { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };

typedef struct reader {
    th_span s;
    size_t at;
    const char *name;
    th_why *why;
} reader;

typedef struct head {
    int major, info;
    uint64_t arg;
} head;

static th_err bad(const reader *r, const char *what)
{
    return th_why_set(r->why, TH_EFORMAT, "%s, byte %zu: %s", r->name, r->at, what);
}

static th_err no_memory(const reader *r)
{
    return th_why_set(r->why, TH_ENOMEM, "out of memory reading %s", r->name);
}

/* Kind and number in front of every value: 3 bits, 5 bits, 0 to 8 bytes. */
static th_err read_head(reader *r, head *h)
{
    if (r->at == r->s.n) return bad(r, "it ends in the middle of a value");
    const uint8_t b = r->s.p[r->at++];
    *h = (head){b >> 5, b & 31, b & 31};
    if (h->info < 24 || h->info == OPEN_ENDED) return TH_OK;
    if (h->info > 27) return bad(r, "this is no CBOR");
    const size_t n = (size_t)1 << (h->info - 24);
    if (!th_span_has(r->s, r->at, n)) return bad(r, "it ends in the middle of a number");
    h->arg = 0;
    for (size_t i = 0; i < n; i++) h->arg = h->arg << 8 | r->s.p[r->at++];
    return TH_OK;
}

/* IEEE 754 of 16 bits. */
static double half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31), mantissa = (int)(bits & 1023);
    const double size = exponent == 0    ? ldexp(mantissa, -24)
                        : exponent == 31 ? (double)INFINITY
                                         : ldexp(mantissa + 1024, exponent - 25);
    return bits >> 15 & 1 ? -size : size;
}

static th_err give(const reader *r, json_t *made, json_t **out)
{
    *out = made;
    return made ? TH_OK : no_memory(r);
}

static th_err read_simple(const reader *r, const head *h, json_t **out)
{
    double v;
    switch (h->info) {
    case 20: return give(r, json_false(), out);
    case 21: return give(r, json_true(), out);
    case 22:
    case 23: return give(r, json_null(), out);
    case 25: v = half(h->arg); break;
    case 26: {
        const uint32_t bits = (uint32_t)h->arg;
        float f;
        memcpy(&f, &bits, sizeof f);
        v = (double)f;
        break;
    }
    case 27: memcpy(&v, &h->arg, sizeof v); break;
    default: return bad(r, h->info == OPEN_ENDED ? "something ends here that never began" : "this is no CBOR");
    }
    if (!isfinite(v)) return bad(r, "a number is not finite");
    return give(r, json_real(v), out);
}

/* The bytes of a text that h begins; none after an error. */
static th_err read_bytes(reader *r, const head *h, th_span *bytes)
{
    *bytes = (th_span){0};
    if (h->info == OPEN_ENDED)
        return th_why_set(r->why, TH_EUNSUP, "%s, byte %zu: texts in pieces are not read", r->name, r->at);
    if (h->arg > r->s.n - r->at) return bad(r, "it ends in the middle of a text");
    *bytes = (th_span){r->s.p + r->at, (size_t)h->arg};
    r->at += bytes->n;
    return TH_OK;
}

static th_err read_text(reader *r, const head *h, json_t **out)
{
    th_span t;
    TH_TRY(read_bytes(r, h, &t));
    *out = json_stringn((const char *)t.p, t.n);
    return *out ? TH_OK : bad(r, "a text is not UTF-8");
}

static th_err read_value(reader *r, int depth, json_t **out);

/* Whether one more item follows in an array or map that has `left` of them. */
static bool next_item(reader *r, const head *h, uint64_t *left)
{
    if (h->info != OPEN_ENDED) return (*left)-- > 0;
    if (r->at < r->s.n && r->s.p[r->at] == 0xff) {
        r->at++;
        return false;
    }
    return true;
}

static th_err read_array(reader *r, const head *h, int depth, json_t *array)
{
    uint64_t left = h->arg;
    while (next_item(r, h, &left)) {
        json_t *item;
        TH_TRY(read_value(r, depth, &item));
        if (json_array_append_new(array, item)) return no_memory(r);
    }
    return TH_OK;
}

static th_err read_map(reader *r, const head *h, int depth, json_t *map)
{
    uint64_t left = h->arg;
    while (next_item(r, h, &left)) {
        head k;
        th_span text;
        char key[KEY_BYTES];
        json_t *item;
        TH_TRY(read_head(r, &k));
        if (k.major != TEXT) return bad(r, "a key that is no text");
        TH_TRY(read_bytes(r, &k, &text));
        if (text.n >= sizeof key) return bad(r, "a key is longer than 255 bytes");
        memcpy(key, text.p, text.n);
        key[text.n] = 0;
        TH_TRY(read_value(r, depth, &item));
        if (json_object_set_new(map, key, item)) return bad(r, "a key is not UTF-8");
    }
    return TH_OK;
}

static th_err read_many(reader *r, const head *h, int depth, json_t **out)
{
    if (depth == DEPTH) return bad(r, "more than 16 values inside each other");
    if (h->info != OPEN_ENDED && h->arg > r->s.n - r->at) return bad(r, "it promises more values than it has bytes");
    TH_TRY(give(r, h->major == MAP ? json_object() : json_array(), out));
    const th_err err = h->major == MAP ? read_map(r, h, depth + 1, *out) : read_array(r, h, depth + 1, *out);
    if (err) json_decref(*out);
    return err;
}

static th_err read_value(reader *r, int depth, json_t **out)
{
    head h;
    do TH_TRY(read_head(r, &h));
    while (h.major == TAG);
    if (h.major <= NEGATIVE && h.info == OPEN_ENDED) return bad(r, "this is no CBOR");
    const bool small = h.arg <= INT64_MAX;
    switch (h.major) {
    case UNSIGNED: return give(r, small ? json_integer((json_int_t)h.arg) : json_real((double)h.arg), out);
    case NEGATIVE: return give(r, small ? json_integer(-1 - (json_int_t)h.arg) : json_real(-1 - (double)h.arg), out);
    case BYTES:
    case TEXT: return read_text(r, &h, out);
    case ARRAY:
    case MAP: return read_many(r, &h, depth, out);
    default: return read_simple(r, &h, out);
    }
}

th_err th_cbor_parse(th_span bytes, const char *name, json_t **root, th_why *why)
{
    reader r = {bytes, 0, name, why};
    TH_TRY(read_value(&r, 0, root));
    if (r.at == bytes.n) return TH_OK;
    json_decref(*root);
    return bad(&r, "there is more behind the end");
}
