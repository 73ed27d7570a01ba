#include "deploy/bundle.h"

#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (256u << 20) /* of a zip's contents: no library is larger, but a hostile zip can be */
#define MAX_FILES 20000u

void th_bundle_put(th_bundle *b, const char *name, th_span bytes)
{
    if (!b->err && b->n == b->cap) {
        const size_t cap = b->cap ? b->cap * 2 : 64;
        th_bundle_file *more = realloc(b->file, cap * sizeof *more);
        if (!more) b->err = TH_ENOMEM;
        if (more) b->file = more, b->cap = cap;
    }
    if (b->err) return;
    th_bundle_file f = {strdup(name), malloc(bytes.n + 1), bytes.n};
    if (!f.name || !f.bytes) {
        free(f.name);
        free(f.bytes);
        b->err = TH_ENOMEM;
        return;
    }
    if (bytes.n) memcpy(f.bytes, bytes.p, bytes.n);
    f.bytes[bytes.n] = 0;
    b->file[b->n++] = f;
}

void th_bundle_text(th_bundle *b, const char *name, th_writer *w)
{
    if (w->err)
        b->err = w->err;
    else
        th_bundle_put(b, name, TH_WRITER_SPAN(w));
    th_writer_free(w);
}

/* The word that stands at c, or NULL. */
static const th_bundle_word *word_at(const th_bundle_word *w, const char *c)
{
    if (*c != '@') return NULL;
    for (; w && w->key; w++)
        if (strncmp(c, w->key, strlen(w->key)) == 0) return w;
    return NULL;
}

th_err th_bundle_template(th_bundle *b, const char *name, const char *from, const th_bundle_word *words, th_why *why)
{
    const th_embed_file *file = th_embed_find(from);
    th_writer w = {0};
    if (!file) return th_why_set(why, TH_ENOENT, "%s is not part of this program: build thimble again", from);
    for (const char *c = (const char *)file->bytes; *c;) {
        const th_bundle_word *word = word_at(words, c);
        const size_t plain = 1 + strcspn(c + 1, "@");
        if (word)
            th_writer_add(&w, "%s", word->value);
        else
            th_writer_add(&w, "%.*s", (int)plain, c);
        c += word ? strlen(word->key) : plain;
    }
    th_bundle_text(b, name, &w);
    return TH_OK;
}

const th_bundle_file *th_bundle_find(const th_bundle *b, const char *name)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->file[i].name, name) == 0) return &b->file[i];
    return NULL;
}

void th_bundle_free(th_bundle *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->file[i].name);
        free(b->file[i].bytes);
    }
    free(b->file);
    memset(b, 0, sizeof *b);
}

static th_err out_of_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

static th_err read_file(void *ctx, const char *root, const char *name, th_why *why)
{
    th_bundle *b = ctx;
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (b->n >= MAX_FILES) return th_why_set(why, TH_ERANGE, "%s: more than %u files", root, MAX_FILES);
    TH_TRY(th_path_join(path, root, name, why));
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    th_bundle_put(b, name, (th_span){bytes, n});
    free(bytes);
    return b->err ? out_of_memory(why) : TH_OK;
}

/* One entry of a zip; *sum: bytes of all so far. */
static th_err read_entry(struct archive *a, const char *name, size_t *sum, th_bundle *b, th_why *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0, cap = 0;
    th_err err = TH_OK;
    for (;;) {
        if (n == cap) {
            cap = cap ? cap * 2 : 4096;
            uint8_t *more = realloc(bytes, cap);
            if (!more) err = out_of_memory(why);
            if (err) break;
            bytes = more;
        }
        const la_ssize_t got = archive_read_data(a, bytes + n, cap - n);
        if (got < 0) err = th_why_set(why, TH_EFORMAT, "%s is damaged: %s", name, archive_error_string(a));
        if (got <= 0) break;
        n += (size_t)got;
        *sum += (size_t)got;
        if (*sum > MAX_BYTES) err = th_why_set(why, TH_ERANGE, "more than %u MB are in the zip", MAX_BYTES >> 20);
        if (err) break;
    }
    if (!err) th_bundle_put(b, name, (th_span){bytes, n});
    free(bytes);
    return !err && b->err ? out_of_memory(why) : err;
}

/* "root/src/model.c": its first part must be that of the others. */
static th_err take_root(const char *name, char root[TH_PATH_BYTES], const char **rest, th_why *why)
{
    const size_t n = strcspn(name, "/");
    if (!name[n] || !n || n >= TH_PATH_BYTES || strstr(name, ".."))
        return th_why_set(why, TH_EFORMAT, "\"%.80s\" does not lie in the zip's one folder: a library is a folder",
                          name);
    if (!*root) th_text_fmt(root, TH_PATH_BYTES, "%.*s", (int)n, name);
    if (strlen(root) != n || memcmp(root, name, n) != 0)
        return th_why_set(why, TH_EFORMAT, "the zip has more than one folder: %.80s and %.*s", root, (int)n, name);
    *rest = name + n + 1;
    return TH_OK;
}

