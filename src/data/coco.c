#include "data/coco.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct category {
    int64_t id;
    const char *name;
} category;

typedef struct parser {
    th_coco *c;
    category *category; /* [n_categories] by id */
    size_t n_categories;
    bool has_person;
    const char *name;
    th_why *why;
} parser;

static th_err bad(const parser *p, const char *list, size_t i, const char *what)
{
    return th_why_set(p->why, TH_EFORMAT, "%s, %s, number %zu: %s", p->name, list, i + 1, what);
}

static th_err no_memory(const parser *p)
{
    return th_why_set(p->why, TH_ENOMEM, "out of memory reading %s", p->name);
}

/* Both structures begin with their id. */
static int by_id(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static bool read_id(const json_t *entry, const char *key, int64_t *id)
{
    const json_t *v = json_object_get(entry, key);
    *id = json_integer_value(v);
    return json_is_integer(v);
}

/* A list by its name, which has entries. */
static th_err read_list(const parser *p, const json_t *root, const char *key, const json_t **list, size_t *n)
{
    *list = json_object_get(root, key);
    *n = json_array_size(*list);
    return *n ? TH_OK : th_why_set(p->why, TH_EFORMAT, "%s has no list of %s", p->name, key);
}

static th_err read_categories(parser *p, const json_t *root)
{
    const json_t *list;
    TH_TRY(read_list(p, root, "categories", &list, &p->n_categories));
    p->category = calloc(p->n_categories, sizeof *p->category);
    if (!p->category) return no_memory(p);
    for (size_t i = 0; i < p->n_categories; i++) {
        const json_t *e = json_array_get(list, i);
        category *k = &p->category[i];
        k->name = json_string_value(json_object_get(e, "name"));
        if (!read_id(e, "id", &k->id)) return bad(p, "categories", i, "id: a whole number is needed");
        if (!k->name || !*k->name) return bad(p, "categories", i, "it has no name");
        p->has_person |= strcmp(k->name, TH_COCO_PERSON) == 0;
    }
    qsort(p->category, p->n_categories, sizeof *p->category, by_id);
    return TH_OK;
}

static th_err read_images(const parser *p, const json_t *root)
{
    const json_t *list;
    th_coco *c = p->c;
    TH_TRY(read_list(p, root, "images", &list, &c->n));
    c->picture = calloc(c->n, sizeof *c->picture);
    if (!c->picture) return no_memory(p);
    for (size_t i = 0; i < c->n; i++) {
        const json_t *e = json_array_get(list, i);
        const json_int_t w = json_integer_value(json_object_get(e, "width")),
                         h = json_integer_value(json_object_get(e, "height"));
        th_coco_picture *q = &c->picture[i];
        q->file = json_string_value(json_object_get(e, "file_name"));
        if (!read_id(e, "id", &q->id)) return bad(p, "images", i, "id: a whole number is needed");
        if (!q->file || !*q->file) return bad(p, "images", i, "it has no file_name");
        if (w < 1 || h < 1 || w > 100000 || h > 100000)
            return bad(p, "images", i, "width and height: numbers of pixels are needed");
        q->w = (int32_t)w;
        q->h = (int32_t)h;
    }
    qsort(c->picture, c->n, sizeof *c->picture, by_id);
    for (size_t i = 1; i < c->n; i++)
        if (c->picture[i].id == c->picture[i - 1].id)
            return th_why_set(p->why, TH_EFORMAT, "%s, images: two have the id %lld", p->name,
                              (long long)c->picture[i].id);
    return TH_OK;
}

static th_err add_box(const parser *p, th_coco_picture *q, const th_box *box)
{
    if (q->n_boxes == q->cap) {
        const size_t cap = q->cap ? 2 * q->cap : 8;
        th_box *more = realloc(q->boxes, cap * sizeof *more);
        if (!more) return no_memory(p);
        q->boxes = more;
        q->cap = cap;
    }
    q->boxes[q->n_boxes++] = *box;
    return TH_OK;
}

static th_err read_annotation(const parser *p, const json_t *e, size_t i)
{
    th_coco_picture want;
    category kind;
    const json_t *bbox = json_object_get(e, "bbox");
    float v[4];
    if (!read_id(e, "image_id", &want.id)) return bad(p, "annotations", i, "image_id: a whole number is needed");
    if (!read_id(e, "category_id", &kind.id)) return bad(p, "annotations", i, "category_id: a whole number is needed");
    th_coco_picture *q = bsearch(&want.id, p->c->picture, p->c->n, sizeof *p->c->picture, by_id);
    const category *k = bsearch(&kind.id, p->category, p->n_categories, sizeof *p->category, by_id);
    if (!q) return bad(p, "annotations", i, "image_id: no picture has it");
    if (!k) return bad(p, "annotations", i, "category_id: no category has it");
    if (json_array_size(bbox) != 4) return bad(p, "annotations", i, "bbox: x, y, width and height are needed");
    for (size_t s = 0; s < 4; s++) {
        const json_t *number = json_array_get(bbox, s);
        v[s] = (float)json_number_value(number);
        if (!json_is_number(number) || !(v[s] > -1e6f && v[s] < 1e6f) || (s > 1 && v[s] < 0))
            return bad(p, "annotations", i, "bbox: x, y, width and height are numbers of pixels");
    }
    return add_box(p, q, &(th_box){v[0], v[1], v[2], v[3], k->name});
}

/* The rule in coco.h. */
static const char *label_of(const parser *p, const th_coco_picture *q)
{
    double most = -1;
    const char *largest = NULL;
    bool person = false, large = false;
    for (size_t i = 0; i < q->n_boxes; i++) {
        const double area = (double)q->boxes[i].w * (double)q->boxes[i].h;
        const bool is_person = strcmp(q->boxes[i].label, TH_COCO_PERSON) == 0;
        person |= is_person;
        large |= is_person && area >= TH_COCO_PART * (double)q->w * (double)q->h;
        if (area > most) most = area, largest = q->boxes[i].label;
    }
    if (!p->has_person) return largest;
    return large ? TH_COCO_PERSON : person ? NULL : TH_COCO_NO_PERSON;
}

static th_err read_all(parser *p, const json_t *root)
{
    const json_t *list = json_object_get(root, "annotations");
    TH_TRY(read_categories(p, root));
    TH_TRY(read_images(p, root));
    if (!json_is_array(list)) return th_why_set(p->why, TH_EFORMAT, "%s has no list of annotations", p->name);
    for (size_t i = 0; i < json_array_size(list); i++) TH_TRY(read_annotation(p, json_array_get(list, i), i));
    for (size_t i = 0; i < p->c->n; i++) p->c->picture[i].label = label_of(p, &p->c->picture[i]);
    return TH_OK;
}

th_err th_coco_parse(th_span text, const char *name, th_coco *c, th_why *why)
{
    json_error_t wrong;
    parser p = {.c = c, .name = name, .why = why};
    *c = (th_coco){0};
    json_t *root = json_loadb((const char *)text.p, text.n, 0, &wrong);
    if (!root)
        return th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: %s", name, wrong.line, wrong.column, wrong.text);
    c->tree = root;
    const th_err err = read_all(&p, root);
    free(p.category);
    if (err) th_coco_free(c);
    return err;
}

void th_coco_free(th_coco *c)
{
    for (size_t i = 0; i < c->n && c->picture; i++) free(c->picture[i].boxes);
    free(c->picture);
    json_decref(c->tree);
    *c = (th_coco){0};
}
