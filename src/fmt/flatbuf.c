#include "fmt/flatbuf.h"

#include <string.h>

/* ---- reading ---- */

void th_fb_fault(th_fb *fb, th_err err, size_t pos, const char *msg)
{
    if (!fb->err) fb->err = th_fail(&fb->diag, err, pos, msg);
}

/* The one check of this file: may bytes [pos, pos+len) be loaded, at this alignment? */
static bool may_read(th_fb *fb, size_t pos, size_t len, size_t align, const char *msg)
{
    if (fb->err) return false;
    fb->reads++;
    if (!th_span_has(fb->file, pos, len)) {
        th_fb_fault(fb, TH_ETRUNC, pos, msg);
        return false;
    }
    if (pos % align != 0) {
        th_fb_fault(fb, TH_EFORMAT, pos, "this is not aligned as FlatBuffers writes it");
        return false;
    }
    return true;
}

/* Where the offset at `pos` points; 0 after a fault. */
static size_t follow(th_fb *fb, size_t pos)
{
    if (!may_read(fb, pos, 4, 4, "an offset lies outside the file")) return 0;
    const uint32_t distance = th_le32(fb->file.p + pos);
    if (distance < 4 || distance > fb->file.n - pos) {
        th_fb_fault(fb, TH_ETRUNC, pos, "an offset points outside the file");
        return 0;
    }
    return pos + distance;
}

static th_fb_table table_at(th_fb *fb, size_t at)
{
    th_fb_table t = {fb, 0, 0, 0, 0}, none = t;
    if (at == 0 || !may_read(fb, at, 4, 4, "a table lies outside the file")) return none;
    /* The distance is signed and counted backwards: in 64 bits it cannot overflow. */
    const int64_t vtable = (int64_t)at - (int32_t)th_le32(fb->file.p + at);
    if (vtable < 0 || (uint64_t)vtable > fb->file.n) {
        th_fb_fault(fb, TH_EFORMAT, at, "the vtable of a table lies outside the file");
        return none;
    }
    t.vtable = (size_t)vtable;
    if (!may_read(fb, t.vtable, 4, 2, "a vtable ends outside the file")) return none;
    t.vtable_bytes = th_le16(fb->file.p + t.vtable);
    t.bytes = th_le16(fb->file.p + t.vtable + 2);
    if (t.vtable_bytes < 4 || t.vtable_bytes % 2 != 0 || t.bytes < 4) {
        th_fb_fault(fb, TH_EFORMAT, t.vtable, "a vtable has an impossible size");
        return none;
    }
    if (!may_read(fb, t.vtable, t.vtable_bytes, 2, "a vtable ends outside the file") ||
        !may_read(fb, at, t.bytes, 4, "a table ends outside the file"))
        return none;
    t.at = at;
    return t;
}

th_fb_table th_fb_open(th_fb *fb, th_span file, const char *identifier)
{
    memset(fb, 0, sizeof *fb);
    fb->file = file;
    const th_fb_table none = {fb, 0, 0, 0, 0};
    if (!may_read(fb, 0, 8, 1, "the file is too short to be a model")) return none;
    if (memcmp(file.p + 4, identifier, 4) != 0) {
        th_fb_fault(fb, TH_EFORMAT, 4, "the file's identifier is not that of the format");
        return none;
    }
    return table_at(fb, follow(fb, 0));
}

/* Byte of a field, 0 when absent. */
static size_t field_at(const th_fb_table *t, unsigned field, size_t size)
{
    const size_t slot = 4 + 2 * (size_t)field;
    if (t->fb->err || t->at == 0 || slot + 2 > t->vtable_bytes) return 0;
    const size_t place = th_le16(t->fb->file.p + t->vtable + slot);
    if (place == 0) return 0;
    if (place < 4 || place > t->bytes || size > t->bytes - place) {
        th_fb_fault(t->fb, TH_EFORMAT, t->vtable + slot, "a field lies outside its table");
        return 0;
    }
    return may_read(t->fb, t->at + place, size, size, "a field lies outside the file") ? t->at + place : 0;
}

bool th_fb_has(const th_fb_table *t, unsigned field)
{
    return field_at(t, field, 1) != 0;
}

uint8_t th_fb_u8(const th_fb_table *t, unsigned field, uint8_t def)
{
    const size_t at = field_at(t, field, 1);
    return at ? t->fb->file.p[at] : def;
}

uint32_t th_fb_u32(const th_fb_table *t, unsigned field, uint32_t def)
{
    const size_t at = field_at(t, field, 4);
    return at ? th_le32(t->fb->file.p + at) : def;
}

int32_t th_fb_i32(const th_fb_table *t, unsigned field, int32_t def)
{
    return (int32_t)th_fb_u32(t, field, (uint32_t)def);
}

