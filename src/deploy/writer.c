#include "deploy/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int reserve(th_writer *w, size_t more)
{
    if (w->err) return 0;
    if (w->n + more + 1 <= w->cap) return 1;
    const size_t cap = (w->n + more + 1) * 2;
    char *text = realloc(w->text, cap);
    if (!text) {
        w->err = TH_ENOMEM;
        return 0;
    }
    w->text = text;
    w->cap = cap;
    return 1;
}

void th_writer_add(th_writer *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !reserve(w, (size_t)n)) return;
    va_start(args, fmt);
    vsnprintf(w->text + w->n, (size_t)n + 1, fmt, args);
    va_end(args);
    w->n += (size_t)n;
}

void th_writer_free(th_writer *w)
{
    free(w->text);
    *w = (th_writer){0};
}

void th_writer_string(th_writer *w, const char *utf8)
{
    th_writer_add(w, "\"");
    for (const unsigned char *c = (const unsigned char *)utf8; *c; c++)
        if (*c < 32 || *c > 126 || *c == '"' || *c == '\\' || *c == '?') /* '?': no trigraphs */
            th_writer_add(w, "\\%03o", *c);
        else
            th_writer_add(w, "%c", *c);
    th_writer_add(w, "\"");
}

void th_writer_float(th_writer *w, float v)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", (double)v);
    th_writer_add(w, strpbrk(text, ".en") ? "%sf" : "%s.0f", text);
}

void th_writer_int(th_writer *w, int64_t v)
{
    if (v == INT64_MIN)
        th_writer_add(w, "(-9223372036854775807 - 1)");
    else if (v == INT32_MIN)
        th_writer_add(w, "(-2147483647 - 1)");
    else
        th_writer_add(w, "%lld", (long long)v);
}

static const char *c_type(th_type type)
{
    switch (type) {
    case TH_F32: return "float";
    case TH_S32: return "int32_t";
    case TH_S64: return "int64_t";
    case TH_S16: return "int16_t";
    case TH_S8: return "int8_t";
    case TH_U16:
    case TH_F16: return "uint16_t";
    case TH_U32: return "uint32_t";
    case TH_U64: return "uint64_t";
    case TH_RESOURCE: return "int32_t";
    case TH_S4:
    case TH_U8:
    case TH_BOOL: return "uint8_t";
    }
    return "uint8_t";
}

static void element(th_writer *w, th_type type, const uint8_t *p)
{
    switch (type) {
    case TH_F32: {
        const uint32_t bits = th_le32(p);
        float v;
        memcpy(&v, &bits, sizeof v);
        th_writer_float(w, v);
        break;
    }
    case TH_RESOURCE:
    case TH_S32: th_writer_int(w, (int32_t)th_le32(p)); break;
    case TH_S64: th_writer_int(w, (int64_t)th_le64(p)); break;
    case TH_S16: th_writer_add(w, "%d", (int16_t)th_le16(p)); break;
    case TH_S8: th_writer_add(w, "%d", (int8_t)*p); break;
    case TH_U64: th_writer_add(w, "%lluu", (unsigned long long)th_le64(p)); break;
    case TH_U32: th_writer_add(w, "%luu", (unsigned long)th_le32(p)); break;
    case TH_U16:
    case TH_F16: th_writer_add(w, "%u", (unsigned)th_le16(p)); break;
    case TH_S4:
    case TH_U8:
    case TH_BOOL: th_writer_add(w, "%d", *p); break;
    }
}

/* Up to 16 bytes with their commas at once: nearly all of a model's text is this. */
static void row_s8(th_writer *w, const int8_t *v, size_t n, bool last)
{
    char row[16 * 6 + 1];
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const int x = v[i] < 0 ? -v[i] : v[i];
        if (v[i] < 0) row[at++] = '-';
        if (x > 99) row[at++] = (char)('0' + x / 100);
        if (x > 9) row[at++] = (char)('0' + x / 10 % 10);
        row[at++] = (char)('0' + x % 10);
        if (i + 1 == n && last) break;
        row[at++] = ',';
        if (i + 1 < n) row[at++] = ' ';
    }
    row[at] = '\0';
    th_writer_add(w, "\n    %s", row);
}

void th_writer_array(th_writer *w, const char *name, th_type type, const void *data, size_t n)
{
    const size_t bytes = th_type_bytes(type);
    if (type == TH_S4) n = (n + 1) / 2;
    th_writer_add(w, "static const %s %s[%zu] TH_CODE_ALIGN(4) = {", c_type(type), name, n ? n : 1);
    for (size_t i = 0; type == TH_S8 && i < n; i += 16)
        row_s8(w, (const int8_t *)data + i, n - i < 16 ? n - i : 16, n - i <= 16);
    for (size_t i = 0; type != TH_S8 && i < n; i++) {
        th_writer_add(w, i % 16 ? "" : "\n    ");
        element(w, type, (const uint8_t *)data + i * bytes);
        th_writer_add(w, i + 1 < n ? (i % 16 == 15 ? "," : ", ") : "");
    }
    th_writer_add(w, n ? "\n};\n" : "0};\n");
}
