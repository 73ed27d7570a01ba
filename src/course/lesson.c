#include "course/lesson.h"

#include "course/blocks.h"
#include "course/markdown.h"
#include "course/quiz.h"
#include "course/shelf_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static th_err no_memory(const char *id, th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory for %s", id);
}

/* ---- a block ----------------------------------------------------------------------------------------------------- */

/* The next word of text, or an empty one. */
static th_span next_word(th_span *text)
{
    *text = th_text_trim(*text);
    size_t n = 0;
    while (n < text->n && text->p[n] != ' ' && text->p[n] != '\t') n++;
    const th_span word = {text->p, n};
    *text = (th_span){text->p + n, text->n - n};
    return word;
}

/* "rate=0.1 start=-2 of=voice" -> {rate: 0.1, start: -2, of: "voice"}; a word without "=" is true. */
static json_t *settings_json(th_span words)
{
    json_t *o = json_object();
    for (th_span w = next_word(&words); o && w.n; w = next_word(&words)) {
        char name[64], value[128], *end;
        const uint8_t *eq = memchr(w.p, '=', w.n);
        const size_t n = eq ? (size_t)(eq - w.p) : w.n;
        snprintf(name, sizeof name, "%.*s", (int)n, (const char *)w.p);
        snprintf(value, sizeof value, "%.*s", eq ? (int)(w.n - n - 1) : 0, eq ? (const char *)eq + 1 : "");
        const double v = strtod(value, &end);
        const bool number = value[0] && !*end && v - v == 0; /* and finite */
        json_object_set_new(o, name, !eq ? json_true() : number ? json_real(v) : json_string(value));
    }
    return o;
}

/* The folder of a page's file. */
static void folder_of(const th_page *page, char folder[TH_COURSE_PATH])
{
    const char *slash = strrchr(page->file, '/');
    snprintf(folder, TH_COURSE_PATH, "%.*s", slash ? (int)(slash - page->file) : 0, page->file);
}

/* The question of an :::ask, as everybody sees it; null for other blocks. */
static th_err item_json(const th_page *page, const th_passage *b, const th_quiz *asks, size_t *asked, json_t **out,
                        th_why *why)
{
    *out = json_null();
    if (b->kind != TH_PASSAGE_ASK) return TH_OK;
    if (*asked >= asks->n) return th_why_set(why, TH_EFORMAT, "%s:%d: an :::ask has one question", page->file, b->line);
    return th_item_json(&asks->items[(*asked)++], 1, out, why);
}

/* english: the block whose place it is; its settings count, also in a translation.  Takes item. */
static th_err block_json(const th_page *page, const th_passage *english, const th_passage *b, const char *lang,
                         json_t *item, json_t **out, th_why *why)
{
    char folder[TH_COURSE_PATH];
    th_html html = {0};
    folder_of(page, folder);
    const th_err err = b->kind == TH_PASSAGE_ASK ? TH_OK : th_markdown_put(&html, b->body, &(th_markdown){folder}, why);
    if (err) {
        json_decref(item);
        th_html_free(&html);
        return err;
    }
    th_span words = english->words;
    const th_span name = english->kind == TH_PASSAGE_EXPLORE ? next_word(&words) : (th_span){0};
    *out = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "kind", th_passage_kind_name(b->kind), "key", english->key,
                     "html", html.text ? html.text : "", "lang", lang, "name",
                     name.n ? json_stringn((const char *)name.p, name.n) : json_null(), "settings",
                     name.n ? settings_json(words) : json_null(), "item", item);
    th_html_free(&html);
    return *out ? TH_OK : th_why_set(why, TH_EFORMAT, "%s:%d: this block is no text of UTF-8", page->file, b->line);
}

/* ---- a page ------------------------------------------------------------------------------------------------------ */

static bool is_read(const th_page *p)
{
    return p->kind != TH_PAGE_PLACEMENT && p->kind != TH_PAGE_GLOSSARY;
}

/* The id of the page that one reads before or after it, or null. */
static json_t *neighbour(const th_shelf *s, const th_page *page, int step)
{
    size_t n;
    const th_page *all = th_shelf_pages(s, &n);
    if (!is_read(page)) return json_null();
    for (long i = page - all + step; i >= 0 && i < (long)n; i += step)
        if (is_read(&all[i])) return json_string(all[i].id);
    return json_null();
}

static json_t *id_at(const th_shelf *s, int at)
{
    return at < 0 ? json_null() : json_string(s->page[at].id);
}

static th_err make_blocks(const th_page *page, const th_page_text *t, const th_quiz *asks, json_t *blocks, th_why *why)
{
    size_t asked = 0;
    json_t *b, *item;
    for (size_t i = 0; i < t->english.n; i++) {
        const char *in = th_page_text_current(t, i) ? t->lang : "en";
        TH_TRY(item_json(page, t->shown[i], asks, &asked, &item, why));
        TH_TRY(block_json(page, &t->english.block[i], t->shown[i], in, item, &b, why));
        if (json_array_append_new(blocks, b)) return no_memory(page->id, why);
    }
    if (asked == asks->n) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s: an :::ask has one question, not several", page->file);
}

static th_err make(const th_shelf *s, const th_page *page, const char *lang, json_t **out, th_why *why)
{
    th_page_text t;
    th_quiz asks = {0};
    json_t *blocks = json_array();
    th_err err = th_page_text_read(s, page, lang, &t, why);
    if (!err && page->kind == TH_PAGE_LESSON) err = th_quiz_load(s, page->id, lang, &asks, why);
    if (!err) err = make_blocks(page, &t, &asks, blocks, why);
    if (err) {
        json_decref(blocks);
    } else {
        *out = json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "id", page->id, "title",
                         th_page_value(s, page, lang, "title"), "minutes", th_page_number(s, page, "minutes"), "lang",
                         t.lang, "course", id_at(s, page->course), "chapter", id_at(s, page->chapter), "blocks", blocks,
                         "before", neighbour(s, page, -1), "after", neighbour(s, page, 1));
        if (!*out) err = th_why_set(why, TH_EFORMAT, "%s: its front matter is no text of UTF-8", page->file);
    }
    th_quiz_free(&asks);
    th_page_text_free(&t);
    return err;
}

th_err th_lesson_json(const th_shelf *s, const char *id, const char *lang, json_t **lesson, th_why *why)
{
    const th_page *page = th_shelf_find(s, id);
    if (!page || page->kind == TH_PAGE_QUIZ || page->kind == TH_PAGE_PLACEMENT)
        return th_why_set(why, TH_ENOENT, "there is no lesson %.160s", id);
    return th_kept_json(s, page, "lesson", lang, make, lesson, why);
}
