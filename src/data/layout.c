#include "data/layout.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 6 /* of folders */
#define HEAD  512

static const th_layout *const layouts[] = {&th_layout_har, &th_layout_wand, &th_layout_fan,   &th_layout_skab,
                                           &th_layout_nab, &th_layout_edge, &th_layout_array, &th_layout_plain};
#define N_LAYOUTS (sizeof layouts / sizeof *layouts)

/* ---- the files below a folder ---- */

typedef struct files {
    char **path; /* below the folder, sorted */
    size_t n, cap;
} files;

static void free_files(files *f)
{
    for (size_t i = 0; i < f->n; i++) free(f->path[i]);
    free(f->path);
}

static th_err add_file(files *f, const char *path, th_why *why)
{
    if (f->n == f->cap) {
        const size_t cap = f->cap ? 2 * f->cap : 64;
        char **more = realloc(f->path, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory");
        f->path = more, f->cap = cap;
    }
    f->path[f->n] = strdup(path);
    return f->path[f->n++] ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

/* Everything below dir/inside. */
static th_err list(files *f, const char *dir, const char *inside, int depth, th_why *why)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES], whole[TH_PATH_BYTES];
    th_names names;
    TH_TRY(*inside ? th_path_join(folder, dir, inside, why) : th_path_join(folder, dir, ".", why));
    TH_TRY(th_dir_list(folder, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.') continue;
        if (*inside)
            err = th_path_join(path, inside, names.name[i], why);
        else
            th_text_fmt(path, sizeof path, "%s", names.name[i]);
        if (!err) err = th_path_join(whole, dir, path, why);
        if (err) break;
        if (!th_dir_exists(whole))
            err = add_file(f, path, why);
        else if (depth > 0)
            err = list(f, dir, path, depth - 1, why);
    }
    th_names_free(&names);
    return err;
}

/* A single file is a folder with just this one. */
static th_err open_files(files *f, char dir[TH_PATH_BYTES], const char *path, th_why *why)
{
    const char *slash = strrchr(path, '/');
    if (strlen(path) >= TH_PATH_BYTES) return th_why_set(why, TH_ERANGE, "the path is too long");
    if (th_dir_exists(path)) {
        th_text_fmt(dir, TH_PATH_BYTES, "%s", path);
        return list(f, dir, "", DEPTH, why);
    }
    if (!th_file_exists(path)) return th_why_set(why, TH_ENOENT, "there is no file or folder %s", path);
    th_text_fmt(dir, TH_PATH_BYTES, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
    return add_file(f, slash ? slash + 1 : path, why);
}

/* ---- the layout ---- */

static bool is_for(const th_layout *l, const th_task *task)
{
    return l->input == task->input && (!l->task || strcmp(l->task, task->name) == 0);
}

static bool file_fits(const th_layout *l, const char *dir, const char *path)
{
    char whole[TH_PATH_BYTES];
    uint8_t head[HEAD];
    size_t n;
    if (th_path_join(whole, dir, path, NULL) || th_file_head(whole, head, sizeof head, &n, NULL)) return false;
    return l->fits(path, (th_span){head, n});
}

static const th_layout *find_layout(const th_task *task, const char *dir, const files *f)
{
    for (size_t k = 0; k < N_LAYOUTS; k++)
        for (size_t i = 0; i < f->n && is_for(layouts[k], task); i++)
            if (file_fits(layouts[k], dir, f->path[i])) return layouts[k];
    return NULL;
}

static th_err no_layout(const th_task *task, const char *dir, th_why *why)
{
    char text[640];
    size_t n = 0;
    for (size_t k = 0; k < N_LAYOUTS && n < sizeof text; k++)
        if (is_for(layouts[k], task))
            n += th_text_fmt(text + n, sizeof text - n, "%s%s (%s)", n ? "; " : "", layouts[k]->name, layouts[k]->what);
    return th_why_set(why, TH_ENOENT, "%s holds nothing that task %s can read. It reads: %s", dir, task->name, text);
}

/* ---- reading ---- */

typedef struct counted {
    th_recording_take *take;
    void *ctx;
    size_t n;
    th_err err; /* of take: that is no fault of the file */
} counted;

static th_err count(void *ctx, const th_recording *r, th_why *why)
{
    counted *c = ctx;
    c->n++;
    return c->err = c->take(c->ctx, r, why);
}

static th_err read_one(const th_layout *l, const char *dir, const char *path, const th_layout_cfg *cfg, counted *c,
                       th_why *why)
{
    char whole[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_path_join(whole, dir, path, why));
    TH_TRY(th_file_read(whole, 0, &bytes, &n, why));
    const th_err err = l->parse((th_span){bytes, n}, path, cfg, count, c, why);
    free(bytes);
    return err;
}

static th_err read_all(const th_layout *l, const char *dir, const files *f, const th_layout_cfg *cfg, counted *c,
                       th_layout_report *report, th_why *why)
{
    for (size_t i = 0; i < f->n; i++) {
        th_why own = {0};
        if (!file_fits(l, dir, f->path[i])) continue;
        report->n_files++;
        const th_err err = read_one(l, dir, f->path[i], cfg, c, &own);
        if (!err) continue;
        if (c->err || err == TH_ENOMEM || err == TH_EINTR) return th_why_set(why, err, "%s", own.text);
        if (report->n_bad++ == 0) th_text_fmt(report->problem, sizeof report->problem, "%s", own.text);
    }
    if (report->n_files == report->n_bad)
        return th_why_set(why, TH_EFORMAT, "not one of %zu files could be used: %s", report->n_files, report->problem);
    if (c->n == 0) return th_why_set(why, TH_ENOENT, "%s has nothing that was recorded by a %s", dir, cfg->device);
    return TH_OK;
}

th_err th_layout_read(const th_task *task, const char *path, const th_layout_cfg *cfg, th_recording_take *take,
                      void *ctx, th_layout_report *report, th_why *why)
{
    char dir[TH_PATH_BYTES], beside[TH_PATH_BYTES];
    files f = {0};
    counted c = {.take = take, .ctx = ctx};
    th_layout_cfg own = *cfg;
    uint8_t *text = NULL;
    *report = (th_layout_report){0};
    th_err err = open_files(&f, dir, path, why);
    const th_layout *l = err ? NULL : find_layout(task, dir, &f);
    if (!err && !l) err = no_layout(task, path, why);
    report->layout = l;
    if (!err && l->beside && !th_path_join(beside, dir, l->beside, NULL) && th_file_exists(beside)) {
        size_t n = 0;
        err = th_file_read(beside, 0, &text, &n, why);
        own.beside = (th_span){text, n};
    }
    th_side_labels *labels = NULL;
    if (!err && l->side_labels) err = th_side_labels_load(dir, &labels, why);
    own.labels = labels;
    own.dir = dir;
    if (!err) err = read_all(l, dir, &f, &own, &c, report, why);
    th_side_labels_free(labels);
    free(text);
    free_files(&f);
    return err;
}
