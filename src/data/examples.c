#define ZLIB_CONST /* what is unpacked is only read */
#include "data/examples.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/picture.h"
#include "data/project.h"
#include "os/file.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MOST_VALUES ((size_t)INT32_MAX)

void th_examples_free(th_examples *e)
{
    if (!e) return;
    free(e->u8);
    free(e->f32);
    free(e->label);
    free(e->target);
    for (int32_t i = 0; e->file && i < e->n; i++) free(e->file[i]);
    free(e->file);
    free(e);
}

static size_t size_of(const th_examples *e)
{
    return (size_t)e->h * (size_t)e->w * (size_t)e->c;
}

void th_examples_keep(th_examples *e, const bool *keep)
{
    const size_t size = size_of(e), targets = (size_t)e->n_targets;
    int32_t n = 0;
    for (int32_t i = 0; i < e->n; i++) {
        if (!keep[i]) {
            if (e->file) free(e->file[i]);
            continue;
        }
        const size_t to = (size_t)n, from = (size_t)i;
        if (e->u8) memmove(e->u8 + to * size, e->u8 + from * size, size);
        if (e->f32) memmove(e->f32 + to * size, e->f32 + from * size, size * sizeof *e->f32);
        if (e->target) memmove(e->target + to * targets, e->target + from * targets, targets * sizeof *e->target);
        if (e->file) e->file[n] = e->file[i];
        e->label[n++] = e->label[i];
    }
    e->n = n;
}

/* Room for one more example; grows by half. */
static th_err room(th_examples *e, int32_t *cap, bool bytes, th_why *why)
{
    if (e->n < *cap) return TH_OK;
    const size_t grown = *cap < 256 ? 256 : (size_t)*cap + (size_t)*cap / 2, n = grown * size_of(e);
    const int32_t more = (int32_t)grown;
    if (size_of(e) == 0 || n > MOST_VALUES)
        return th_why_set(why, TH_ENOMEM, "the examples are too many or too large: 2^31 values or more");
    void *x = bytes ? realloc(e->u8, n) : realloc(e->f32, n * sizeof(float));
    if (!x) return th_why_set(why, TH_ENOMEM, "no memory for %ld examples", (long)more);
    if (bytes)
        e->u8 = x;
    else
        e->f32 = x;
    int32_t *label = realloc(e->label, (size_t)more * sizeof *label);
    if (!label) return th_why_set(why, TH_ENOMEM, "no memory for %ld examples", (long)more);
    e->label = label;
    char **file = realloc(e->file, (size_t)more * sizeof *file);
    if (!file) return th_why_set(why, TH_ENOMEM, "no memory for %ld examples", (long)more);
    e->file = file;
    *cap = more;
    return TH_OK;
}

/* Number of a label, added when it is new. */
static th_err label_of(th_examples *e, const char *name, size_t len, int32_t *label, const char *where, th_why *why)
{
    if (len == 0 || len >= TH_LABEL_BYTES)
        return th_why_set(why, TH_EFORMAT, "%s: a label must have from 1 to %d bytes", where, TH_LABEL_BYTES - 1);
    char text[TH_LABEL_BYTES];
    memcpy(text, name, len);
    text[len] = 0;
    if (strlen(text) != len || !th_text_is_utf8(text))
        return th_why_set(why, TH_EFORMAT,
                          "%s: its label is not UTF-8 text. Save the file, or name the folder, in UTF-8", where);
    for (*label = 0; *label < e->n_labels; ++*label)
        if (strcmp(e->labels[*label], text) == 0) return TH_OK;
    if (e->n_labels == TH_MAX_LABELS)
        return th_why_set(why, TH_EFORMAT, "%s: more than %d different labels", where, TH_MAX_LABELS);
    memcpy(e->labels[e->n_labels++], text, len + 1);
    return TH_OK;
}

/* Names of classes that have none. */
static void number_labels(th_examples *e)
{
    for (int32_t k = 0; k < e->n_labels && k < TH_MAX_LABELS; k++)
        th_text_fmt(e->labels[k], TH_LABEL_BYTES, "%d", (int)k);
}

/* ---- folders of pictures ---- */

