#include "course/translate.h"

#include "course/blocks.h"
#include "course/gift.h"
#include "report/html.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct writer {
    th_html out;
    th_translation *made;
    th_span english, other; /* whole files; other.n is 0 when there is none yet */
} writer;

/* ---- front matter ------------------------------------------------------------------------------------------------ */

static void put_value(writer *w, const char *before, const th_front_line *line, const char *key)
{
    th_html_put(&w->out, before);
    th_html_bytes(&w->out, (const char *)line->name.p, line->name.n);
    th_html_put(&w->out, ": ");
    th_html_bytes(&w->out, (const char *)line->value.p, line->value.n);
    th_html_fmt(&w->out, "  # of %s\n", key);
}

/* A value: as it is translated, or as a comment to be. */
static void put_front_line(writer *w, th_span theirs, const th_front_line *line)
{
    char key[TH_COURSE_KEY_BYTES];
    th_front_line their;
    bool behind = false;
    th_text_key(line->value, key);
    for (size_t at = 0; th_front_next(theirs, &at, &their);) {
        if (their.name.n != line->name.n || memcmp(their.name.p, line->name.p, their.name.n) != 0) continue;
        put_value(w, "", &their, their.of);
        behind = strcmp(their.of, key) != 0;
        if (behind) continue;
        w->made->done++;
        return;
    }
    put_value(w, "# ", line, key);
    w->made->behind += behind;
    w->made->missing += !behind;
}

static void put_front(writer *w)
{
    th_span front, theirs, body;
    th_front_line line;
    int at_line;
    th_front_split(w->english, &front, &body, &at_line);
    th_front_split(w->other, &theirs, &body, &at_line);
    if (!front.n) return;
    th_html_put(&w->out, "---\n");
    for (size_t at = 0; th_front_next(front, &at, &line);)
        if (th_front_is_text(line.name)) put_front_line(w, theirs, &line);
    th_html_put(&w->out, "---\n\n");
}

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

/* Text in a comment of HTML: its own "-->" must not end it. */
static void put_commented(th_html *out, th_span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.n - i >= 3 && memcmp(text.p + i, "-->", 3) == 0) {
            th_html_put(out, "-- >");
            i += 2;
        } else {
            th_html_bytes(out, (const char *)text.p + i, 1);
        }
    }
}

static void put_block(th_html *out, const th_passage *b)
{
    if (b->of[0]) th_html_fmt(out, "<!-- of %s -->\n", b->of);
    th_html_bytes(out, (const char *)b->text.p, b->text.n);
    th_html_put(out, "\n\n");
}

static void put_missing(th_html *out, const th_passage *b)
{
    th_html_fmt(out, "<!-- to translate, as: of %s\n", b->key);
    put_commented(out, b->text);
    th_html_put(out, "\n-->\n\n");
}

static long place_of(const th_passages *english, const char *key)
{
    for (size_t i = 0; i < english->n; i++)
        if (strcmp(english->block[i].key, key) == 0) return (long)i;
    return -1;
}

/* Old paragraphs that stood behind the translation of English block `at` (-1: at the beginning). */
static void put_behind(writer *w, const th_page_text *t, long at)
{
    long place = -1;
    for (size_t i = 0; i < t->others.n; i++) {
        const th_passage *b = &t->others.block[i];
        const long now = b->of[0] ? place_of(&t->english, b->of) : -1;
        if (now >= 0) place = now;
        if (now >= 0 || place != at) continue;
        th_html_put(&w->out, "<!-- fell behind: compare it with the English above, then give it that key -->\n");
        put_block(&w->out, b);
        w->made->behind++;
    }
}

