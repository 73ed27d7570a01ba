/* Pictures of Edge Impulse: side by side in a folder, or in its training and testing; label, boxes and split from files
 * beside them (data/side_labels.h), else from their names up to the first dot and the folder.  Where only boxes are
 * told, the label is that of the largest. */
#include "data/picture_find.h"

#include "base/text.h"
#include "data/picture.h"
#include "data/side_labels.h"

#include <string.h>

static const char *largest_box(const th_side_row *r)
{
    const th_box *most = &r->boxes[0];
    for (size_t i = 1; i < r->n_boxes; i++)
        if (r->boxes[i].w * r->boxes[i].h > most->w * most->h) most = &r->boxes[i];
    return most->label;
}

static th_err give(th_picture_finding *f, const char *dir, const char *below, const th_side_row *told, th_why *why)
{
    char path[TH_PATH_BYTES], label[TH_LABEL_BYTES] = "", text[1024];
    th_why inner = {0};
    if (told && *told->label)
        th_text_fmt(label, sizeof label, "%s", told->label);
    else if (told && told->n_boxes)
        th_text_fmt(label, sizeof label, "%s", largest_box(told));
    else if (!(told && told->unlabelled) && !th_side_name_label(below, label, sizeof label))
        label[0] = 0;
    if (!*label || th_label_check(label, &inner)) {
        th_text_fmt(text, sizeof text, "%s has no label that can be used%s%s", below, inner.err ? ": " : "",
                    inner.text);
        th_picture_bad(f, text);
        return TH_OK;
    }
    th_found_picture like = {.name = below, .label = label, .subject = told ? told->subject : ""};
    like.boxes = told ? told->boxes : NULL;
    like.n_boxes = told ? told->n_boxes : 0;
    like.has_split = told && told->has_split;
    if (like.has_split)
        like.split = told->split;
    else
        like.has_split = th_side_name_split(below, &like.split);
    TH_TRY(th_path_join(path, dir, below, why));
    return th_picture_give(f, path, &like, why);
}

/* The pictures that lie in dir/inside themselves. */
static th_err give_folder(th_picture_finding *f, const char *dir, const char *inside, const th_side_labels *labels,
                          th_why *why)
{
    char folder[TH_PATH_BYTES], below[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_path_join(folder, dir, inside, why));
    if (!th_dir_exists(folder)) return TH_OK;
    TH_TRY(th_dir_list(folder, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++)
        if (th_picture_named(names.name[i]) &&
            th_text_fmt(below, sizeof below, "%s%s", inside, names.name[i]) < sizeof below)
            err = give(f, dir, below, th_side_labels_find(labels, below), why);
    th_names_free(&names);
    return err;
}

/* Folders other than those that divide, or folders in these: then labels are folders, and a picture beside them is none
 * of the data. */
static th_err has_other_folders(const char *dir, bool *other, int depth, th_why *why)
{
    char path[TH_PATH_BYTES], inside[TH_PATH_BYTES];
    th_names names;
    th_split split;
    th_err err = TH_OK;
    TH_TRY(th_dir_list(dir, &names, why));
    for (size_t i = 0; i < names.n && !*other && !err; i++) {
        th_text_fmt(inside, sizeof inside, "%s/", names.name[i]);
        if (names.name[i][0] == '.' || th_path_join(path, dir, names.name[i], NULL) || !th_dir_exists(path)) continue;
        *other = depth > 0 || !th_side_name_split(inside, &split);
        if (!*other) err = has_other_folders(path, other, depth + 1, why);
    }
    th_names_free(&names);
    return err;
}

th_err th_pictures_edge(th_picture_finding *f, const char *dir, th_why *why)
{
    static const char *const inside[] = {"", "training/", "testing/", "validation/"};
    th_side_labels *labels;
    TH_TRY(th_side_labels_load(dir, &labels, why));
    bool other = false;
    th_err err = th_side_labels_count(labels) ? TH_OK : has_other_folders(dir, &other, 0, why);
    for (size_t i = 0; i < 4 && !err && !other; i++) err = give_folder(f, dir, inside[i], labels, why);
    th_side_labels_free(labels);
    if (f->n) f->layout = "Edge Impulse";
    return err;
}
