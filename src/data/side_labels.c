#include "data/side_labels.h"

#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH      3
#define MOST_BYTES ((size_t)256 << 20)

struct th_side_labels {
    th_side_row *row; /* sorted by path once all is read */
    size_t n, cap;
};

/* Where an entry is, for errors. */
typedef struct entry {
    const char *file, *path;
    th_why *why;
} entry;

static th_err bad(const entry *e, const char *field, const char *what)
{
    return th_why_set(e->why, TH_EFORMAT, "%s, entry of %s, %s: %s", e->file, e->path, field, what);
}

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory reading labels");
}

/* ---- rows ---- */

static void free_row(th_side_row *r)
{
    for (size_t i = 0; i < r->n_segments; i++) th_part_label_free(r->segments[i].label);
    for (size_t i = 0; i < r->n_boxes; i++) th_part_label_free(r->boxes[i].label);
    free(r->segments);
    free(r->boxes);
    free(r->path);
    free(r->label);
    free(r->labels);
    free(r->subject);
    free(r->group);
}

/* The row of a path while rows are added: files say different things of the same one. */
static th_side_row *row_of(th_side_labels *l, const char *folder, const char *path)
{
    char whole[TH_PATH_BYTES];
    if (th_text_fmt(whole, sizeof whole, "%s%s", folder, path) >= sizeof whole) return NULL;
    if (l->n == l->cap) {
        const size_t cap = l->cap ? 2 * l->cap : 64;
        th_side_row *more = realloc(l->row, cap * sizeof *more);
        if (!more) return NULL;
        l->row = more, l->cap = cap;
    }
    th_side_row *r = &l->row[l->n];
    *r = (th_side_row){
        .path = strdup(whole), .label = strdup(""), .labels = strdup(""), .subject = strdup(""), .group = strdup("")};
    l->n++;
    return r->path && r->label && r->labels && r->subject && r->group ? r : NULL;
}

static th_err set(char **to, const char *from, th_why *why)
{
    if (!from) return TH_OK;
    free(*to);
    *to = strdup(from);
    return *to ? TH_OK : no_memory(why);
}

/* ---- parts of an entry ---- */

static bool index_of(const json_t *v, int32_t *i)
{
    const json_int_t n = json_integer_value(v);
    *i = n >= 0 && n < INT32_MAX ? (int32_t)n : 0;
    return json_is_integer(v) && n >= 0 && n < INT32_MAX;
}

static th_err read_segments(const entry *e, const json_t *list, const char *field, th_side_row *r)
{
    const size_t n = json_array_size(list);
    int32_t end = 0;
    if (!json_is_array(list)) return bad(e, field, "a list of segments is needed");
    if (r->segments || !n) return TH_OK;
    r->segments = calloc(n, sizeof *r->segments);
    if (!r->segments) return no_memory(e->why);
    for (size_t i = 0; i < n; i++) {
        const json_t *s = json_array_get(list, i);
        const char *label = json_string_value(json_object_get(s, "label"));
        int32_t from, last;
        if (!index_of(json_object_get(s, "startIndex"), &from) || !index_of(json_object_get(s, "endIndex"), &last) ||
            last < from)
            return bad(e, field,
                       "startIndex and endIndex are rows, whole numbers from 0 on, the first not behind the last");
        if (!label || !*label) return bad(e, field, "a segment has no label");
        if (from < end) return bad(e, field, "a segment begins before the one before it ends");
        end = last + 1;
        if (strcmp(label, TH_SIDE_UNLABELLED) == 0) continue;
        r->segments[r->n_segments] = (th_segment){from, end, strdup(label)};
        if (!r->segments[r->n_segments++].label) return no_memory(e->why);
    }
    return TH_OK;
}

static th_err read_boxes(const entry *e, const json_t *list, th_side_row *r)
{
    const size_t n = json_array_size(list);
    if (!json_is_array(list)) return bad(e, "boundingBoxes", "a list of boxes is needed");
    if (r->boxes || !n) return TH_OK;
    r->boxes = calloc(n, sizeof *r->boxes);
    if (!r->boxes) return no_memory(e->why);
    for (size_t i = 0; i < n; i++) {
        static const char *const side[] = {"x", "y", "width", "height"};
        const json_t *b = json_array_get(list, i);
        const char *label = json_string_value(json_object_get(b, "label"));
        float v[4];
        for (int k = 0; k < 4; k++) {
            const json_t *number = json_object_get(b, side[k]);
            v[k] = (float)json_number_value(number);
            if (!json_is_number(number) || !(fabsf(v[k]) < 1e6f) || (k > 1 && v[k] <= 0))
                return bad(e, "boundingBoxes", "a box has x, y, width and height, numbers of pixels");
        }
        if (!label || !*label) return bad(e, "boundingBoxes", "a box has no label");
        r->boxes[i] = (th_box){v[0], v[1], v[2], v[3], strdup(label)};
        r->n_boxes++;
        if (!r->boxes[i].label) return no_memory(e->why);
    }
    return TH_OK;
}

