#include "data/zip.h"

#include "base/text.h"
#include "data/project.h"

#define ZLIB_CONST
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define END_BYTES   22 /* of the record at the end, without its comment */
#define ENTRY_BYTES 46
#define LOCAL_BYTES 30

typedef struct entry {
    char path[1024];
    uint32_t crc, packed, size, local; /* local: where its own header stands */
    int flags, method;
} entry;

typedef struct archive {
    th_span s;
    const char *name;
    size_t at;       /* of the next entry in the list */
    size_t n;        /* entries */
    uint64_t packed; /* bytes of the entries so far */
    uint64_t size;
    th_why *why;
} archive;

static th_err bad(const archive *a, const char *what)
{
    return th_why_set(a->why, TH_EFORMAT, "%s: %s", a->name, what);
}

static th_err bad_file(const archive *a, const entry *e, th_err err, const char *what)
{
    return th_why_set(a->why, err, "%s, file %s: %s", a->name, e->path, what);
}

/* The record at the end, behind which only its comment stands. */
static th_err find_list(archive *a)
{
    for (size_t back = END_BYTES; back <= a->s.n && back <= END_BYTES + 65535; back++) {
        const uint8_t *p = a->s.p + a->s.n - back;
        if (memcmp(p, "PK\5\6", 4) != 0 || th_le16(p + 20) != back - END_BYTES) continue;
        a->n = th_le16(p + 10);
        a->at = th_le32(p + 16);
        if (a->n == 0xffff || a->at == 0xffffffffu)
            return th_why_set(a->why, TH_EUNSUP, "%s is a Zip64 archive: unpack it and import the folder", a->name);
        if (!a->n) return bad(a, "it is empty");
        return a->n <= TH_ZIP_FILES ? TH_OK : th_why_set(a->why, TH_ERANGE, "%s has more than 200000 files", a->name);
    }
    return bad(a, "it is cut off, or no zip archive");
}

/* Leads into the folder and nowhere else. */
static bool is_good_path(const char *path)
{
    if (!*path || *path == '/' || strchr(path, '\\') || !th_text_is_utf8(path)) return false;
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127) return false;
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
        const size_t n = strcspn(part, "/");
        if ((n == 2 && part[0] == '.' && part[1] == '.') || (n == 1 && part[0] == '.') || (n == 0 && *part))
            return false;
    }
    return true;
}

static bool is_wanted(const char *path)
{
    const size_t n = strlen(path);
    return path[n - 1] != '/' && path[0] != '.' && !strstr(path, "/.") && strncmp(path, "__MACOSX/", 9) != 0;
}

static th_err check_limits(archive *a, const entry *e)
{
    a->packed += (uint64_t)e->packed + LOCAL_BYTES;
    a->size += e->size;
    if (e->flags & 1) return bad_file(a, e, TH_EUNSUP, "it is encrypted");
    if (e->method != 0 && e->method != 8) return bad_file(a, e, TH_EUNSUP, "it is packed in a way that is not read");
    if (e->packed == 0xffffffffu || e->size == 0xffffffffu || e->local == 0xffffffffu)
        return bad_file(a, e, TH_EUNSUP, "it is in Zip64: unpack the archive and import the folder");
    if (e->size > TH_ZIP_BYTES) return bad_file(a, e, TH_ERANGE, "it has more than 256 MB");
    if (a->packed > a->s.n) return bad(a, "its files lie over each other: this is no honest archive");
    if (a->size > TH_ZIP_RATIO * (uint64_t)a->s.n + TH_ZIP_BYTES)
        return th_why_set(a->why, TH_ERANGE, "%s would become more than 100 times as large: this is no honest archive",
                          a->name);
    return TH_OK;
}

static th_err next_entry(archive *a, entry *e)
{
    if (!th_span_has(a->s, a->at, ENTRY_BYTES)) return bad(a, "its list of files is cut off");
    const uint8_t *p = a->s.p + a->at;
    const size_t n = th_le16(p + 28), rest = (size_t)th_le16(p + 30) + th_le16(p + 32);
    if (memcmp(p, "PK\1\2", 4) != 0) return bad(a, "its list of files is damaged");
    if (!th_span_has(a->s, a->at + ENTRY_BYTES, n + rest)) return bad(a, "its list of files is cut off");
    *e = (entry){.crc = th_le32(p + 16),
                 .packed = th_le32(p + 20),
                 .size = th_le32(p + 24),
                 .local = th_le32(p + 42),
                 .flags = th_le16(p + 8),
                 .method = th_le16(p + 10)};
    a->at += ENTRY_BYTES + n + rest;
    if (n >= sizeof e->path || memchr(p + ENTRY_BYTES, 0, n)) return bad(a, "the name of a file is too long");
    memcpy(e->path, p + ENTRY_BYTES, n);
    e->path[n] = 0;
    if (!is_good_path(e->path))
        return bad(a, "the name of a file leads out of the archive, or is no text: nothing is unpacked");
    return check_limits(a, e);
}

