#include "deploy/folder.h"

#include "base/hash.h"
#include "base/text.h"
#include "deploy/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST ".thimble"

static th_err each_file(const char *root, const char *below, th_folder_fn *fn, void *ctx, th_why *why)
{
    char dir[TH_PATH_BYTES], path[TH_PATH_BYTES], name[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_path_join(dir, root, below, why));
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        const int top = !*below;
        if (top && (strcmp(names.name[i], LIST) == 0 || strcmp(names.name[i], "build") == 0)) continue;
        th_text_fmt(name, sizeof name, "%s%s%s", below, top ? "" : "/", names.name[i]);
        err = th_path_join(path, root, name, why);
        if (err) break;
        err = th_dir_exists(path) ? each_file(root, name, fn, ctx, why) : fn(ctx, root, name, why);
    }
    th_names_free(&names);
    return err;
}

th_err th_folder_each(const char *root, th_folder_fn *fn, void *ctx, th_why *why)
{
    return each_file(root, "", fn, ctx, why);
}

static th_err file_hash(const char *root, const char *name, uint64_t *hash, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_path_join(path, root, name, why));
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    *hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    return TH_OK;
}

/* One line of the list. */
static void list_line(char *buf, size_t cap, uint64_t hash, const char *name)
{
    th_text_fmt(buf, cap, "%016llx %s\n", (unsigned long long)hash, name);
}

/* What was written, and which file is the user's. */
typedef struct written {
    const char *list, *yours;
} written;

static th_err check_file(void *ctx, const char *root, const char *name, th_why *why)
{
    const written *w = ctx;
    char line[TH_PATH_BYTES + 32];
    uint64_t hash;
    if (w->yours && strcmp(name, w->yours) == 0) return TH_OK;
    TH_TRY(file_hash(root, name, &hash, why));
    list_line(line, sizeof line, hash, name);
    for (const char *at = strstr(w->list, line); at; at = strstr(at + 1, line))
        if (at == w->list || at[-1] == '\n') return TH_OK;
    return th_why_set(
        why, TH_EEXIST,
        "%s/%s was not written by thimble or was changed since: choose another folder, or move that file away", root,
        name);
}

/* An existing folder may be replaced when it is empty or holds only what we wrote. */
static th_err check_replaceable(const char *path, const char *yours, th_why *why)
{
    char list_path[TH_PATH_BYTES];
    th_names names;
    uint8_t *list;
    size_t n;
    TH_TRY(th_dir_list(path, &names, why));
    const size_t count = names.n;
    th_names_free(&names);
    if (!count) return TH_OK;
    TH_TRY(th_path_join(list_path, path, LIST, why));
    if (!th_file_exists(list_path))
        return th_why_set(why, TH_EEXIST, "%s has files in it that thimble did not write: choose a new or empty folder",
                          path);
    TH_TRY(th_file_read(list_path, 0, &list, &n, why));
    char *text = malloc(n + 1);
    if (text) {
        memcpy(text, list, n);
        text[n] = '\0';
    }
    free(list);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    written w = {text, yours};
    const th_err err = each_file(path, "", check_file, &w, why);
    free(text);
    return err;
}

/* The user's file goes along. */
static th_err take_yours(const th_folder *f, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (!f->yours) return TH_OK;
    TH_TRY(th_path_join(path, f->path, f->yours, why));
    if (!th_file_exists(path)) return TH_OK;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = th_folder_put(f, f->yours, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

th_err th_folder_begin(const char *path, th_folder *f, th_why *why)
{
    return th_folder_begin_beside(path, NULL, f, why);
}

th_err th_folder_begin_beside(const char *path, const char *yours, th_folder *f, th_why *why)
{
    char list[TH_PATH_BYTES];
    f->yours = yours;
    size_t n = th_text_fmt(f->path, sizeof f->path, "%s", path);
    while (n > 1 && n < sizeof f->path && f->path[n - 1] == '/') f->path[--n] = '\0';
    if (!n || n + 8 > sizeof f->path)
        return th_why_set(why, TH_EUSAGE, "the name of the output folder is empty or too long");
    if (strcmp(f->path, "/") == 0 || f->path[n - 1] == '.')
        return th_why_set(why, TH_EUSAGE, "\"%s\" cannot be replaced as a whole: name a folder of its own", path);
    if (th_dir_exists(f->path))
        TH_TRY(check_replaceable(f->path, f->yours, why));
    else if (th_file_exists(f->path))
        return th_why_set(why, TH_EEXIST, "%s is a file, not a folder", f->path);
    th_text_fmt(f->part, sizeof f->part, "%s.part", f->path);
    TH_TRY(th_path_join(list, f->part, LIST, why));
    if (th_dir_exists(f->part)) {
        if (!th_file_exists(list)) return th_why_set(why, TH_EEXIST, "%s is in the way: move it", f->part);
        th_dir_remove(f->part); /* of a run that was killed */
    }
    TH_TRY(th_dir_make(f->part, why));
    TH_TRY(th_file_write(list, (th_span){NULL, 0}, why)); /* marks the part as ours */
    return take_yours(f, why);
}

th_err th_folder_put(const th_folder *f, const char *name, th_span bytes, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_path_join(path, f->part, name, why));
    char *slash = strrchr(path, '/');
    *slash = '\0';
    TH_TRY(th_dir_make(path, why));
    *slash = '/';
    return th_file_write_unsynced(path, bytes, why);
}

static th_err list_file(void *ctx, const char *root, const char *name, th_why *why)
{
    char line[TH_PATH_BYTES + 32];
    uint64_t hash;
    TH_TRY(file_hash(root, name, &hash, why));
    list_line(line, sizeof line, hash, name);
    th_writer_add(ctx, "%s", line);
    return TH_OK;
}

static th_err rename_dir(const char *from, const char *to, th_why *why)
{
    if (rename(from, to) == 0) return TH_OK;
    return th_why_set(why, TH_EIO, "cannot rename %s to %s: %s", from, to, strerror(errno));
}

th_err th_folder_finish(const th_folder *f, th_why *why)
{
    char old[TH_PATH_BYTES];
    th_writer list = {0};
    th_err err = each_file(f->part, "", list_file, &list, why);
    if (!err && list.err) err = th_why_set(why, list.err, "out of memory");
    if (!err) err = th_folder_put(f, LIST, TH_WRITER_SPAN(&list), why);
    th_writer_free(&list);
    TH_TRY(err);
    if (!th_dir_exists(f->path)) return rename_dir(f->part, f->path, why);
    TH_TRY(check_replaceable(f->path, f->yours, why)); /* once more: building took a while */
    th_text_fmt(old, sizeof old, "%.*s.old", TH_PATH_BYTES - 8, f->path);
    th_dir_remove(old);
    TH_TRY(rename_dir(f->path, old, why));
    TH_TRY(rename_dir(f->part, f->path, why));
    th_dir_remove(old);
    return TH_OK;
}

void th_folder_abort(const th_folder *f)
{
    th_dir_remove(f->part);
}
