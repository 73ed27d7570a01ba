/* The courses to read: map, lessons, their pictures, search, glossary. */
#include "base/hash.h"
#include "base/text.h"
#include "course/lesson.h"
#include "course/map.h"
#include "course/search.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The language of ?lang=, English where it is not said. */
static const char *language(const th_request *r)
{
    const char *lang = th_request_query(r, "lang");
    return lang && lang[0] ? lang : "en";
}

/* A name for these bytes: a browser that has them is told so instead of getting them again. */
static void put_tag(th_reply *out, const void *bytes, size_t n)
{
    const uint64_t h = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    snprintf(out->tag, sizeof out->tag, "%016llx", (unsigned long long)h);
    out->keep = "private, no-cache";
}

/* Answers what `make` makes of the courses as they are now. */
typedef th_err make_fn(const th_request *r, const th_shelf *shelf, json_t **made, th_why *why);

static th_err answer(const th_request *r, make_fn *make, th_reply *out, th_why *why)
{
    const th_shelf *shelf = NULL;
    json_t *made = NULL;
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const th_err err = make(r, shelf, &made, why);
    th_library_return(r->site->library, shelf);
    if (err) return err;
    TH_TRY(th_reply_json(out, 200, made, why));
    put_tag(out, out->bytes, out->n);
    return TH_OK;
}

/* What is known of the learner is added to the page, which is let go of when that fails. */
static th_err fill(const th_request *r, const th_shelf *shelf,
                   th_err (*add)(th_school *, const th_pupil *, const th_shelf *, json_t *, th_why *), json_t **page,
                   th_why *why)
{
    th_pupil who;
    th_err err = th_request_pupil(r, &who, why);
    if (!err) err = add(r->site->school, &who, shelf, *page, why);
    if (!err) return TH_OK;
    json_decref(*page);
    *page = NULL;
    return err;
}

static th_err make_map(const th_request *r, const th_shelf *shelf, json_t **made, th_why *why)
{
    TH_TRY(th_map_json(shelf, language(r), made, why));
    return fill(r, shelf, th_school_fill_map, made, why);
}

static th_err make_lesson(const th_request *r, const th_shelf *shelf, json_t **made, th_why *why)
{
    th_pupil who;
    if (th_is_own_lesson(r->part[0])) {
        TH_TRY(th_request_pupil(r, &who, why));
        return th_school_own_lesson(r->site->school, &who, r->part[0], made, why);
    }
    TH_TRY(th_lesson_json(shelf, r->part[0], language(r), made, why));
    return fill(r, shelf, th_school_fill_lesson, made, why);
}

static th_err make_glossary(const th_request *r, const th_shelf *shelf, json_t **made, th_why *why)
{
    return th_glossary_json(shelf, language(r), made, why);
}

/* A note that has the words, as the page that it was made at. */
static th_err add_note(const th_request *r, const th_shelf *shelf, const json_t *note, json_t *found, th_why *why)
{
    char *piece;
    const char *id = json_string_value(json_object_get(note, "lesson"));
    const char *text = json_string_value(json_object_get(note, "text"));
    const th_page *page = id ? th_shelf_find(shelf, id) : NULL;
    if (!id || !text) return TH_OK;
    TH_TRY(th_search_text(th_request_query(r, "q"), text, &piece, why));
    if (!piece) return TH_OK;
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O}", "id", id, "title",
                          page ? th_page_value(shelf, page, language(r), "title") : "", "course", "", "lang",
                          language(r), "piece", piece, "note", json_object_get(note, "id"));
    free(piece);
    return json_array_append_new(found, o) ? th_why_set(why, TH_ENOMEM, "out of memory for a search") : TH_OK;
}

/* Pages and terms, then this learner's notes. */
static th_err make_search(const th_request *r, const th_shelf *shelf, json_t **made, th_why *why)
{
    const char *q = th_request_query(r, "q");
    json_t *notes = NULL, *note;
    th_pupil who;
    size_t i;
    if (!q) return th_why_set(why, TH_EUSAGE, "?q= has the words that are sought");
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_search_json(shelf, q, language(r), made, why));
    th_err err = th_school_notes(r->site->school, &who, NULL, NULL, &notes, why);
    json_array_foreach(notes, i, note) if (!err) err = add_note(r, shelf, note, *made, why);
    json_decref(notes);
    if (err) json_decref(*made);
    return err;
}

static th_err search(const th_request *r, th_reply *out, th_why *why)
{
    return answer(r, make_search, out, why);
}

static th_err map(const th_request *r, th_reply *out, th_why *why)
{
    return answer(r, make_map, out, why);
}

static th_err lesson(const th_request *r, th_reply *out, th_why *why)
{
    return answer(r, make_lesson, out, why);
}

static th_err glossary(const th_request *r, th_reply *out, th_why *why)
{
    return answer(r, make_glossary, out, why);
}

/* Only pictures, and none of a solution: quizzes and labs have keys. */
static const char *type_of(const char *path)
{
    static const struct {
        const char *end, *type;
    } types[] = {{".svg", "image/svg+xml"}, {".png", "image/png"}, {".jpg", "image/jpeg"}};
    if (strstr(path, "/solution/") || strstr(path, "/wrong/") || strstr(path, "/grade/")) return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (th_text_ends(path, types[i].end)) return types[i].type;
    return NULL;
}

static th_err file(const th_request *r, th_reply *out, th_why *why)
{
    const th_shelf *shelf = NULL;
    th_span bytes;
    const char *type = type_of(r->part[0]);
    if (!type) return th_why_set(why, TH_ENOENT, "there is no picture %.200s in the courses", r->part[0]);
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    th_err err = th_shelf_file(shelf, r->part[0], &bytes, why);
    if (!err) err = th_reply_bytes(out, type, bytes.p, bytes.n, why);
    th_library_return(r->site->library, shelf);
    if (!err) put_tag(out, out->bytes, out->n);
    return err;
}

const th_route th_routes_course[] = {
    {"GET", "/api/v1/course/map", TH_ROLE_LEARNER, 0, .handle = map},
    {"GET", "/api/v1/course/lessons/{id..}", TH_ROLE_LEARNER, 0, .handle = lesson},
    {"GET", "/api/v1/course/files/{path..}", TH_ROLE_LEARNER, 0, .handle = file},
    {"GET", "/api/v1/course/search", TH_ROLE_LEARNER, 0, .handle = search},
    {"GET", "/api/v1/course/glossary", TH_ROLE_LEARNER, 0, .handle = glossary},
    {0},
};
