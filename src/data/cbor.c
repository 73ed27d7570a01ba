/* libcbor finds the items one by one; what they are inside of stands on a stack of ours. */
#include "data/cbor.h"

#include <cbor.h>
#include <math.h>
#include <string.h>

#define DEPTH     16
#define KEY_BYTES 256

/* An array or map that is not complete yet. */
typedef struct level {
    json_t *node;    /* its parent holds it */
    bool open_ended; /* it ends with a break; else after `left` items or pairs */
    uint64_t left;
    bool has_key;
    char key[KEY_BYTES];
} level;

typedef struct reader {
    th_span s;
    size_t at; /* of the present item */
    const char *name;
    th_why *why;
    th_err err;
    json_t *root; /* NULL: nothing yet */
    bool tagged;  /* the last item was a tag: its value is to come */
    int depth;
    level level[DEPTH];
} reader;

static void bad(reader *r, const char *what)
{
    if (!r->err) r->err = th_why_set(r->why, TH_EFORMAT, "%s, byte %zu: %s", r->name, r->at, what);
}

static level *top(reader *r)
{
    return r->depth ? &r->level[r->depth - 1] : NULL;
}

/* Closes what has all of its items. */
static void close_full(reader *r)
{
    while (r->depth && !top(r)->open_ended && top(r)->left == 0) r->depth--;
}

/* One more item where the reader stands; false: it has no place, and is gone. */
static bool put(reader *r, json_t *item)
{
    level *l = top(r);
    r->tagged = false;
    if (!item && !r->err) r->err = th_why_set(r->why, TH_ENOMEM, "out of memory reading %s", r->name);
    if (r->err) {
        json_decref(item);
        return false;
    }
    if (!l) {
        r->root = item;
        return true;
    }
    if (json_is_object(l->node) && !l->has_key) {
        json_decref(item);
        bad(r, "a key that is no text");
        return false;
    }
    if (json_is_object(l->node) ? json_object_set_new(l->node, l->key, item) : json_array_append_new(l->node, item)) {
        bad(r, "a key is not UTF-8");
        return false;
    }
    l->has_key = false;
    if (!l->open_ended) l->left--;
    return true;
}

static void value(reader *r, json_t *item)
{
    if (put(r, item)) close_full(r);
}

/* ---- what libcbor finds ---- */

static void take_unsigned(reader *r, uint64_t v)
{
    value(r, v <= INT64_MAX ? json_integer((json_int_t)v) : json_real((double)v));
}

static void take_negative(reader *r, uint64_t v)
{
    value(r, v <= INT64_MAX ? json_integer(-1 - (json_int_t)v) : json_real(-1 - (double)v));
}

static void on_uint8(void *r, uint8_t v)
{
    take_unsigned(r, v);
}

static void on_uint16(void *r, uint16_t v)
{
    take_unsigned(r, v);
}

static void on_uint32(void *r, uint32_t v)
{
    take_unsigned(r, v);
}

static void on_uint64(void *r, uint64_t v)
{
    take_unsigned(r, v);
}

static void on_negative8(void *r, uint8_t v)
{
    take_negative(r, v);
}

static void on_negative16(void *r, uint16_t v)
{
    take_negative(r, v);
}

static void on_negative32(void *r, uint32_t v)
{
    take_negative(r, v);
}

static void on_negative64(void *r, uint64_t v)
{
    take_negative(r, v);
}

static void on_double(void *ctx, double v)
{
    reader *r = ctx;
    if (!isfinite(v))
        bad(r, "a number is not finite");
    else
        value(r, json_real(v));
}

static void on_float(void *ctx, float v)
{
    on_double(ctx, (double)v);
}

static void on_boolean(void *ctx, bool v)
{
    value(ctx, json_boolean(v));
}

static void on_null(void *ctx)
{
    value(ctx, json_null());
}

