#include "data/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a value lies in the file. */
typedef struct kind {
    char type; /* f, i, u, b */
    int size;  /* bytes */
    bool large_first;
} kind;

static th_err bad(const char *name, th_why *why, const char *what)
{
    return th_why_set(why, TH_EFORMAT, "%s: %s", name, what);
}

/* ---- NPY's header: a dictionary as Python prints it ---- */

/* What follows 'key': in the text; NULL: it has none. */
static const char *value_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    if (!at) return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    return at;
}

static th_err read_kind(const char *text, const char *name, kind *k, th_why *why)
{
    static const char known[] = "f4 f8 i1 i2 i4 i8 u1 u2 u4 b1";
    const char *at = value_of(text, "'descr':");
    if (!at || at[0] != '\'' || !strchr("<>|=", at[1]) || !at[1] || !at[2] || !at[3] || at[4] != '\'')
        return th_why_set(why, TH_EUNSUP, "%s: its type is none of %s. In Python: np.save(FILE, x.astype('float32'))",
                          name, known);
    for (const char *t = known; t < known + sizeof known; t += 3)
        if (t[0] == at[2] && t[1] == at[3]) {
            *k = (kind){t[0], t[1] - '0', at[1] == '>'};
            return TH_OK;
        }
    return th_why_set(why, TH_EUNSUP, "%s: its type %.2s is none of %s. In Python: np.save(FILE, x.astype('float32'))",
                      name, at + 2, known);
}

static th_err read_shape(const char *text, const char *name, th_array *a, th_why *why)
{
    const char *at = value_of(text, "'shape':");
    if (!at || *at++ != '(') return bad(name, why, "its header has no shape");
    while (at += strspn(at, " ,"), *at != ')') {
        char *end;
        if (*at < '0' || *at > '9' || a->n_dims == TH_MAX_DIMS)
            return bad(name, why, "its shape is not 1 to 8 whole numbers");
        const long v = strtol(at, &end, 10);
        if (v < 1 || v > INT32_MAX) return bad(name, why, "a dimension of its shape is not from 1 to 2147483647");
        a->dim[a->n_dims++] = (int32_t)v;
        at = end;
    }
    return a->n_dims ? TH_OK : bad(name, why, "it is a single number, not an array");
}

static th_err npy_header(th_span file, const char *name, th_array *a, kind *k, size_t *begin, th_why *why)
{
    if (file.n < 12 || file.p[6] < 1 || file.p[6] > 3) return bad(name, why, "it is cut off, or of a newer version");
    const bool old = file.p[6] == 1;
    const size_t at = old ? 10 : 12, n = old ? th_le16(file.p + 8) : th_le32(file.p + 8);
    if (!th_span_has(file, at, n) || n > 65536) return bad(name, why, "its header is cut off");
    char *text = calloc(n + 8, 1); /* zeros behind it: read_kind looks a few bytes ahead */
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    memcpy(text, file.p + at, n);
    const char *order = value_of(text, "'fortran_order':");
    th_err err = read_kind(text, name, k, why);
    if (!err && (!order || strncmp(order, "False", 5) != 0))
        err = th_why_set(why, TH_EUNSUP,
                         "%s: its first dimension lies side by side (Fortran's order). In Python: np.save(FILE, "
                         "np.ascontiguousarray(x))",
                         name);
    if (!err) err = read_shape(text, name, a, why);
    free(text);
    *begin = at + n;
    return err;
}

/* ---- IDX ---- */

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static th_err idx_header(th_span file, const char *name, th_array *a, kind *k, size_t *begin, th_why *why)
{
    static const struct {
        uint8_t code;
        kind kind;
    } known[] = {{0x08, {'u', 1, true}}, {0x09, {'i', 1, true}}, {0x0b, {'i', 2, true}},
                 {0x0c, {'i', 4, true}}, {0x0d, {'f', 4, true}}, {0x0e, {'f', 8, true}}};
    size_t t = 0;
    while (t < 6 && known[t].code != file.p[2]) t++;
    if (t == 6) return bad(name, why, "its type is not one of IDX");
    *k = known[t].kind;
    a->n_dims = file.p[3];
    if (a->n_dims < 1 || a->n_dims > TH_MAX_DIMS) return bad(name, why, "it has not 1 to 8 dimensions");
    *begin = 4 + 4 * (size_t)a->n_dims;
    if (file.n < *begin) return bad(name, why, "its header is cut off");
    for (int32_t i = 0; i < a->n_dims; i++) {
        const uint32_t v = be32(file.p + 4 + 4 * (size_t)i);
        if (v < 1 || v > INT32_MAX) return bad(name, why, "a dimension is not from 1 to 2147483647");
        a->dim[i] = (int32_t)v;
    }
    return TH_OK;
}

/* ---- values ---- */

static float value_at(const uint8_t *p, kind k)
{
    uint64_t bits = 0;
    for (int i = 0; i < k.size; i++) bits = bits << 8 | p[k.large_first ? i : k.size - 1 - i];
    if (k.type == 'f' && k.size == 4) {
        const uint32_t half = (uint32_t)bits;
        float f;
        memcpy(&f, &half, sizeof f);
        return f;
    }
    if (k.type == 'f') {
        double d;
        memcpy(&d, &bits, sizeof d);
        return (float)d;
    }
    if (k.type != 'i') return (float)bits;
    if (k.size < 8 && bits >> (8 * k.size - 1)) bits |= UINT64_MAX << 8 * k.size; /* the sign */
    int64_t v;
    memcpy(&v, &bits, sizeof v);
    return (float)v;
}

static th_err read_values(th_span file, size_t begin, kind k, const char *name, th_array *a, th_why *why)
{
    const size_t there = (file.n - begin) / (size_t)k.size;
    a->n = 1;
    for (int32_t i = 0; i < a->n_dims; i++) {
        if ((size_t)a->dim[i] > there / a->n)
            return bad(name, why, "it is cut off: its shape promises more values than it has");
        a->n *= (size_t)a->dim[i];
    }
    if (a->n * (size_t)k.size != file.n - begin) return bad(name, why, "it has more bytes than its shape says");
    a->bytes = k.type == 'u' && k.size == 1;
    a->values = malloc(a->n * sizeof *a->values);
    if (!a->values) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    for (size_t i = 0; i < a->n; i++) {
        a->values[i] = value_at(file.p + begin + i * (size_t)k.size, k);
        if (!isfinite(a->values[i]))
            return th_why_set(why, TH_EFORMAT, "%s, value %zu is no finite number", name, i + 1);
    }
    return TH_OK;
}

th_err th_array_parse(th_span file, const char *name, th_array *a, th_why *why)
{
    static const char magic[] = "\x93NUMPY";
    kind k = {0};
    size_t begin = 0;
    th_err err;
    *a = (th_array){0};
    if (file.n >= 6 && memcmp(file.p, magic, 6) == 0)
        err = npy_header(file, name, a, &k, &begin, why);
    else if (file.n >= 4 && file.p[0] == 0 && file.p[1] == 0)
        err = idx_header(file, name, a, &k, &begin, why);
    else
        err = bad(name, why, "it begins neither as NPY nor as IDX");
    if (!err) err = read_values(file, begin, k, name, a, why);
    if (err) th_array_free(a);
    return err;
}

void th_array_free(th_array *a)
{
    free(a->values);
    *a = (th_array){0};
}
