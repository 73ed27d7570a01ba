#include "data/picture_find.h"

#include "base/text.h"
#include "data/examples.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

/* A folder's name that says what its pictures are for. */
static bool part_of(const char *name, th_split *split)
{
    static const struct {
        const char *name;
        th_split split;
    } parts[] = {{"train", TH_TRAIN},    {"training", TH_TRAIN}, {"val", TH_VAL},
                 {"validation", TH_VAL}, {"test", TH_TEST},      {"testing", TH_TEST}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].name, name) == 0) {
            *split = parts[i].split;
            return true;
        }
    return false;
}

/* "human11-15.png" -> "human11": what stands before the last number and the sign in front of it; "" when there is no
 * such number. */
static void subject_of(const char *file, char *subject, size_t cap)
{
    const char *dot = strrchr(file, '.');
    size_t n = dot ? (size_t)(dot - file) : strlen(file), end = n;
    while (end > 0 && file[end - 1] >= '0' && file[end - 1] <= '9') end--;
    const bool number = end < n && end > 1 && strchr("-_ .", file[end - 1]);
    th_text_fmt(subject, cap, "%.*s", number ? (int)end - 1 : 0, file);
}

void th_picture_bad(th_picture_finding *f, const char *what)
{
    if ((*f->bad)++ == 0) th_text_fmt(f->problem, f->cap, "%s", what);
}

th_err th_picture_give(th_picture_finding *f, const char *path, const th_found_picture *like, th_why *why)
{
    uint8_t *bytes = NULL, *pixels = NULL;
    size_t n;
    th_found_picture found = *like;
    th_why own = {0};
    th_err err = th_file_read(path, 0, &bytes, &n, &own);
    if (!err) err = th_picture_parse((th_span){bytes, n}, path, 1, &pixels, &found.h, &found.w, &own);
    if (err) {
        free(bytes);
        th_picture_bad(f, own.text);
        return err == TH_ENOMEM ? th_why_set(why, err, "%s", own.text) : TH_OK;
    }
    free(pixels);
    found.file = (th_span){bytes, n};
    f->n++;
    err = f->take(f->ctx, &found, why);
    free(bytes);
    return err;
}

/* Pictures of dir/label; `inside` is the path of dir below the whole folder, "" or "train/". */
static th_err label_folder(th_picture_finding *f, const char *dir, const char *inside, const char *label,
                           bool has_split, th_split split, th_why *why)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES], name[600], subject[128];
    th_names files;
    TH_TRY(th_path_join(folder, dir, label, why));
    TH_TRY(th_dir_list(folder, &files, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < files.n && !err; i++) {
        if (!th_picture_named(files.name[i])) continue;
        th_why own = {0};
        if (th_label_check(label, &own)) {
            th_picture_bad(f, own.text);
            continue;
        }
        th_text_fmt(name, sizeof name, "%s%s/%s", inside, label, files.name[i]);
        subject_of(files.name[i], subject, sizeof subject);
        const th_found_picture like = {
            .name = name, .label = label, .subject = subject, .has_split = has_split, .split = split};
        err = th_path_join(path, folder, files.name[i], why);
        if (!err) err = th_picture_give(f, path, &like, why);
    }
    th_names_free(&files);
    return err;
}

/* Folders of labels in dir. */
static th_err label_folders(th_picture_finding *f, const char *dir, const char *inside, bool has_split, th_split split,
                            th_why *why)
{
    char path[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.') continue;
        err = th_path_join(path, dir, names.name[i], why);
        if (!err && th_dir_exists(path)) err = label_folder(f, dir, inside, names.name[i], has_split, split, why);
    }
    th_names_free(&names);
    return err;
}

/* ---- IDX ---- */

static th_err give_idx(th_picture_finding *f, const char *path, const char *file, th_split split, th_why *why)
{
    th_examples *e;
    const th_examples_shape any = {0};
    th_why own = {0};
    const th_err bad = th_examples_load(path, &any, &e, &own);
    if (bad) {
        th_picture_bad(f, own.text);
        return bad == TH_ENOMEM ? th_why_set(why, bad, "%s", own.text) : TH_OK;
    }
    th_err err = TH_OK;
    for (int32_t i = 0; i < e->n && !err; i++) {
        char name[600];
        uint8_t *png;
        size_t n;
        th_text_fmt(name, sizeof name, "%s#%d", file, (int)i + 1);
        err = th_picture_png(e->u8 + (size_t)i * (size_t)(e->h * e->w * e->c), e->h, e->w, e->c, &png, &n, why);
        if (err) break;
        const th_found_picture found = {.name = name,
                                        .label = e->labels[e->label[i]],
                                        .subject = "",
                                        .has_split = true,
                                        .split = split,
                                        .w = e->w,
                                        .h = e->h,
                                        .file = {png, n}};
        f->n++;
        err = f->take(f->ctx, &found, why);
        free(png);
    }
    th_examples_free(e);
    return err;
}

static th_err idx_files(th_picture_finding *f, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (!strstr(names.name[i], "images-idx3")) continue;
        const bool test = strncmp(names.name[i], "t10k", 4) == 0 || strncmp(names.name[i], "test", 4) == 0;
        err = th_path_join(path, dir, names.name[i], why);
        if (!err) err = give_idx(f, path, names.name[i], test ? TH_TEST : TH_TRAIN, why);
    }
    th_names_free(&names);
    return err;
}

th_err th_pictures_find(const char *dir, th_picture_take *take, void *ctx, const char **layout, size_t *bad,
                        char *problem, size_t cap, th_why *why)
{
    th_picture_finding f = {.take = take, .ctx = ctx, .bad = bad, .problem = problem, .cap = cap};
    f.layout = "a folder of pictures per label";
    char path[TH_PATH_BYTES], inside[64];
    th_names names;
    bool parts = false;
    th_split split;
    if (!th_dir_exists(dir)) return th_why_set(why, TH_ENOENT, "there is no folder %s", dir);
    TH_TRY(th_pictures_coco(&f, dir, why));
    if (!f.n) TH_TRY(th_pictures_edge(&f, dir, why));
    if (!f.n) TH_TRY(th_pictures_array(&f, dir, why));
    *layout = f.layout;
    if (f.n) return TH_OK;
    TH_TRY(idx_files(&f, dir, why));
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (!part_of(names.name[i], &split)) continue;
        parts = true;
        th_text_fmt(inside, sizeof inside, "%s/", names.name[i]);
        err = th_path_join(path, dir, names.name[i], why);
        if (!err && th_dir_exists(path)) err = label_folders(&f, path, inside, true, split, why);
    }
    th_names_free(&names);
    if (!err && !parts && !f.n) err = label_folders(&f, dir, "", false, TH_TRAIN, why);
    if (err || f.n) return err;
    return th_why_set(why, TH_ENOENT,
                      "%s has no pictures: a folder for each label with PNG or JPEG files in it is needed%s%s", dir,
                      *bad ? ". The first that could not be read: " : "", *bad ? problem : "");
}