static th_err add_picture(th_examples *e, int32_t *cap, const char *path, int32_t label, th_why *why)
{
    uint8_t *bytes;
    int32_t h, w;
    th_why inner = {0};
    const th_err err = th_picture_read(path, e->c, &bytes, &h, &w, &inner);
    if (err == TH_ENOMEM) return th_why_set(why, err, "%s", inner.text);
    if (err) {
        if (e->n_skipped++ == 0) th_text_fmt(e->skipped, sizeof e->skipped, "%s", inner.text);
        return TH_OK;
    }
    if (e->h == 0) e->h = h, e->w = w;
    th_err full = room(e, cap, true, why);
    char *name = full ? NULL : strdup(path);
    if (!full && !name) full = th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    if (!full) full = th_picture_fit(bytes, h, w, e->c, e->u8 + (size_t)e->n * size_of(e), e->h, e->w, why);
    if (full) free(name);
    if (!full) {
        e->file[e->n] = name;
        e->label[e->n++] = label;
    }
    free(bytes);
    return full;
}

static th_err add_label_folder(th_examples *e, int32_t *cap, const char *dir, const char *name, th_why *why)
{
    th_names files;
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];
    TH_TRY(th_path_join(folder, dir, name, why));
    if (!th_dir_exists(folder)) return TH_OK;
    TH_TRY(th_dir_list(folder, &files, why));
    int32_t label = -1;
    th_err err = TH_OK;
    for (size_t i = 0; i < files.n && !err; i++) {
        if (!th_picture_named(files.name[i])) continue;
        if (label < 0) err = label_of(e, name, strlen(name), &label, folder, why);
        if (!err) err = th_path_join(path, folder, files.name[i], why);
        if (!err) err = add_picture(e, cap, path, label, why);
    }
    th_names_free(&files);
    return err;
}

static th_err load_folder(th_examples *e, const char *dir, th_why *why)
{
    th_names names;
    int32_t cap = 0;
    if (e->c != 1 && e->c != 3)
        return th_why_set(why, TH_ESHAPE, "%s has pictures, of 1 or 3 channels, but inputs of %dx%dx%d are wanted", dir,
                          (int)e->h, (int)e->w, (int)e->c);
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) err = add_label_folder(e, &cap, dir, names.name[i], why);
    th_names_free(&names);
    if (!err && e->n == 0)
        err = th_why_set(why, TH_ENOENT,
                         "%s has no pictures: a folder for each label with PNG or JPEG files in it is needed%s%s", dir,
                         e->n_skipped ? ". The first that could not be read: " : "", e->skipped);
    return err;
}

/* ---- IDX ---- */

/* One more piece of z's output in twice the room; *cap is its bytes. */
static th_err grow(uint8_t **bytes, size_t *cap, const char *name, th_why *why)
{
    const size_t more = *cap ? *cap * 2 : (size_t)1 << 16;
    uint8_t *room = more <= 2 * MOST_VALUES ? realloc(*bytes, more) : NULL;
    if (!room) return th_why_set(why, TH_ENOMEM, "no memory for what %s unpacks to", name);
    *bytes = room, *cap = more;
    return TH_OK;
}

/* Everything that z gives -> *bytes, which stay the caller's after an error.  A gzip file may be several in a row. */
static th_err unpack(z_stream *z, const char *name, uint8_t **bytes, size_t *n, th_why *why)
{
    size_t cap = 0;
    for (int got = Z_OK; got != Z_STREAM_END || z->avail_in;) {
        if (got == Z_STREAM_END && inflateReset(z) != Z_OK) return th_why_set(why, TH_EFORMAT, "%s: damaged", name);
        if (*n == cap) TH_TRY(grow(bytes, &cap, name, why));
        const uInt room = cap - *n < 1u << 30 ? (uInt)(cap - *n) : 1u << 30;
        z->next_out = *bytes + *n, z->avail_out = room;
        got = inflate(z, Z_NO_FLUSH);
        *n += room - z->avail_out;
        if (got == Z_MEM_ERROR) return th_why_set(why, TH_ENOMEM, "no memory to unpack %s", name);
        if (got != Z_OK && got != Z_STREAM_END) return th_why_set(why, TH_EFORMAT, "%s: damaged, or cut off", name);
    }
    return TH_OK;
}

/* gzip -> fresh bytes, NULL: it is none, and `packed` is what is meant. */
static th_err gunzip(const char *name, th_span packed, uint8_t **bytes, size_t *n, th_why *why)
{
    *bytes = NULL, *n = 0;
    if (packed.n < 2 || packed.p[0] != 0x1f || packed.p[1] != 0x8b || packed.n > UINT_MAX) return TH_OK;
    z_stream z = {.next_in = packed.p, .avail_in = (uInt)packed.n};
    if (inflateInit2(&z, 15 + 16) != Z_OK) return th_why_set(why, TH_ENOMEM, "no memory to unpack %s", name);
    const th_err err = unpack(&z, name, bytes, n, why);
    inflateEnd(&z);
    if (!err) return TH_OK;
    free(*bytes);
    *bytes = NULL;
    return err;
}