/* {"who": "ann", "speed": 3} -> label "ann", labels "who=ann,speed=3". */
static th_err read_key_values(const entry *e, json_t *map, th_side_row *r)
{
    const char *key;
    json_t *value;
    char all[512] = "", one[128];
    size_t n = 0;
    if (!json_is_object(map)) return bad(e, "label.labels", "keys and values are needed");
    json_object_foreach(map, key, value)
    {
        const char *text = json_string_value(value);
        if (json_is_integer(value)) th_text_fmt(one, sizeof one, "%lld", (long long)json_integer_value(value));
        if (!text && !json_is_integer(value))
            return bad(e, "label.labels", "a value is neither a text nor a whole number");
        if (!n) TH_TRY(set(&r->label, text ? text : one, e->why));
        n += th_text_fmt(all + n, sizeof all - n, "%s%s=%s", n ? "," : "", key, text ? text : one);
        if (n >= sizeof all) return bad(e, "label.labels", "more than 511 characters");
    }
    return set(&r->labels, all, e->why);
}

static th_err read_label(const entry *e, json_t *label, th_side_row *r)
{
    const char *type = json_string_value(json_object_get(label, "type"));
    if (!type) return bad(e, "label.type", "it is missing");
    if (strcmp(type, "unlabeled") == 0) {
        r->unlabelled = true;
        return TH_OK;
    }
    if (strcmp(type, "label") == 0) {
        const char *text = json_string_value(json_object_get(label, "label"));
        return text && *text ? set(&r->label, text, e->why) : bad(e, "label.label", "a text is needed");
    }
    if (strcmp(type, "multi-label") == 0) return read_segments(e, json_object_get(label, "labels"), "label.labels", r);
    if (strncmp(type, "keyvalue", 8) == 0) return read_key_values(e, json_object_get(label, "labels"), r);
    return bad(e, "label.type", "it is unlabeled, label, multi-label or keyvalue-labels");
}

static th_err read_category(const entry *e, const json_t *category, th_side_row *r)
{
    static const struct {
        const char *name;
        bool fixed;
        th_split split;
    } known[] = {{"training", true, TH_TRAIN},
                 {"testing", true, TH_TEST},
                 {"validation", true, TH_VAL},
                 {"split", false, TH_TRAIN},
                 {"post-processing", false, TH_TRAIN}};
    const char *name = json_string_value(category);
    if (!category) return TH_OK;
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) {
            r->has_split = known[i].fixed;
            r->split = known[i].split;
            return TH_OK;
        }
    return bad(e, "category", "it is training, testing, validation, split or post-processing");
}

/* ---- files ---- */

static th_err read_file(th_side_labels *l, json_t *file, size_t i, const char *name, const char *folder, th_why *why)
{
    const char *path = json_string_value(json_object_get(file, "path"));
    if (!path || !*path) return th_why_set(why, TH_EFORMAT, "%s, file %zu of its list: it has no path", name, i + 1);
    if (strncmp(path, "./", 2) == 0) path += 2;
    const entry e = {name, path, why};
    th_side_row *r = row_of(l, folder, path);
    if (!r) return no_memory(why);
    json_t *label = json_object_get(file, "label"), *boxes = json_object_get(file, "boundingBoxes"),
           *metadata = json_object_get(file, "metadata");
    TH_TRY(read_category(&e, json_object_get(file, "category"), r));
    if (label) TH_TRY(read_label(&e, label, r));
    if (boxes && !json_is_null(boxes)) TH_TRY(read_boxes(&e, boxes, r));
    TH_TRY(set(&r->subject, json_string_value(json_object_get(metadata, "subject")), why));
    return set(&r->group, json_string_value(json_object_get(metadata, "group")), why);
}

/* Entries that have the file's name as their key. */
static th_err read_named(th_side_labels *l, json_t *map, bool boxes, const char *name, const char *folder, th_why *why)
{
    const char *path;
    json_t *list;
    if (!json_is_object(map)) return th_why_set(why, TH_EFORMAT, "%s: a list for each file's name is needed", name);
    json_object_foreach(map, path, list)
    {
        const entry e = {name, path, why};
        th_side_row *r = row_of(l, folder, path);
        if (!r) return no_memory(why);
        TH_TRY(boxes ? read_boxes(&e, list, r) : read_segments(&e, list, "structuredLabels", r));
    }
    return TH_OK;
}

static th_err read_root(th_side_labels *l, json_t *root, const char *name, const char *folder, th_why *why)
{
    json_t *files = json_object_get(root, "files"), *named = json_object_get(root, "structuredLabels"),
           *boxes = json_object_get(root, "boundingBoxes");
    if (named) return read_named(l, named, false, name, folder, why);
    if (boxes) return read_named(l, boxes, true, name, folder, why);
    if (!json_is_array(files))
        return th_why_set(why, TH_EFORMAT, "%s has neither files nor structuredLabels nor boundingBoxes", name);
    for (size_t i = 0; i < json_array_size(files); i++)
        TH_TRY(read_file(l, json_array_get(files, i), i, name, folder, why));
    return TH_OK;
}