/* ---- content ---- */

static bool inflate_all(th_span from, uint8_t *to, size_t n)
{
    z_stream z = {.next_in = from.p, .avail_in = (uInt)from.n, .next_out = to, .avail_out = (uInt)n};
    uint8_t none = 0;
    if (!n) z.next_out = &none;
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return false;
    const int end = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return end == Z_STREAM_END && z.avail_out == 0;
}

static th_err give(const archive *a, const entry *e, th_zip_take *take, void *ctx)
{
    const uint8_t *p = a->s.p + e->local;
    if (!th_span_has(a->s, e->local, LOCAL_BYTES) || memcmp(p, "PK\3\4", 4) != 0)
        return bad_file(a, e, TH_EFORMAT, "it is not where the list says");
    const size_t at = (size_t)e->local + LOCAL_BYTES + th_le16(p + 26) + th_le16(p + 28);
    if (!th_span_has(a->s, at, e->packed)) return bad_file(a, e, TH_EFORMAT, "it is cut off");
    const th_span packed = {a->s.p + at, e->packed};
    if (!e->method && e->packed != e->size) return bad_file(a, e, TH_EFORMAT, "its two sizes differ");
    uint8_t *bytes = e->method ? malloc((size_t)e->size + 1) : NULL;
    if (e->method && !bytes) return bad_file(a, e, TH_ENOMEM, "out of memory");
    th_err err = TH_OK;
    if (e->method && !inflate_all(packed, bytes, e->size)) err = bad_file(a, e, TH_EFORMAT, "it is damaged");
    const th_span whole = {bytes ? bytes : packed.p, e->size};
    if (!err && crc32(crc32(0, NULL, 0), whole.p, (uInt)whole.n) != e->crc)
        err = bad_file(a, e, TH_EFORMAT, "it is damaged (its check sum is another)");
    if (!err) err = take(ctx, e->path, whole, a->why);
    free(bytes);
    return err;
}

th_err th_zip_read(th_span zip, const char *name, th_zip_take *take, void *ctx, th_why *why)
{
    archive a = {.s = zip, .name = name, .why = why};
    entry e;
    TH_TRY(find_list(&a));
    const size_t list = a.at;
    for (size_t i = 0; i < a.n; i++) TH_TRY(next_entry(&a, &e)); /* all is checked before anything is unpacked */
    a.at = list;
    a.packed = a.size = 0;
    for (size_t i = 0; i < a.n; i++) {
        TH_TRY(next_entry(&a, &e));
        if (is_wanted(e.path)) TH_TRY(give(&a, &e, take, ctx));
    }
    return TH_OK;
}

/* ---- into a folder ---- */

static th_err write_file(void *ctx, const char *path, th_span bytes, th_why *why)
{
    char whole[TH_PATH_BYTES], folder[TH_PATH_BYTES];
    const char *const *dir = ctx;
    TH_TRY(th_path_join(whole, *dir, path, why));
    th_text_fmt(folder, sizeof folder, "%.*s", (int)(strrchr(whole, '/') - whole), whole);
    TH_TRY(th_dir_make(folder, why));
    return th_file_write_unsynced(whole, bytes, why);
}

/* A folder that holds one folder and nothing else, which holds folders again: the inner one. */
static bool go_inside(char root[TH_PATH_BYTES])
{
    char inner[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names names;
    bool folders = false;
    if (th_dir_list(root, &names, NULL)) return false;
    const bool one = names.n == 1 && !th_path_join(inner, root, names.name[0], NULL) && th_dir_exists(inner);
    th_names_free(&names);
    if (!one || th_dir_list(inner, &names, NULL)) return false;
    for (size_t i = 0; i < names.n && !folders; i++)
        folders = !th_path_join(path, inner, names.name[i], NULL) && th_dir_exists(path);
    th_names_free(&names);
    if (folders) memcpy(root, inner, sizeof inner);
    return folders;
}

th_err th_zip_unpack(const char *path, const char *dir, char root[TH_PATH_BYTES], th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, (size_t)4 << 30, &bytes, &n, why));
    th_err err = th_zip_read((th_span){bytes, n}, path, write_file, &dir, why);
    free(bytes);
    th_text_fmt(root, TH_PATH_BYTES, "%s", dir);
    while (!err && go_inside(root)) {
    }
    return err;
}
