/* fmt/flatbuf.h -- the part of FlatBuffers that .tflite files use: verified reading, and writing.
 *
 *   root:   u32 offset to the table | 4 identifier bytes
 *   table:  i32 distance back to its vtable | fields...
 *   vtable: u16 bytes of vtable | u16 bytes of table | u16 place of field 0 in the table (0 = absent) | ...
 *   vector: u32 count | elements...        string: a vector of bytes, then a NUL
 *   A field that is a table, vector or string holds a u32 distance forward from the field.
 *
 * Reading trusts nothing: every place is checked for range and alignment before it is loaded, at
 * the moment it is asked for, so no pass over the file comes first and nothing recurses.  The first
 * fault sticks in th_fb.err; after it every getter returns its default, so a caller reads a whole object and
 * checks once.  Source: FlatBuffers internals documentation, "FlatBuffer Internals". */
#ifndef TH_FMT_FLATBUF_H
#define TH_FMT_FLATBUF_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- reading ---- */

typedef struct th_fb {
    th_span file;
    th_err err;   /* first fault, TH_OK so far */
    th_diag diag; /* where and why */
    size_t reads; /* places that were checked so far: the work that was done, elements of vectors aside */
} th_fb;

typedef struct th_fb_table {
    th_fb *fb;
    size_t at; /* byte of the table; 0: there is none, every field is absent */
    size_t vtable, vtable_bytes, bytes;
} th_fb_table;

typedef struct th_fb_vector {
    th_fb *fb;
    size_t at;  /* byte of element 0 */
    uint32_t n; /* elements; 0 also when absent */
} th_fb_vector;

/* The root table.  identifier: 4 bytes at offset 4 that must be there.
 * Errors in fb: TH_ETRUNC (too short), TH_EFORMAT. */
th_fb_table th_fb_open(th_fb *fb, th_span file, const char *identifier);

/* Records a fault unless one is there. */
void th_fb_fault(th_fb *fb, th_err err, size_t pos, const char *msg);

/* Fields by their id; `def` when absent or after a fault. */
bool th_fb_has(const th_fb_table *t, unsigned field);
uint8_t th_fb_u8(const th_fb_table *t, unsigned field, uint8_t def);
int32_t th_fb_i32(const th_fb_table *t, unsigned field, int32_t def);
uint32_t th_fb_u32(const th_fb_table *t, unsigned field, uint32_t def);
uint64_t th_fb_u64(const th_fb_table *t, unsigned field, uint64_t def);
float th_fb_f32(const th_fb_table *t, unsigned field, float def);
th_fb_table th_fb_sub(const th_fb_table *t, unsigned field);

/* A vector whose elements have `size` bytes (1, 2, 4 or 8), all of them inside the file. */
th_fb_vector th_fb_vec(const th_fb_table *t, unsigned field, size_t size);

/* A string without its NUL, which is checked to be there: p is a C string unless it holds NULs. */
th_span th_fb_string(const th_fb_table *t, unsigned field);

/* Elements; i < v->n. */
th_fb_table th_fb_vec_table(const th_fb_vector *v, uint32_t i);
int32_t th_fb_vec_i32(const th_fb_vector *v, uint32_t i);
int64_t th_fb_vec_i64(const th_fb_vector *v, uint32_t i);
float th_fb_vec_f32(const th_fb_vector *v, uint32_t i);
th_span th_fb_vec_bytes(const th_fb_vector *v, size_t size); /* all elements */

/* ---- writing ---- */

/* Files are built from the last byte to the first, children before the tables that point at them.
 * As with snprintf a run without memory counts, and a second one writes. */

#define TH_FB_MAX_FIELDS  16
#define TH_FB_MAX_VTABLES 32

typedef size_t th_fb_ref; /* distance of an object from the end of the file; 0 is none */

typedef struct th_fb_vtable {
    uint16_t place[TH_FB_MAX_FIELDS]; /* of each field in the table; 0 = absent */
    uint16_t n, bytes;
    th_fb_ref at;
} th_fb_vtable;

typedef struct th_fb_writer {
    uint8_t *mem; /* [cap], or NULL to count */
    size_t cap, used;
    size_t field[TH_FB_MAX_FIELDS], table_start; /* table in the making */
    unsigned n_fields;
    th_fb_vtable seen[TH_FB_MAX_VTABLES]; /* equal vtables are written once */
    unsigned n_seen;
} th_fb_writer;

void th_fb_start(th_fb_writer *w, uint8_t *mem, size_t cap);

/* Vectors: count, then the elements.  `bytes` begins at a multiple of `to` (a power of two up to 16). */
th_fb_ref th_fb_put_bytes(th_fb_writer *w, const void *bytes, size_t n, size_t to);
th_fb_ref th_fb_put_string(th_fb_writer *w, const char *text);
th_fb_ref th_fb_put_i32s(th_fb_writer *w, const int32_t *v, size_t n);
th_fb_ref th_fb_put_i64s(th_fb_writer *w, const int32_t *v, size_t n); /* widened */
th_fb_ref th_fb_put_f32s(th_fb_writer *w, const float *v, size_t n);
th_fb_ref th_fb_put_refs(th_fb_writer *w, const th_fb_ref *v, size_t n);

/* A table: begin, fields (id < TH_FB_MAX_FIELDS) in any order, end. */
void th_fb_table_begin(th_fb_writer *w);
void th_fb_set_u8(th_fb_writer *w, unsigned field, uint8_t v);
void th_fb_set_u32(th_fb_writer *w, unsigned field, uint32_t v);
void th_fb_set_u64(th_fb_writer *w, unsigned field, uint64_t v);
void th_fb_set_i32(th_fb_writer *w, unsigned field, int32_t v);
void th_fb_set_f32(th_fb_writer *w, unsigned field, float v);
void th_fb_set_ref(th_fb_writer *w, unsigned field, th_fb_ref v); /* 0: field left out */
th_fb_ref th_fb_table_end(th_fb_writer *w);

/* Ends the file; returns its bytes, a multiple of 16.  When that is at most cap it stands in
 * mem[cap - bytes .. cap), and with cap == bytes at mem. */
size_t th_fb_finish(th_fb_writer *w, th_fb_ref root, const char *identifier);

#endif