uint64_t th_fb_u64(const th_fb_table *t, unsigned field, uint64_t def)
{
    const size_t at = field_at(t, field, 8);
    return at ? th_le64(t->fb->file.p + at) : def;
}

static float bits_to_f32(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint32_t f32_to_bits(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

float th_fb_f32(const th_fb_table *t, unsigned field, float def)
{
    return bits_to_f32(th_fb_u32(t, field, f32_to_bits(def)));
}

th_fb_table th_fb_sub(const th_fb_table *t, unsigned field)
{
    const size_t at = field_at(t, field, 4);
    return table_at(t->fb, at ? follow(t->fb, at) : 0);
}

th_fb_vector th_fb_vec(const th_fb_table *t, unsigned field, size_t size)
{
    th_fb_vector v = {t->fb, 0, 0};
    const size_t slot = field_at(t, field, 4), at = slot ? follow(t->fb, slot) : 0;
    if (at == 0 || !may_read(t->fb, at, 4, 4, "a vector lies outside the file")) return v;
    const uint32_t n = th_le32(t->fb->file.p + at);
    if (n > (t->fb->file.n - at - 4) / size) {
        th_fb_fault(t->fb, TH_ETRUNC, at, "a vector is longer than the file");
        return v;
    }
    if (!may_read(t->fb, at + 4, n * size, n ? size : 1, "a vector ends outside the file")) return v;
    v.at = at + 4;
    v.n = n;
    return v;
}

th_span th_fb_string(const th_fb_table *t, unsigned field)
{
    const th_fb_vector v = th_fb_vec(t, field, 1);
    const th_span none = {NULL, 0};
    if (v.at == 0 || !may_read(t->fb, v.at + v.n, 1, 1, "a string has no end")) return none;
    if (t->fb->file.p[v.at + v.n] != 0) {
        th_fb_fault(t->fb, TH_EFORMAT, v.at + v.n, "a string does not end with a NUL");
        return none;
    }
    const th_span s = {t->fb->file.p + v.at, v.n};
    return s;
}

th_fb_table th_fb_vec_table(const th_fb_vector *v, uint32_t i)
{
    return table_at(v->fb, i < v->n ? follow(v->fb, v->at + 4 * (size_t)i) : 0);
}

int32_t th_fb_vec_i32(const th_fb_vector *v, uint32_t i)
{
    return (int32_t)th_le32(v->fb->file.p + v->at + 4 * (size_t)i);
}

int64_t th_fb_vec_i64(const th_fb_vector *v, uint32_t i)
{
    return (int64_t)th_le64(v->fb->file.p + v->at + 8 * (size_t)i);
}

float th_fb_vec_f32(const th_fb_vector *v, uint32_t i)
{
    return bits_to_f32((uint32_t)th_fb_vec_i32(v, i));
}

th_span th_fb_vec_bytes(const th_fb_vector *v, size_t size)
{
    const th_span s = {v->n ? v->fb->file.p + v->at : NULL, v->n * size};
    return s;
}

/* ---- writing ---- */

void th_fb_start(th_fb_writer *w, uint8_t *mem, size_t cap)
{
    memset(w, 0, sizeof *w);
    w->mem = mem;
    w->cap = mem ? cap : 0;
}

/* Room for n bytes in front of everything; NULL when only counting. */
static uint8_t *push(th_fb_writer *w, size_t n)
{
    w->used += n;
    return w->mem && w->used <= w->cap ? w->mem + (w->cap - w->used) : NULL;
}

/* Zeros, so that what stands in front after `extra` more bytes is aligned.  Places are counted from
 * the end, and the whole file is a multiple of 16, so this is the alignment from the start too. */
static void align(th_fb_writer *w, size_t extra, size_t to)
{
    const size_t n = (to - (w->used + extra) % to) % to;
    uint8_t *p = push(w, n);
    if (p) memset(p, 0, n);
}

static void push_le(th_fb_writer *w, uint64_t v, size_t n)
{
    uint8_t *p = push(w, n);
    for (size_t i = 0; p && i < n; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static th_fb_ref vector_end(th_fb_writer *w, size_t n)
{
    push_le(w, n, 4);
    return w->used;
}

th_fb_ref th_fb_put_bytes(th_fb_writer *w, const void *bytes, size_t n, size_t to)
{
    align(w, n, to < 4 ? 4 : to);
    uint8_t *p = push(w, n);
    if (p && n) memcpy(p, bytes, n);
    return vector_end(w, n);
}

th_fb_ref th_fb_put_string(th_fb_writer *w, const char *text)
{
    const size_t n = strlen(text);
    align(w, n + 1, 4);
    uint8_t *p = push(w, n + 1);
    if (p) memcpy(p, text, n + 1);
    return vector_end(w, n);
}

th_fb_ref th_fb_put_i32s(th_fb_writer *w, const int32_t *v, size_t n)
{
    align(w, 0, 4);
    for (size_t i = n; i-- > 0;) push_le(w, (uint32_t)v[i], 4);
    return vector_end(w, n);
}

th_fb_ref th_fb_put_i64s(th_fb_writer *w, const int32_t *v, size_t n)
{
    align(w, 0, 8);
    for (size_t i = n; i-- > 0;) push_le(w, (uint64_t)(int64_t)v[i], 8);
    return vector_end(w, n);
}

th_fb_ref th_fb_put_f32s(th_fb_writer *w, const float *v, size_t n)
{
    align(w, 0, 4);
    for (size_t i = n; i-- > 0;) push_le(w, f32_to_bits(v[i]), 4);
    return vector_end(w, n);
}

static void push_ref(th_fb_writer *w, th_fb_ref v)
{
    push_le(w, w->used + 4 - v, 4);
}

th_fb_ref th_fb_put_refs(th_fb_writer *w, const th_fb_ref *v, size_t n)
{
    align(w, 0, 4);
    for (size_t i = n; i-- > 0;) push_ref(w, v[i]);
    return vector_end(w, n);
}

void th_fb_table_begin(th_fb_writer *w)
{
    memset(w->field, 0, sizeof w->field);
    w->n_fields = 0;
    w->table_start = w->used;
}

static void note(th_fb_writer *w, unsigned field)
{
    w->field[field] = w->used;
    if (field >= w->n_fields) w->n_fields = field + 1;
}

void th_fb_set_u8(th_fb_writer *w, unsigned field, uint8_t v)
{
    push_le(w, v, 1);
    note(w, field);
}

void th_fb_set_u32(th_fb_writer *w, unsigned field, uint32_t v)
{
    align(w, 0, 4);
    push_le(w, v, 4);
    note(w, field);
}

void th_fb_set_u64(th_fb_writer *w, unsigned field, uint64_t v)
{
    align(w, 0, 8);
    push_le(w, v, 8);
    note(w, field);
}

void th_fb_set_i32(th_fb_writer *w, unsigned field, int32_t v)
{
    th_fb_set_u32(w, field, (uint32_t)v);
}

void th_fb_set_f32(th_fb_writer *w, unsigned field, float v)
{
    th_fb_set_u32(w, field, f32_to_bits(v));
}

void th_fb_set_ref(th_fb_writer *w, unsigned field, th_fb_ref v)
{
    if (v == 0) return;
    align(w, 0, 4);
    push_ref(w, v);
    note(w, field);
}

static bool same_vtable(const th_fb_vtable *a, const th_fb_vtable *b)
{
    return a->n == b->n && a->bytes == b->bytes && memcmp(a->place, b->place, sizeof a->place) == 0;
}

/* Writes the vtable, or finds an equal one; returns where it is. */
static th_fb_ref vtable_ref(th_fb_writer *w, th_fb_vtable *v)
{
    for (unsigned i = 0; i < w->n_seen; i++)
        if (same_vtable(&w->seen[i], v)) return w->seen[i].at;
    for (unsigned i = v->n; i-- > 0;) push_le(w, v->place[i], 2);
    push_le(w, v->bytes, 2);
    push_le(w, 4 + 2 * (uint64_t)v->n, 2);
    v->at = w->used;
    if (w->n_seen < TH_FB_MAX_VTABLES) w->seen[w->n_seen++] = *v;
    return v->at;
}

th_fb_ref th_fb_table_end(th_fb_writer *w)
{
    align(w, 0, 4);
    push_le(w, 0, 4); /* distance to the vtable: known below */
    const th_fb_ref table = w->used;
    th_fb_vtable v;
    memset(&v, 0, sizeof v);
    v.n = (uint16_t)w->n_fields;
    v.bytes = (uint16_t)(table - w->table_start);
    for (unsigned i = 0; i < w->n_fields; i++)
        if (w->field[i]) v.place[i] = (uint16_t)(table - w->field[i]);
    const th_fb_ref vtable = vtable_ref(w, &v);
    if (w->mem && table <= w->cap) {
        /* vtable place = table place - distance; from the end: distance = vtable - table. */
        const uint32_t distance = (uint32_t)(vtable - table);
        uint8_t *p = w->mem + (w->cap - table);
        for (unsigned i = 0; i < 4; i++) p[i] = (uint8_t)(distance >> 8 * i);
    }
    return table;
}

size_t th_fb_finish(th_fb_writer *w, th_fb_ref root, const char *identifier)
{
    align(w, 8, 16);
    uint8_t *p = push(w, 4);
    if (p) memcpy(p, identifier, 4);
    push_ref(w, root);
    return w->used;
}
