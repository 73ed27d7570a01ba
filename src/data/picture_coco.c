/* COCO: DIR/annotations/instances_train2017.json (or the .json in DIR itself) and the pictures in a folder train2017,
 * in images, or beside it.  train, val and test in the name of the .json divide.  Labels: data/coco.h. */
#include "data/picture_find.h"

#include "base/text.h"
#include "data/coco.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)1 << 30)
#define HEAD       4096

static bool has(const uint8_t *p, size_t n, const char *word)
{
    const size_t m = strlen(word);
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(p + i, word, m) == 0) return true;
    return false;
}

/* A .json whose beginning or name says that it is one. */
static bool is_coco(const char *path, const char *file)
{
    uint8_t head[HEAD];
    size_t n;
    if (!th_text_ends(file, ".json") || th_file_head(path, head, sizeof head, &n, NULL)) return false;
    return strncmp(file, "instances", 9) == 0 || strstr(file, "coco") || has(head, n, "\"images\"") ||
           has(head, n, "\"annotations\"");
}

static bool split_of(const char *file, th_split *split)
{
    *split = strstr(file, "train") ? TH_TRAIN : strstr(file, "val") ? TH_VAL : TH_TEST;
    return strstr(file, "train") || strstr(file, "val") || strstr(file, "test");
}

/* Where the picture lies below dir; false: nowhere. */
static bool find_picture(const char *dir, const char *json, const char *file, char below[TH_PATH_BYTES])
{
    char part[128], path[TH_PATH_BYTES];
    const char *under = strrchr(json, '_'), *slash = strrchr(file, '/');
    const char *last = slash ? slash + 1 : file;
    th_text_fmt(part, sizeof part, "%.*s", under ? (int)strcspn(under + 1, ".") : 0, under ? under + 1 : "");
    const char *const folders[] = {part, "images", ".", "train", "val", "data"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        for (int deep = 0; deep < 2 && *folders[i]; deep++) {
            if (th_text_fmt(below, TH_PATH_BYTES, deep ? "%s/%s/%s" : "%s/%s%s", deep ? "images" : folders[i],
                            deep ? folders[i] : "", last) >= TH_PATH_BYTES)
                return false;
            if (!th_path_join(path, dir, below, NULL) && th_file_exists(path)) return true;
        }
    return false;
}

static th_err give(th_picture_finding *f, const char *dir, const char *json, const th_coco_picture *q, th_why *why)
{
    char path[TH_PATH_BYTES], below[TH_PATH_BYTES], text[512];
    th_why inner = {0};
    if (!q->label) return TH_OK;
    if (th_label_check(q->label, &inner)) {
        th_picture_bad(f, inner.text);
        return TH_OK;
    }
    if (!find_picture(dir, json, q->file, below)) {
        th_text_fmt(text, sizeof text, "%s names the picture %.200s, which is not there", json, q->file);
        th_picture_bad(f, text);
        return TH_OK;
    }
    th_found_picture like = {.name = below, .label = q->label, .subject = "", .boxes = q->boxes, .n_boxes = q->n_boxes};
    like.has_split = split_of(json, &like.split);
    TH_TRY(th_path_join(path, dir, below, why));
    return th_picture_give(f, path, &like, why);
}

static th_err give_file(th_picture_finding *f, const char *dir, const char *path, const char *json, th_why *why)
{
    uint8_t *text = NULL;
    size_t n = 0;
    th_coco c;
    th_why own = {0};
    th_err err = th_file_read(path, MOST_BYTES, &text, &n, &own);
    if (!err) err = th_coco_parse((th_span){text, n}, json, &c, &own);
    free(text);
    if (err) {
        th_picture_bad(f, own.text);
        return err == TH_ENOMEM ? th_why_set(why, err, "%s", own.text) : TH_OK;
    }
    for (size_t i = 0; i < c.n && !err; i++) err = give(f, dir, json, &c.picture[i], why);
    th_coco_free(&c);
    return err;
}

th_err th_pictures_coco(th_picture_finding *f, const char *dir, th_why *why)
{
    static const char *const inside[] = {".", "annotations"};
    for (size_t k = 0; k < 2; k++) {
        char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];
        th_names names;
        TH_TRY(th_path_join(folder, dir, inside[k], why));
        if (!th_dir_exists(folder)) continue;
        TH_TRY(th_dir_list(folder, &names, why));
        th_err err = TH_OK;
        for (size_t i = 0; i < names.n && !err; i++) {
            err = th_path_join(path, folder, names.name[i], why);
            if (!err && is_coco(path, names.name[i])) err = give_file(f, dir, path, names.name[i], why);
        }
        th_names_free(&names);
        if (err) return err;
    }
    if (f->n) f->layout = "COCO";
    return TH_OK;
}