/* A line of JSON for each file. */
static th_err read_lines(th_side_labels *l, th_span text, const char *name, const char *folder, th_why *why)
{
    const char *at = (const char *)text.p, *end = at + text.n;
    for (size_t line = 1, i = 0; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        json_error_t wrong;
        json_t *root = json_loadb(at, (size_t)((stop ? stop : end) - at), 0, &wrong);
        const char *key = json_string_value(json_object_get(root, "__key"));
        if (!root && line > 1 && (stop ? stop : end) - at > 1)
            return th_why_set(why, TH_EFORMAT, "%s, line %zu: %s", name, line, wrong.text);
        const th_err err = key && strcmp(key, "files") == 0
                               ? read_file(l, json_object_get(root, "__item"), i++, name, folder, why)
                               : TH_OK;
        json_decref(root);
        TH_TRY(err);
        at = stop ? stop + 1 : end;
    }
    return TH_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const th_side_row *)a)->path, ((const th_side_row *)b)->path);
}

th_err th_side_labels_parse(th_side_labels *l, th_span text, const char *name, const char *folder, th_why *why)
{
    static const char mark[] = "{\"__ndjson\"";
    json_error_t wrong;
    th_err err;
    if (text.n >= sizeof mark && memcmp(text.p, mark, sizeof mark - 1) == 0) {
        err = read_lines(l, text, name, folder, why);
    } else {
        json_t *root = json_loadb((const char *)text.p, text.n, 0, &wrong);
        err = root ? read_root(l, root, name, folder, why)
                   : th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: %s", name, wrong.line, wrong.column,
                                wrong.text);
        json_decref(root);
    }
    if (l->n) qsort(l->row, l->n, sizeof *l->row, by_path);
    return err;
}

th_err th_side_labels_new(th_side_labels **l, th_why *why)
{
    *l = calloc(1, sizeof **l);
    return *l ? TH_OK : no_memory(why);
}

void th_side_labels_free(th_side_labels *l)
{
    for (size_t i = 0; l && i < l->n; i++) free_row(&l->row[i]);
    if (l) free(l->row);
    free(l);
}

size_t th_side_labels_count(const th_side_labels *l)
{
    return l->n;
}

static int path_against(const void *path, const void *row)
{
    return strcmp(path, ((const th_side_row *)row)->path);
}

const th_side_row *th_side_labels_find(const th_side_labels *l, const char *path)
{
    return l && l->n ? bsearch(path, l->row, l->n, sizeof *l->row, path_against) : NULL;
}

/* ---- the folders ---- */

static th_err load_one(th_side_labels *l, const char *dir, const char *folder, const char *file, th_why *why)
{
    char path[TH_PATH_BYTES], below[TH_PATH_BYTES];
    uint8_t *text;
    size_t n;
    TH_TRY(th_path_join(below, dir, folder, why));
    TH_TRY(th_path_join(path, below, file, why));
    if (!th_file_exists(path)) return TH_OK;
    TH_TRY(th_file_read(path, MOST_BYTES, &text, &n, why));
    const th_err err = th_side_labels_parse(l, (th_span){text, n}, path, folder, why);
    free(text);
    return err;
}

static th_err load_folder(th_side_labels *l, const char *dir, const char *folder, int depth, th_why *why)
{
    static const char *const file[] = {"info.labels", "structured_labels.labels", "bounding_boxes.labels"};
    char here[TH_PATH_BYTES], below[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names names;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) TH_TRY(load_one(l, dir, folder, file[i], why));
    if (!depth) return TH_OK;
    TH_TRY(th_path_join(here, dir, folder, why));
    TH_TRY(th_dir_list(here, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.') continue;
        err = th_path_join(path, here, names.name[i], why);
        if (err || !th_dir_exists(path)) continue;
        if (th_text_fmt(below, sizeof below, "%s%s/", folder, names.name[i]) < sizeof below)
            err = load_folder(l, dir, below, depth - 1, why);
    }
    th_names_free(&names);
    return err;
}

th_err th_side_labels_load(const char *dir, th_side_labels **l, th_why *why)
{
    TH_TRY(th_side_labels_new(l, why));
    const th_err err = load_folder(*l, dir, "", DEPTH, why);
    if (!err) return TH_OK;
    th_side_labels_free(*l);
    *l = NULL;
    return err;
}

bool th_side_name_label(const char *path, char *label, size_t cap)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    const size_t n = strcspn(file, ".");
    return n > 0 && th_text_fmt(label, cap, "%.*s", (int)n, file) < cap;
}

bool th_side_name_split(const char *path, th_split *split)
{
    static const struct {
        const char *name;
        th_split split;
    } known[] = {{"training", TH_TRAIN}, {"testing", TH_TEST}, {"validation", TH_VAL},
                 {"train", TH_TRAIN},    {"test", TH_TEST},    {"val", TH_VAL}};
    for (const char *slash; (slash = strchr(path, '/')); path = slash + 1)
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strlen(known[i].name) == (size_t)(slash - path) &&
                memcmp(known[i].name, path, (size_t)(slash - path)) == 0) {
                *split = known[i].split;
                return true;
            }
    return false;
}
