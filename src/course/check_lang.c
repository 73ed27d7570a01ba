/* What of a translation is missing, fell behind, or belongs to nothing any more. */
#include "course/check_priv.h"

#include "base/text.h"
#include "course/gift.h"

#include <string.h>

/* The line of a name in front matter; false: it has none. */
static bool find_line(th_span front, th_span name, th_front_line *line)
{
    for (size_t at = 0; th_front_next(front, &at, line);)
        if (line->name.n == name.n && memcmp(line->name.p, name.p, name.n) == 0) return true;
    return false;
}

static void check_front(th_checker *c, const char *path, th_span english, th_span other)
{
    th_span front, theirs, body;
    th_front_line line, their;
    char key[TH_COURSE_KEY_BYTES];
    int at_line;
    th_front_split(english, &front, &body, &at_line);
    th_front_split(other, &theirs, &body, &at_line);
    for (size_t at = 0; th_front_next(front, &at, &line);) {
        if (!th_front_is_text(line.name)) continue;
        th_text_key(line.value, key);
        if (!find_line(theirs, line.name, &their))
            th_check_say(c, path, 1, "%.*s is not translated: \"%.*s: ..  # of %s\"", (int)line.name.n,
                         (const char *)line.name.p, (int)line.name.n, (const char *)line.name.p, key);
        else if (strcmp(their.of, key) != 0)
            th_check_say(c, path, their.line, "%.*s fell behind: the English is now \"%.*s\" (# of %s)",
                         (int)line.name.n, (const char *)line.name.p, line.value.n > 80 ? 80 : (int)line.value.n,
                         (const char *)line.value.p, key);
    }
}

static bool has_key(const th_passages *blocks, const char *key)
{
    for (size_t i = 0; i < blocks->n; i++)
        if (strcmp(blocks->block[i].key, key) == 0) return true;
    return false;
}

/* Translations of paragraphs that are gone or have changed, and paragraphs without a translation. */
static void check_blocks(th_checker *c, const th_page *page, const char *path, const th_page_text *t)
{
    for (size_t i = 0; i < t->english.n; i++)
        if (!th_page_text_current(t, i))
            th_check_say(c, path, 0, "the paragraph in %s:%d has no translation that holds (<!-- of %s -->)",
                         page->file, t->english.block[i].line, t->english.block[i].key);
    for (size_t i = 0; i < t->others.n; i++) {
        const th_passage *b = &t->others.block[i];
        if (!b->of[0])
            th_check_say(c, path, b->line, "a comment <!-- of KEY --> is missing above this paragraph");
        else if (!has_key(&t->english, b->of))
            th_check_say(c, path, b->line,
                         "what this translates has changed or is gone: `thimble course translate` shows it");
    }
}

static th_err check_page(th_checker *c, const th_page *page, const char *path, th_span other, th_why *why)
{
    th_page_text t;
    th_span english;
    th_why own = {0};
    TH_TRY(th_shelf_file(c->shelf, page->file, &english, why));
    th_err err = th_page_text_read(c->shelf, page, c->how->lang, &t, &own);
    if (err) {
        th_check_say(c, path, 0, "%s", own.text);
        err = err == TH_ENOMEM ? err : TH_OK;
    } else {
        check_front(c, path, english, other);
        check_blocks(c, page, path, &t);
        for (size_t i = 0; i < t.others.n && !err; i++)
            if (t.others.block[i].kind != TH_PASSAGE_ASK)
                err = th_check_text(c, page, path, t.others.block[i].body, t.others.block[i].body_line, why);
    }
    th_page_text_free(&t);
    return err;
}

static const th_item *find_item(const th_quiz *quiz, const char *name)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (name && quiz->items[i].name && strcmp(quiz->items[i].name, name) == 0) return &quiz->items[i];
    return NULL;
}

static void check_items(th_checker *c, const char *path, const th_quiz *english, const th_quiz *other)
{
    char key[TH_COURSE_KEY_BYTES];
    for (size_t i = 0; i < english->n; i++) {
        const th_item *item = &english->items[i], *their = find_item(other, item->name);
        th_item_key(item, key);
        if (!their)
            th_check_say(c, path, 0, "::%.60s:: is not translated (// of %s)", item->name ? item->name : "", key);
        else if (!their->of || strcmp(their->of, key) != 0)
            th_check_say(c, path, their->line, "::%.60s:: fell behind: compare it, then write // of %s", item->name,
                         key);
    }
    for (size_t i = 0; i < other->n; i++)
        if (!find_item(english, other->items[i].name))
            th_check_say(c, path, other->items[i].line,
                         "there is no English question ::%.60s::", other->items[i].name ? other->items[i].name : "");
}

static th_err check_quiz(th_checker *c, const th_page *page, const char *path, th_span bytes, th_why *why)
{
    th_quiz english = {0}, other = {0};
    th_span text;
    th_why own = {0};
    TH_TRY(th_shelf_file(c->shelf, page->file, &text, why));
    th_err err = th_gift_read(text, &english, &own);
    if (!err) err = th_gift_read(bytes, &other, &own);
    if (err)
        th_check_say(c, path, 0, "%s", own.text);
    else
        check_items(c, path, &english, &other);
    th_quiz_free(&english);
    th_quiz_free(&other);
    return err == TH_ENOMEM ? err : TH_OK;
}

th_err th_check_language(th_checker *c, const th_page *page, th_why *why)
{
    char path[TH_COURSE_PATH];
    th_span bytes;
    TH_TRY(th_course_path(page->file, c->how->lang, path, why));
    if (th_shelf_file(c->shelf, path, &bytes, NULL)) {
        th_check_note(c, page->file, 0, "not translated yet: `thimble course translate %s %s` begins it", page->id,
                      c->how->lang);
        return TH_OK;
    }
    if (th_text_ends(page->file, ".gift")) return check_quiz(c, page, path, bytes, why);
    return check_page(c, page, path, bytes, why);
}
