/* deploy/writer.h -- text that grows: the source files that deploy writes. */
#ifndef TH_DEPLOY_WRITER_H
#define TH_DEPLOY_WRITER_H

#include "base/span.h"
#include "base/why.h"
#include "nn/tensor.h"

typedef struct th_writer {
    char *text; /* NUL-terminated; NULL while empty.  th_writer_free frees it */
    size_t n, cap;
    th_err err; /* sticky: look at it once, at the end */
} th_writer;

void th_writer_add(th_writer *w, const char *fmt, ...) TH_PRINTF(2, 3); /* as printf */
void th_writer_free(th_writer *w);

/* A C string literal, all but plain ASCII as octal escapes. */
void th_writer_string(th_writer *w, const char *utf8);

/* A float as a C99 constant that reads back as the same float: 9 significant digits. */
void th_writer_float(th_writer *w, float v);
/* A 32-bit integer as a C99 constant, whatever the size of int. */
void th_writer_int(th_writer *w, int64_t v);

/* "static const TYPE NAME[n] TH_CODE_ALIGN = {...};" from little-endian bytes of a tensor. */
void th_writer_array(th_writer *w, const char *name, th_type type, const void *data, size_t n);

#define TH_WRITER_SPAN(w) ((th_span){(const uint8_t *)(w)->text, (w)->n})

#endif