static void on_tag(void *ctx, uint64_t number)
{
    reader *r = ctx;
    (void)number;
    r->tagged = true;
}

static void on_bytes(void *ctx, cbor_data data, size_t n)
{
    reader *r = ctx;
    json_t *text = json_stringn((const char *)data, n);
    if (text)
        value(r, text);
    else
        bad(r, "a text is not UTF-8");
}

static void on_text(void *ctx, cbor_data data, size_t n)
{
    reader *r = ctx;
    level *l = top(r);
    if (!l || !json_is_object(l->node) || l->has_key) {
        on_bytes(r, data, n);
    } else if (n >= sizeof l->key) {
        bad(r, "a key is longer than 255 bytes");
    } else {
        memcpy(l->key, data, n);
        l->key[n] = 0;
        l->has_key = true;
        r->tagged = false;
    }
}

static void on_pieces(void *ctx)
{
    reader *r = ctx;
    if (!r->err) r->err = th_why_set(r->why, TH_EUNSUP, "%s, byte %zu: texts in pieces are not read", r->name, r->at);
}

static void open_level(reader *r, json_t *node, bool open_ended, uint64_t n)
{
    if (r->depth == DEPTH) bad(r, "more than 16 values inside each other");
    if (!open_ended && n > r->s.n - r->at) bad(r, "it promises more values than it has bytes");
    if (!put(r, node)) return;
    r->level[r->depth++] = (level){.node = node, .open_ended = open_ended, .left = n};
    close_full(r);
}

static void on_array(void *ctx, size_t n)
{
    open_level(ctx, json_array(), false, n);
}

static void on_open_array(void *ctx)
{
    open_level(ctx, json_array(), true, 0);
}

static void on_map(void *ctx, size_t n)
{
    open_level(ctx, json_object(), false, n);
}

static void on_open_map(void *ctx)
{
    open_level(ctx, json_object(), true, 0);
}

static void on_break(void *ctx)
{
    reader *r = ctx;
    const level *l = top(r);
    if (!l || !l->open_ended || l->has_key || r->tagged) {
        bad(r, "something ends here that never began");
        return;
    }
    r->depth--;
    close_full(r);
}

static const struct cbor_callbacks callbacks = {.uint8 = on_uint8,
                                                .uint16 = on_uint16,
                                                .uint32 = on_uint32,
                                                .uint64 = on_uint64,
                                                .negint8 = on_negative8,
                                                .negint16 = on_negative16,
                                                .negint32 = on_negative32,
                                                .negint64 = on_negative64,
                                                .byte_string_start = on_pieces,
                                                .byte_string = on_bytes,
                                                .string_start = on_pieces,
                                                .string = on_text,
                                                .array_start = on_array,
                                                .indef_array_start = on_open_array,
                                                .map_start = on_map,
                                                .indef_map_start = on_open_map,
                                                .tag = on_tag,
                                                .float2 = on_float,
                                                .float4 = on_float,
                                                .float8 = on_double,
                                                .undefined = on_null,
                                                .null = on_null,
                                                .boolean = on_boolean,
                                                .indef_break = on_break};

static void read_item(reader *r)
{
    const struct cbor_decoder_result got = cbor_stream_decode(r->s.p + r->at, r->s.n - r->at, &callbacks, r);
    if (got.status == CBOR_DECODER_NEDATA)
        bad(r, "it ends in the middle of a value");
    else if (got.status != CBOR_DECODER_FINISHED || !got.read)
        bad(r, "this is no CBOR");
    r->at += got.read;
}

th_err th_cbor_parse(th_span bytes, const char *name, json_t **root, th_why *why)
{
    reader r = {.s = bytes, .name = name, .why = why};
    do read_item(&r);
    while (!r.err && (!r.root || r.depth));
    if (!r.err && r.at != bytes.n) bad(&r, "there is more behind the end");
    *root = r.err ? NULL : r.root;
    if (r.err) json_decref(r.root);
    return r.err;
}