static th_err put_page(writer *w, const th_shelf *shelf, const th_page *page, const char *lang, th_why *why)
{
    th_page_text t;
    const th_err err = th_page_text_read(shelf, page, lang, &t, why);
    if (!err) put_front(w);
    for (size_t i = 0; !err && i < t.english.n; i++) {
        const th_passage *b = &t.english.block[i];
        const bool done = t.shown[i] != b;
        if (done)
            put_block(&w->out, t.shown[i]);
        else
            put_missing(&w->out, b);
        w->made->done += done;
        w->made->missing += !done;
        put_behind(w, &t, (long)i - 1); /* below what they most probably are the old form of */
    }
    if (!err && t.english.n) put_behind(w, &t, (long)t.english.n - 1);
    th_page_text_free(&t);
    return err;
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

/* One item as GIFT; commented: every line behind "//". */
static th_err put_item(th_html *out, th_item *item, bool commented, th_why *why)
{
    char *text;
    th_span line;
    const th_quiz one = {item, 1};
    TH_TRY(th_gift_write(&one, false, &text, why));
    const th_span all = th_text_trim((th_span){(const uint8_t *)text, strlen(text)});
    for (size_t at = 0; th_text_line(all, &at, &line);) {
        if (commented) th_html_put(out, line.n ? "// " : "//");
        th_html_bytes(out, (const char *)line.p, line.n);
        th_html_put(out, "\n");
    }
    th_html_put(out, "\n");
    free(text);
    return TH_OK;
}

static th_item *find(const th_quiz *quiz, const char *name)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (name && quiz->items[i].name && strcmp(quiz->items[i].name, name) == 0) return &quiz->items[i];
    return NULL;
}

static th_err put_items(writer *w, const th_quiz *english, const th_quiz *other, th_why *why)
{
    char key[TH_COURSE_KEY_BYTES];
    for (size_t i = 0; i < english->n; i++) {
        th_item *item = &english->items[i], *their = find(other, item->name);
        th_item_key(item, key);
        const bool holds = their && their->of && strcmp(their->of, key) == 0;
        if (!holds) {
            th_html_fmt(&w->out, "// to translate, as: of %s\n", key);
            TH_TRY(put_item(&w->out, item, true, why));
        }
        if (their) TH_TRY(put_item(&w->out, their, false, why));
        w->made->done += holds;
        w->made->behind += their && !holds;
        w->made->missing += !their;
    }
    return TH_OK;
}

static th_err put_quiz(writer *w, const char *path, th_why *why)
{
    th_quiz english = {0}, other = {0};
    th_why own = {0};
    th_err err = th_gift_read(w->english, &english, &own);
    if (!err) err = th_gift_read(w->other, &other, &own);
    if (err)
        err = th_why_set(why, err, "%s: %s", path, own.text);
    else
        err = put_items(w, &english, &other, why);
    th_quiz_free(&english);
    th_quiz_free(&other);
    return err;
}

/* ------------------------------------------------------------------------------------------------------------------ */

th_err th_translate(const th_shelf *shelf, const char *id, const char *lang, th_translation *made, th_why *why)
{
    writer w = {.made = made};
    const th_page *page = th_shelf_find(shelf, id);
    *made = (th_translation){0};
    if (!page) return th_why_set(why, TH_ENOENT, "there is no page \"%.160s\": thimble course list shows them", id);
    TH_TRY(th_course_path(page->file, lang, made->path, why));
    if (strcmp(lang, "en") == 0)
        return th_why_set(why, TH_EUSAGE, "the courses are written in English: name another language");
    TH_TRY(th_shelf_file(shelf, page->file, &w.english, why));
    if (th_shelf_file(shelf, made->path, &w.other, NULL)) w.other = (th_span){(const uint8_t *)"", 0};
    th_html_bytes(&w.out, "", 0);
    th_err err =
        th_text_ends(page->file, ".gift") ? put_quiz(&w, made->path, why) : put_page(&w, shelf, page, lang, why);
    if (!err && w.out.failed) err = th_why_set(why, TH_ENOMEM, "out of memory for a translation");
    if (err)
        th_html_free(&w.out);
    else
        made->text = w.out.text;
    return err;
}
