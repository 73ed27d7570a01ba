/* Edge Impulse's folders: recordings side by side, perhaps in training and testing; their labels stand in files beside
 * them or in front of the first dot of their names. */
#include "data/acquisition.h"
#include "data/side_labels.h"
#include "data/source.h"
#include "data/split.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define HEAD 512

typedef struct edge {
    const th_project *p;
    const char *dir, *shown;
    th_side_labels *labels;
    th_found_list *list;
    th_why *why;
} edge;

static bool is_acquisition(const char *path)
{
    uint8_t head[HEAD];
    size_t n;
    if (!th_text_ends(path, ".json") && !th_text_ends(path, ".cbor")) return false;
    return !th_file_head(path, head, sizeof head, &n, NULL) && th_acquisition_fits(path, (th_span){head, n});
}

/* "Yes" is the label "yes". */
static const char *label_of(const edge *e, const char *word)
{
    for (int i = 0; i < e->p->n_labels; i++)
        if (th_label_same(e->p->labels[i], word)) return e->p->labels[i];
    return strcmp(word, "noise") == 0 || strcmp(word, "background") == 0 ? TH_LABEL_SILENCE : word;
}

/* One clip: a whole file or a segment of it; `piece` from 1 on, 0: the whole file. */
static th_err add(edge *e, const char *below, const char *word, const th_side_row *told, size_t piece)
{
    char path[TH_PATH_BYTES], name[TH_PATH_BYTES], numbered[TH_PATH_BYTES];
    th_why inner = {0};
    if (th_label_check(word, &inner)) {
        th_source_problem(e->list, "%s/%s: \"%s\" is no label: %s", e->shown, below, word, inner.text);
        return TH_OK;
    }
    th_text_fmt(numbered, sizeof numbered, piece ? "%s#%zu" : "%s", below, piece);
    TH_TRY(th_path_join(path, e->dir, below, e->why));
    TH_TRY(th_path_join(name, e->shown, numbered, e->why));
    TH_TRY(th_source_add(e->list, path, name, label_of(e, word), told ? told->subject : "", e->why));
    th_found *f = &e->list->item[e->list->n - 1];
    f->has_split = told && told->has_split;
    if (f->has_split)
        f->split = told->split;
    else
        f->has_split = th_side_name_split(below, &f->split);
    if (piece) f->from = told->segments[piece - 1].from, f->to = told->segments[piece - 1].to;
    return TH_OK;
}

static th_err add_file(edge *e, const char *below)
{
    const th_side_row *told = th_side_labels_find(e->labels, below);
    char label[TH_LABEL_BYTES];
    if (told && told->n_segments) {
        for (size_t i = 0; i < told->n_segments; i++) TH_TRY(add(e, below, told->segments[i].label, told, i + 1));
        return TH_OK;
    }
    if (told && *told->label) return add(e, below, told->label, told, 0);
    if (!(told && told->unlabelled) && th_side_name_label(below, label, sizeof label))
        return add(e, below, label, told, 0);
    th_source_problem(e->list, "%s/%s has no label: neither info.labels nor its name has one", e->shown, below);
    return TH_OK;
}

/* The recordings that lie in dir/inside themselves. */
static th_err add_folder(edge *e, const char *inside)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES], below[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_path_join(folder, e->dir, inside, e->why));
    if (!th_dir_exists(folder)) return TH_OK;
    TH_TRY(th_dir_list(folder, &names, e->why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        err = th_path_join(path, folder, names.name[i], e->why);
        if (err || names.name[i][0] == '.' || th_dir_exists(path)) continue;
        if (!th_source_is_sound(names.name[i]) && !is_acquisition(path)) continue;
        if (th_text_fmt(below, sizeof below, "%s%s", inside, names.name[i]) < sizeof below) err = add_file(e, below);
    }
    th_names_free(&names);
    return err;
}

static bool holds_acquisition(const char *dir, const char *inside)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names names;
    bool yes = false;
    if (th_path_join(folder, dir, inside, NULL) || !th_dir_exists(folder) || th_dir_list(folder, &names, NULL))
        return false;
    for (size_t i = 0; i < names.n && !yes; i++)
        yes = !th_path_join(path, folder, names.name[i], NULL) && is_acquisition(path);
    th_names_free(&names);
    return yes;
}

/* Where only training and testing are told, a tenth of what learns watches: all of a person, or of a file. */
static void choose_val(th_found_list *l)
{
    size_t count[TH_N_SPLITS] = {0};
    for (size_t i = 0; i < l->n; i++) count[l->item[i].split] += l->item[i].has_split;
    for (size_t i = 0; i < l->n && count[TH_TEST] && !count[TH_VAL]; i++) {
        th_found *f = &l->item[i];
        if (f->has_split && f->split == TH_TRAIN && th_split_draw(1, *f->subject ? f->subject : f->path) % 10 == 0)
            f->split = TH_VAL;
    }
}

th_err th_source_edge(const th_project *p, const char *dir, const char *shown, th_found_list *list, th_why *why)
{
    static const char *const inside[] = {"", "training/", "testing/", "validation/"};
    edge e = {.p = p, .dir = dir, .shown = shown, .list = list, .why = why};
    TH_TRY(th_side_labels_load(dir, &e.labels, why));
    bool here = th_side_labels_count(e.labels) > 0;
    for (size_t i = 0; i < 4 && !here; i++) here = holds_acquisition(dir, inside[i]);
    th_err err = TH_OK;
    for (size_t i = 0; i < 4 && here && !err; i++) err = add_folder(&e, inside[i]);
    choose_val(list);
    if (list->n) list->layout = "Edge Impulse";
    th_side_labels_free(e.labels);
    return err;
}