static uint32_t big_endian(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* "images-idx3" -> "labels-idx1" in the file's name. */
static bool labels_path(const char *path, char out[TH_PATH_BYTES])
{
    const char *at = strstr(path, "images-idx3");
    if (!at || strlen(path) >= TH_PATH_BYTES) return false;
    memcpy(out, path, strlen(path) + 1);
    memcpy(out + (at - path), "labels-idx1", 11);
    return true;
}

static th_err take_idx(th_examples *e, const char *path, th_span pictures, th_span labels, th_why *why)
{
    const uint8_t *x = pictures.p, *y = labels.p;
    const size_t nx = pictures.n, ny = labels.n;
    if (nx < 16 || big_endian(x) != 0x803 || ny < 8 || big_endian(y) != 0x801)
        return th_why_set(why, TH_EFORMAT, "%s: no IDX file of pictures with its file of labels", path);
    const size_t n = big_endian(x + 4), h = big_endian(x + 8), w = big_endian(x + 12);
    if (h < 1 || w < 1 || h > TH_MAX_PICTURE || w > TH_MAX_PICTURE || n > MOST_VALUES / (h * w) ||
        nx != 16 + n * h * w || big_endian(y + 4) != n || ny != 8 + n || n == 0)
        return th_why_set(why, TH_EFORMAT, "%s: its sizes do not go with its bytes, or with its labels", path);
    if (e->c != 1)
        return th_why_set(why, TH_ESHAPE, "%s has grey pictures, but %d channels are wanted", path, (int)e->c);
    const int32_t to_h = e->h ? e->h : (int32_t)h, to_w = e->h ? e->w : (int32_t)w;
    e->h = to_h, e->w = to_w;
    e->u8 = malloc(n * size_of(e));
    e->label = malloc(n * sizeof *e->label);
    if (!e->u8 || !e->label) return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", n);
    for (size_t i = 0; i < n; i++) {
        TH_TRY(th_picture_fit(x + 16 + i * h * w, (int32_t)h, (int32_t)w, 1, e->u8 + i * size_of(e), to_h, to_w, why));
        e->label[i] = y[8 + i];
        if (y[8 + i] >= TH_MAX_LABELS)
            return th_why_set(why, TH_EFORMAT, "%s: label %d; at most %d classes are possible", path, y[8 + i],
                              TH_MAX_LABELS);
        if (y[8 + i] >= e->n_labels) e->n_labels = y[8 + i] + 1;
    }
    number_labels(e);
    e->n = (int32_t)n;
    return TH_OK;
}

static th_err parse_idx(th_examples *e, const char *path, th_span pictures, th_span labels, th_why *why)
{
    uint8_t *x, *y = NULL;
    size_t nx, ny = 0;
    TH_TRY(gunzip(path, pictures, &x, &nx, why));
    th_err err = gunzip(path, labels, &y, &ny, why);
    if (!err) err = take_idx(e, path, x ? (th_span){x, nx} : pictures, y ? (th_span){y, ny} : labels, why);
    free(x);
    free(y);
    return err;
}

static th_err load_idx(th_examples *e, const char *path, th_why *why)
{
    char beside[TH_PATH_BYTES];
    uint8_t *x, *y = NULL;
    size_t nx, ny = 0;
    if (!labels_path(path, beside))
        return th_why_set(why, TH_EFORMAT, "%s: the name must hold images-idx3, so that labels-idx1 is found beside it",
                          path);
    TH_TRY(th_file_read(path, 0, &x, &nx, why));
    th_err err = th_file_read(beside, 0, &y, &ny, why);
    if (!err) {
        err = parse_idx(e, path, (th_span){x, nx}, (th_span){y, ny}, why);
        free(y);
    }
    free(x);
    return err;
}

/* ---- numbers ---- */

/* A number with a point, whatever the locale. */
static bool number(const char *at, const char *end, float *v)
{
    char text[64], *stop;
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\r')) end--;
    if (at == end || end - at >= (ptrdiff_t)sizeof text) return false;
    memcpy(text, at, (size_t)(end - at));
    text[end - at] = 0;
    *v = strtof(text, &stop);
    return stop == text + (end - at) && isfinite(*v);
}

static int32_t columns_of(const char *line, const char *end)
{
    int32_t n = 1;
    for (; line < end; line++) n += *line == ',';
    return n;
}

/* One row: numbers, then the label. */
static th_err add_row(th_examples *e, int32_t *cap, const char *at, const char *end, const char *where, th_why *why)
{
    TH_TRY(room(e, cap, false, why));
    float *x = e->f32 + (size_t)e->n * size_of(e);
    for (size_t i = 0; i < size_of(e); i++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        if (!comma || !number(at, comma, &x[i]))
            return th_why_set(why, TH_EFORMAT, "%s: column %zu is no number", where, i + 1);
        at = comma + 1;
    }
    while (at < end && *at == ' ') at++;
    while (end > at && (end[-1] == '\r' || end[-1] == ' ')) end--;
    if (memchr(at, ',', (size_t)(end - at)))
        return th_why_set(why, TH_EFORMAT, "%s: %zu numbers and a label are needed, there are more columns", where,
                          size_of(e));
    e->file[e->n] = NULL;
    return label_of(e, at, (size_t)(end - at), &e->label[e->n++], where, why);
}

/* The first line gives the number of columns; it is left out when its first column is no number (names). */
static th_err parse_csv(th_examples *e, const char *path, th_span text, th_why *why)
{
    int32_t cap = 0, line = 0;
    const char *at = (const char *)text.p, *end = at + text.n;
    th_err err = TH_OK;
    if (text.n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) at += 3; /* spreadsheets put this mark of UTF-8 in front */
    for (; at < end && !err; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at)), *next = stop ? stop + 1 : end;
        char where[TH_PATH_BYTES + 32];
        float v;
        if (!stop) stop = end;
        th_text_fmt(where, sizeof where, "%s, line %d", path, (int)line + 1);
        const char *comma = memchr(at, ',', (size_t)(stop - at));
        if (line == 0) {
            const int32_t columns = columns_of(at, stop) - 1;
            if (e->h == 0) e->h = e->w = 1, e->c = columns;
            if (columns < 1)
                err = th_why_set(why, TH_EFORMAT,
                                 "%s: a row is numbers and then a label, with commas between them (not semicolons)",
                                 where);
            else if ((size_t)columns != size_of(e))
                err = th_why_set(why, TH_ESHAPE, "%s has %d columns of numbers, but the network takes %zu", path,
                                 (int)columns, size_of(e));
        }
        const bool empty = stop == at || (stop == at + 1 && *at == '\r');
        const bool names = line == 0 && (!comma || !number(at, comma, &v));
        if (!err && !empty && !names) err = add_row(e, &cap, at, stop, where, why);
        at = next;
    }
    if (!err && e->n == 0) err = th_why_set(why, TH_EFORMAT, "%s has no rows", path);
    return err;
}

