/* The glossary: "## term" and its paragraph, in a language. */
#include "course/blocks.h"
#include "course/map.h"
#include "course/markdown.h"
#include "course/shelf_priv.h"

#include <stdlib.h>
#include <string.h>

void th_slug(th_span text, char slug[TH_SLUG_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n + 1 < TH_SLUG_BYTES; i++) {
        const char c = (char)text.p[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (letter || (c >= 'A' && c <= 'Z'))
            slug[n++] = letter ? c : (char)(c - 'A' + 'a');
        else if (n && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    while (n && slug[n - 1] == '-') n--;
    slug[n] = 0;
}

/* The heading that a block begins with, and what follows it in the block; false: it begins otherwise. */
static bool heading(const th_passage *b, th_span *term, th_span *rest)
{
    size_t at = 0;
    th_span line;
    if (!th_text_begins(b->text, "## ") || !th_text_line(b->text, &at, &line)) return false;
    *term = th_text_trim((th_span){line.p + 3, line.n - 3});
    *rest = (th_span){b->text.p + at, b->text.n - at};
    return true;
}

/* A term that is being put together. */
typedef struct entry {
    th_span term, english;
    th_html html;
    const char *lang;
} entry;

static th_err finish(entry *e, json_t *terms, th_why *why)
{
    char slug[TH_SLUG_BYTES];
    if (!e->english.n) return TH_OK;
    th_slug(e->english, slug);
    json_t *o = json_pack("{s:s%, s:s, s:s, s:s}", "term", e->term.p, e->term.n, "slug", slug, "html",
                          e->html.text ? e->html.text : "", "lang", e->lang);
    e->html.n = 0;
    if (e->html.text) e->html.text[0] = 0;
    if (json_array_append_new(terms, o)) return th_why_set(why, TH_ENOMEM, "out of memory for the glossary");
    return TH_OK;
}

static th_err add_block(entry *e, const th_page_text *t, size_t i, json_t *terms, th_why *why)
{
    th_span english, term, rest;
    const th_passage *shown = t->shown[i];
    const th_markdown how = {.folder = ""};
    if (!heading(&t->english.block[i], &english, &rest)) {
        if (!th_page_text_current(t, i)) e->lang = "en";
        return e->english.n ? th_markdown_put(&e->html, shown->body, &how, why) : TH_OK;
    }
    TH_TRY(finish(e, terms, why));
    if (!heading(shown, &term, &rest)) term = english;
    e->english = english;
    e->term = term;
    e->lang = th_page_text_current(t, i) ? t->lang : "en";
    return rest.n ? th_markdown_put(&e->html, rest, &how, why) : TH_OK;
}

static int by_term(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    return strcmp(json_string_value(json_object_get(x, "slug")), json_string_value(json_object_get(y, "slug")));
}

/* Terms in the order of their slugs. */
static th_err sort(json_t *terms, json_t **sorted, th_why *why)
{
    const size_t n = json_array_size(terms);
    json_t **all = calloc(n + 1, sizeof *all);
    *sorted = json_array();
    if (!all || !*sorted) {
        free(all);
        json_decref(*sorted);
        return th_why_set(why, TH_ENOMEM, "out of memory for the glossary");
    }
    for (size_t i = 0; i < n; i++) all[i] = json_array_get(terms, i);
    qsort(all, n, sizeof *all, by_term);
    for (size_t i = 0; i < n; i++) json_array_append(*sorted, all[i]);
    free(all);
    return TH_OK;
}

static th_err make(const th_shelf *shelf, const th_page *page, const char *lang, json_t **terms, th_why *why)
{
    json_t *found = json_array();
    th_page_text t;
    entry e = {.lang = "en"};
    th_err err = th_page_text_read(shelf, page, lang, &t, why);
    for (size_t i = 0; !err && i < t.english.n; i++) err = add_block(&e, &t, i, found, why);
    if (!err) err = finish(&e, found, why);
    if (!err) err = sort(found, terms, why);
    th_html_free(&e.html);
    th_page_text_free(&t);
    json_decref(found);
    return err;
}

th_err th_glossary_json(const th_shelf *shelf, const char *lang, json_t **terms, th_why *why)
{
    const th_page *page = th_shelf_find(shelf, "glossary");
    if (page) return th_kept_json(shelf, page, "terms", lang, make, terms, why);
    *terms = json_array();
    return *terms ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for the glossary");
}
