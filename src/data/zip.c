#include "data/zip.h"

#include "base/text.h"
#include "data/project.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* What libarchive says of a .zip in memory. */
typedef struct reading {
    struct archive *a;
    struct archive_entry *entry; /* the present file */
    th_span zip;
    const char *name;
    size_t files;
    uint64_t size; /* bytes unpacked so far */
    bool tar;
    th_why *why;
} reading;

static th_err bad(const reading *r, const char *what)
{
    return th_why_set(r->why, TH_EFORMAT, "%s: %s", r->name, what);
}

static th_err bad_file(const reading *r, th_err err, const char *what)
{
    return th_why_set(r->why, err, "%s, file %s: %s", r->name, archive_entry_pathname(r->entry), what);
}

/* The present file's, as tar programs write it or without: "./yes/a.wav" is "yes/a.wav", "./" the folder itself: "". */
static const char *path_of(const reading *r)
{
    const char *path = archive_entry_pathname(r->entry);
    while (path && path[0] == '.' && path[1] == '/') path += 2;
    return path;
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
    return n && path[n - 1] != '/' && path[0] != '.' && !strstr(path, "/.") && strncmp(path, "__MACOSX/", 9) != 0;
}

/* Name, kind and size of the present file. */
static th_err check_file(reading *r)
{
    const char *path = path_of(r);
    const int64_t size = archive_entry_size(r->entry);
    const bool plain = archive_entry_filetype(r->entry) == AE_IFREG || archive_entry_filetype(r->entry) == AE_IFDIR;
    const bool root = path && !*path && *archive_entry_pathname(r->entry);
    if (!path || strlen(path) >= TH_PATH_BYTES || !(root || is_good_path(path)))
        return bad(r, "the name of a file leads out of the archive, or is no text: nothing is unpacked");
    if (archive_entry_is_encrypted(r->entry)) return bad_file(r, TH_EUNSUP, "it is encrypted");
    if (!plain || archive_entry_symlink(r->entry) || archive_entry_hardlink(r->entry))
        return bad_file(r, TH_EUNSUP, "it is a link, or no file: nothing is unpacked");
    if (++r->files > TH_ZIP_FILES)
        return th_why_set(r->why, TH_ERANGE, "%s has more than %d files", r->name, TH_ZIP_FILES);
    if (size < 0 || (uint64_t)size > TH_ZIP_BYTES) return bad_file(r, TH_ERANGE, "it has more than 256 MB");
    r->size += (uint64_t)size;
    if (r->size > TH_ZIP_RATIO * (uint64_t)r->zip.n + TH_ZIP_BYTES)
        return th_why_set(r->why, TH_ERANGE, "%s would become more than 100 times as large: this is no honest archive",
                          r->name);
    return TH_OK;
}

/* The present file's bytes, exactly as many as its header says. */
static th_err give(const reading *r, th_zip_take *take, void *ctx)
{
    const size_t size = (size_t)archive_entry_size(r->entry);
    size_t n = 0;
    la_ssize_t got = 1;
    uint8_t *bytes = malloc(size + 1);
    if (!bytes) return bad_file(r, TH_ENOMEM, "out of memory");
    while (got > 0 && n <= size) {
        got = archive_read_data(r->a, bytes + n, size + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    th_err err = TH_OK;
    if (got < 0) {
        const char *what = archive_error_string(r->a);
        err = th_why_set(r->why, TH_EFORMAT, "%s, file %s: it is damaged (%s)", r->name,
                         archive_entry_pathname(r->entry), what ? what : "no more is known");
    } else if (n != size) {
        err = bad_file(r, TH_EFORMAT, "it is damaged (its size is another)");
    }
    if (!err) err = take(ctx, path_of(r), (th_span){bytes, n}, r->why);
    free(bytes);
    return err;
}

/* take NULL: everything is checked and nothing unpacked. */
static th_err each_file(reading *r, th_zip_take *take, void *ctx)
{
    for (;;) {
        const int got = archive_read_next_header(r->a, &r->entry);
        if (got == ARCHIVE_EOF) return r->files ? TH_OK : bad(r, "it is empty");
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return bad(r, "its list of files is damaged, or cut off");
        TH_TRY(check_file(r));
        if (take && archive_entry_filetype(r->entry) == AE_IFREG && is_wanted(path_of(r))) TH_TRY(give(r, take, ctx));
    }
}

static bool open_archive(const reading *r)
{
    const bool known = r->tar ? archive_read_support_format_tar(r->a) == ARCHIVE_OK &&
                                    archive_read_support_filter_gzip(r->a) == ARCHIVE_OK
                              : archive_read_support_format_zip_seekable(r->a) == ARCHIVE_OK;
    return known && archive_read_open_memory(r->a, r->zip.p, r->zip.n) == ARCHIVE_OK;
}

static th_err read_once(th_span zip, bool tar, const char *name, th_zip_take *take, void *ctx, th_why *why)
{
    reading r = {.a = archive_read_new(), .zip = zip, .name = name, .tar = tar, .why = why};
    if (!r.a) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    th_err err = TH_OK;
    if (!open_archive(&r)) err = bad(&r, tar ? "it is cut off, or no tar archive" : "it is cut off, or no zip archive");
    if (!err) err = each_file(&r, take, ctx);
    archive_read_free(r.a);
    return err;
}

static th_err read_all(th_span zip, bool tar, const char *name, th_zip_take *take, void *ctx, th_why *why)
{
    /* Names are UTF-8, whatever the user's language is: libarchive asks the thread's locale. */
    const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    const locale_t was = utf8 ? uselocale(utf8) : (locale_t)0;
    th_err err = read_once(zip, tar, name, NULL, NULL, why); /* all is checked before anything is unpacked */
    if (!err) err = read_once(zip, tar, name, take, ctx, why);
    if (utf8) {
        (void)uselocale(was);
        freelocale(utf8);
    }
    return err;
}

th_err th_zip_read(th_span zip, const char *name, th_zip_take *take, void *ctx, th_why *why)
{
    return read_all(zip, false, name, take, ctx, why);
}

th_err th_tar_read(th_span tar, const char *name, th_zip_take *take, void *ctx, th_why *why)
{
    return read_all(tar, true, name, take, ctx, why);
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