static th_err load_csv(th_examples *e, const char *path, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = parse_csv(e, path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

static th_err parse_class_numbers(th_examples *e, const char *path, const char *at, int32_t n_classes, th_why *why)
{
    for (int32_t i = 0; i < e->n; i++) {
        char *end = NULL;
        errno = 0;
        const long v = strtol(at, &end, 10);
        if (end == at || errno || v < 0)
            return th_why_set(why, TH_EFORMAT,
                              "%s, label %ld: a class number from 0 on is needed; there are %ld examples", path,
                              (long)i + 1, (long)e->n);
        if (v >= n_classes)
            return th_why_set(why, TH_EFORMAT,
                              "%s, label %ld is %ld, but there are at most %ld classes, which count from 0", path,
                              (long)i + 1, v, (long)n_classes);
        e->label[i] = (int32_t)v;
        if (v >= e->n_labels) e->n_labels = (int32_t)v + 1;
        at = end;
    }
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') at++;
    return *at ? th_why_set(why, TH_EFORMAT, "%s has more labels than there are examples, %ld", path, (long)e->n)
               : TH_OK;
}

static th_err read_class_numbers(th_examples *e, const char *path, int32_t n_classes, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    char *text = calloc(n + 1, 1);
    if (text) memcpy(text, bytes, n);
    free(bytes);
    const th_err err = text ? parse_class_numbers(e, path, text, n_classes, why)
                            : th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    free(text);
    number_labels(e);
    return err;
}

/* float32 numbers, and class numbers unless `labels` is NULL. */
static th_err load_numbers(th_examples *e, const char *path, const char *labels, int32_t n_classes, th_why *why)
{
    const size_t each = size_of(e) * sizeof(float);
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    e->f32 = (float *)(void *)bytes;
    if (each == 0 || n == 0 || n % each || n / each > INT32_MAX)
        return th_why_set(
            why, TH_EFORMAT,
            "%s has %zu bytes, but one input of the model is %zu bytes of float32: give whole inputs, one "
            "after another",
            path, n, each);
    for (size_t i = 0; labels && i < n / sizeof(float); i++)
        if (!isfinite(e->f32[i]))
            return th_why_set(why, TH_EFORMAT, "%s, example %zu: its value %zu is no number", path, i / size_of(e) + 1,
                              i % size_of(e) + 1);
    e->n = (int32_t)(n / each);
    e->label = calloc((size_t)e->n, sizeof *e->label);
    if (!e->label) return th_why_set(why, TH_ENOMEM, "no memory for %d examples", (int)e->n);
    if (labels) return read_class_numbers(e, labels, n_classes, why);
    for (int32_t i = 0; i < e->n; i++) e->label[i] = -1;
    return TH_OK;
}

bool th_examples_labels_path(const char *path, char labels[TH_PATH_BYTES])
{
    const size_t stem = strlen(path) - 4;
    if (!th_text_ends(path, ".bin") || stem + 8 > TH_PATH_BYTES) return false;
    memcpy(labels, path, stem);
    memcpy(labels + stem, ".labels", 8);
    return true;
}

static th_err load_bin(th_examples *e, const char *path, th_why *why)
{
    char beside[TH_PATH_BYTES];
    if (e->h == 0) return th_why_set(why, TH_ESHAPE, "%s: the shape of an example must be given (--size)", path);
    if (!th_examples_labels_path(path, beside)) return th_why_set(why, TH_ERANGE, "%s: too long a path", path);
    return load_numbers(e, path, beside, TH_MAX_LABELS, why);
}

/* ---- all kinds ---- */

/* Nothing half-read is given out. */
static th_err finish(th_err err, th_examples **e)
{
    if (!err) return TH_OK;
    th_examples_free(*e);
    *e = NULL;
    return err;
}

static th_err start(const th_examples_shape *shape, int32_t c, th_examples **out, th_why *why)
{
    th_examples *e = *out = calloc(1, sizeof *e);
    if (!e) return th_why_set(why, TH_ENOMEM, "no memory for examples");
    e->h = shape->h, e->w = shape->w, e->c = shape->c ? shape->c : c;
    return TH_OK;
}

th_err th_examples_from_csv(const char *name, th_span text, const th_examples_shape *shape, th_examples **e,
                            th_why *why)
{
    TH_TRY(start(shape, 1, e, why));
    return finish(parse_csv(*e, name, text, why), e);
}

th_err th_examples_from_idx(const char *name, th_span pictures, th_span labels, const th_examples_shape *shape,
                            th_examples **e, th_why *why)
{
    TH_TRY(start(shape, 1, e, why));
    return finish(parse_idx(*e, name, pictures, labels, why), e);
}

th_err th_examples_load(const char *path, const th_examples_shape *shape, th_examples **out, th_why *why)
{
    const bool idx = strstr(path, "idx3") != NULL;
    TH_TRY(start(shape, idx ? 1 : 3, out, why));
    th_examples *e = *out;
    th_err err;
    if (th_dir_exists(path))
        err = load_folder(e, path, why);
    else if (!th_file_exists(path))
        err = th_why_set(why, TH_ENOENT, "there is no file or folder %s", path);
    else if (idx)
        err = load_idx(e, path, why);
    else if (th_text_ends(path, ".csv"))
        err = load_csv(e, path, why);
    else if (th_text_ends(path, ".bin"))
        err = load_bin(e, path, why);
    else
        err = th_why_set(
            why, TH_EFORMAT,
            "%s: examples are a folder with a folder of PNG or JPEG pictures for each label, an images-idx3 file, a "
            ".csv file, or a .bin file of float32",
            path);
    return finish(err, out);
}

th_err th_examples_load_raw(const char *path, const char *labels, int32_t n_values, int32_t n_classes,
                            th_examples **out, th_why *why)
{
    TH_TRY(start(&(th_examples_shape){1, 1, n_values}, 1, out, why));
    return finish(load_numbers(*out, path, labels, n_classes, why), out);
}

/* ---- giving them out ---- */

void th_examples_get(const th_examples *e, const th_examples_scale *s, int32_t i, float *x)
{
    const size_t n = size_of(e);
    const float step = (s->pixel_hi - s->pixel_lo) / 255;
    for (size_t k = 0; k < n; k++) {
        if (e->u8)
            x[k] = s->pixel_lo + step * (float)e->u8[(size_t)i * n + k];
        else
            x[k] = s->mean ? (e->f32[(size_t)i * n + k] - s->mean[k]) * s->inv[k] : e->f32[(size_t)i * n + k];
        if (s->most > 0) x[k] = fminf(fmaxf(x[k], -s->most), s->most);
    }
}
