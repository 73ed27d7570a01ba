/* The courses' files: built into the program, or below a folder. */
#include "course/shelf_priv.h"

#include "base/hash.h"
#include "base/text.h"
#include "deploy/embed.h"
#include "os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FILES 20000
#define MOST_BYTES ((size_t)16 << 20) /* of one file */
#define MOST_DEEP  12

/* A row for one more file; its path is copied. */
static th_err add(th_shelf *s, const char *path, th_span bytes, uint8_t *own, th_why *why)
{
    if ((s->n_files & (s->n_files - 1)) == 0) { /* full at each power of two */
        const size_t cap = s->n_files ? 2 * s->n_files : 1;
        th_course_file *more = realloc(s->file, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory for the courses' files");
        s->file = more;
    }
    char *name = strdup(path);
    if (!name) return th_why_set(why, TH_ENOMEM, "out of memory for the courses' files");
    th_course_file *f = &s->file[s->n_files++];
    f->path = name;
    f->bytes = bytes;
    f->own = own;
    return TH_OK;
}

/* What is done with each file below a folder; full: its whole path. */
typedef struct visitor {
    th_err (*visit)(void *ctx, const char *path, const char *full, th_why *why);
    void *ctx;
    const char *dir;
    size_t n;
} visitor;

static th_err walk(visitor *v, const char *below, int depth, th_why *why);

static th_err walk_entry(visitor *v, const char *below, const char *name, int depth, th_why *why)
{
    char path[TH_COURSE_PATH], full[TH_PATH_BYTES];
    if (name[0] == '.' || th_text_ends(name, "~")) return TH_OK; /* as in the Makefile */
    const int n = snprintf(path, sizeof path, "%s%s%s", below, below[0] ? "/" : "", name);
    if (n >= (int)sizeof path) return th_why_set(why, TH_ERANGE, "%s: the name %s is too long", v->dir, name);
    TH_TRY(th_path_join(full, v->dir, path, why));
    if (th_dir_exists(full)) return walk(v, path, depth + 1, why);
    if (v->n++ == MOST_FILES)
        return th_why_set(why, TH_ERANGE, "%s has more than %d files: is it the folder of the courses?", v->dir,
                          MOST_FILES);
    return v->visit(v->ctx, path, full, why);
}

static th_err walk(visitor *v, const char *below, int depth, th_why *why)
{
    char full[TH_PATH_BYTES];
    th_names names;
    if (depth > MOST_DEEP) return th_why_set(why, TH_ERANGE, "%s/%s: folders are too deep", v->dir, below);
    TH_TRY(th_path_join(full, v->dir, below, why));
    TH_TRY(th_dir_list(full, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; !err && i < names.n; i++) err = walk_entry(v, below, names.name[i], depth, why);
    th_names_free(&names);
    return err;
}

static th_err load_file(void *ctx, const char *path, const char *full, th_why *why)
{
    uint8_t *own;
    size_t n;
    TH_TRY(th_file_read(full, MOST_BYTES, &own, &n, why));
    const th_err err = add(ctx, path, (th_span){own, n}, own, why);
    if (err) free(own);
    return err;
}

static th_err look_at_file(void *ctx, const char *path, const char *full, th_why *why)
{
    uint64_t *h = ctx;
    const int64_t facts[2] = {th_file_time(full), th_file_size(full)};
    (void)why;
    *h = th_fnv1a(*h, (th_span){(const uint8_t *)path, strlen(path) + 1});
    *h = th_fnv1a(*h, (th_span){(const uint8_t *)facts, sizeof facts});
    return TH_OK;
}

th_err th_shelf_revision(const char *dir, uint64_t *revision, th_why *why)
{
    *revision = TH_FNV1A_START;
    return walk(&(visitor){look_at_file, revision, dir, 0}, "", 0, why);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const th_course_file *)a)->path, ((const th_course_file *)b)->path);
}

th_err th_shelf_load(th_shelf *s, const char *dir, th_why *why)
{
    if (dir && !th_dir_exists(dir)) return th_why_set(why, TH_ENOENT, "there is no folder %s with courses", dir);
    if (dir) TH_TRY(walk(&(visitor){load_file, s, dir, 0}, "", 0, why));
    for (const th_embed_file *f = th_course_table; !dir && f->path; f++)
        TH_TRY(add(s, f->path, (th_span){f->bytes, f->size}, NULL, why));
    if (s->n_files) qsort(s->file, s->n_files, sizeof *s->file, by_path);
    return TH_OK;
}