static th_err read_entries(struct archive *a, char root[TH_PATH_BYTES], th_bundle *b, th_why *why)
{
    struct archive_entry *entry;
    size_t sum = 0;
    int got;
    while ((got = archive_read_next_header(a, &entry)) == ARCHIVE_OK || got == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry), *rest = NULL;
        if (!name) return th_why_set(why, TH_EFORMAT, "a file in the zip has no name that can be read");
        TH_TRY(take_root(name, root, &rest, why));
        if (archive_entry_filetype(entry) == AE_IFDIR || !*rest) continue;
        if (archive_entry_filetype(entry) != AE_IFREG)
            return th_why_set(why, TH_EFORMAT, "%.80s is neither a file nor a folder", name);
        if (b->n >= MAX_FILES) return th_why_set(why, TH_ERANGE, "more than %u files are in the zip", MAX_FILES);
        TH_TRY(read_entry(a, rest, &sum, b, why));
    }
    if (got != ARCHIVE_EOF) return th_why_set(why, TH_EFORMAT, "%s", archive_error_string(a));
    return b->n ? TH_OK : th_why_set(why, TH_EFORMAT, "the zip has no file in it");
}

static th_err read_zip(const char *path, char root[TH_PATH_BYTES], th_bundle *b, th_why *why)
{
    th_why inner = {0};
    struct archive *a = archive_read_new();
    if (!a) return out_of_memory(why);
    th_err err = TH_OK;
    *root = '\0';
    if (archive_read_support_format_zip(a) || archive_read_open_filename(a, path, 1 << 16))
        err = th_why_set(&inner, TH_EFORMAT, "%s", archive_error_string(a));
    else
        err = read_entries(a, root, b, &inner);
    archive_read_free(a);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

th_err th_bundle_read(const char *path, char root[TH_PATH_BYTES], th_bundle *b, th_why *why)
{
    char whole[TH_PATH_BYTES];
    memset(b, 0, sizeof *b);
    if (!th_dir_exists(path)) return read_zip(path, root, b, why);
    TH_TRY(th_path_absolute(whole, path, why)); /* "." has a name, too */
    const char *name = strrchr(whole, '/');
    th_text_fmt(root, TH_PATH_BYTES, "%s", name ? name + 1 : whole);
    return th_folder_each(path, read_file, b, why);
}

/* The zip as it grows. */
typedef struct sink {
    uint8_t *bytes;
    size_t n, cap;
} sink;

static la_ssize_t sink_write(struct archive *a, void *ctx, const void *bytes, size_t n)
{
    sink *s = ctx;
    if (s->n + n > s->cap) {
        const size_t cap = (s->n + n) * 2;
        uint8_t *more = realloc(s->bytes, cap);
        if (!more) {
            archive_set_error(a, -1, "out of memory");
            return -1;
        }
        s->bytes = more;
        s->cap = cap;
    }
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
    return (la_ssize_t)n;
}

static int put_entry(struct archive *a, const char *root, const th_bundle_file *f)
{
    char name[TH_PATH_BYTES];
    struct archive_entry *entry = archive_entry_new();
    if (!entry) return -1;
    th_text_fmt(name, sizeof name, "%s/%s", root, f->name);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)f->n);
    int bad = archive_write_header(a, entry) != ARCHIVE_OK;
    bad |= f->n && archive_write_data(a, f->bytes, f->n) != (la_ssize_t)f->n;
    archive_entry_free(entry);
    return bad;
}

/* Who would lose a file of somebody else? */
static th_err check_free(const char *path, th_why *why)
{
    th_bundle old;
    char root[TH_PATH_BYTES];
    if (th_dir_exists(path)) return th_why_set(why, TH_EEXIST, "%s is a folder, not a zip", path);
    if (!th_file_exists(path)) return TH_OK;
    const bool ours = th_bundle_read(path, root, &old, NULL) == TH_OK && th_bundle_find(&old, ".thimble");
    th_bundle_free(&old);
    if (ours) return TH_OK;
    return th_why_set(why, TH_EEXIST, "%s is there and was not written by thimble: choose another name", path);
}

static bool write_entries(struct archive *a, const th_bundle *b, const char *root, sink *s)
{
    char name[] = ".thimble";
    const th_bundle_file mark = {name, NULL, 0};
    int bad = archive_write_set_format_zip(a) != ARCHIVE_OK ||
              archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
              archive_write_open(a, s, NULL, sink_write, NULL) != ARCHIVE_OK;
    for (size_t i = 0; i < b->n && !bad; i++) bad = put_entry(a, root, &b->file[i]);
    if (!bad) bad = put_entry(a, root, &mark);
    return !bad && archive_write_close(a) == ARCHIVE_OK;
}

th_err th_bundle_write_zip(const th_bundle *b, const char *root, const char *path, th_why *why)
{
    sink s = {NULL, 0, 0};
    if (b->err) return out_of_memory(why);
    TH_TRY(check_free(path, why));
    struct archive *a = archive_write_new();
    if (!a) return out_of_memory(why);
    th_err err = TH_OK;
    if (!write_entries(a, b, root, &s))
        err = th_why_set(why, TH_ENOMEM, "the zip could not be made: %s", archive_error_string(a));
    archive_write_free(a);
    if (!err) err = th_file_write(path, (th_span){s.bytes, s.n}, why);
    free(s.bytes);
    return err;
}

th_err th_bundle_write_folder(const th_bundle *b, const char *path, th_why *why)
{
    th_folder f;
    if (b->err) return out_of_memory(why);
    TH_TRY(th_folder_begin(path, &f, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < b->n && !err; i++)
        err = th_folder_put(&f, b->file[i].name, (th_span){b->file[i].bytes, b->file[i].n}, why);
    if (!err) err = th_folder_finish(&f, why);
    if (err) th_folder_abort(&f);
    return err;
}
