#include "course/quiz.h"

#include "base/text.h"
#include "course/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file's items; an error says which file. */
static th_err read_file(const th_shelf *shelf, const char *path, th_quiz *quiz, th_why *why)
{
    th_span bytes;
    th_why own = {0};
    TH_TRY(th_shelf_file(shelf, path, &bytes, why));
    const th_err err = th_gift_read(bytes, quiz, &own);
    if (!err) return TH_OK;
    th_quiz_free(quiz);
    return th_why_set(why, err, "%s, %s", path, own.text);
}

static const th_item *find(const th_quiz *quiz, const char *name)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (quiz->items[i].name && strcmp(quiz->items[i].name, name) == 0) return &quiz->items[i];
    return NULL;
}

/* What a course asks of its items beyond GIFT: names, one right answer of a single choice. */
static th_err check_items(const th_quiz *quiz, const char *path, th_why *why)
{
    for (size_t i = 0; i < quiz->n; i++) {
        const th_item *item = &quiz->items[i];
        size_t right = 0;
        if (!item->name)
            return th_why_set(why, TH_EFORMAT,
                              "%s, line %d: a question without a name: begin it with ::its-name::", path, item->line);
        if (find(quiz, item->name) != item)
            return th_why_set(why, TH_EFORMAT, "%s, line %d: a second question ::%.60s::: answers are kept by the name",
                              path, item->line, item->name);
        for (size_t k = 0; k < item->n_choices; k++) right += item->choices[k].part >= 100;
        if (item->kind == TH_ITEM_SINGLE && right > 1)
            return th_why_set(
                why, TH_EFORMAT,
                "%s, line %d: %zu right answers in ::%.60s::; is one a \"=\" inside a text? It is written "
                "\\=. Several that are right are ~%%50%%..",
                path, item->line, right, item->name);
    }
    return TH_OK;
}

/* Answers are marked by their places, so a translation has the same. */
static bool same_shape(const th_item *a, const th_item *b)
{
    bool same = a->kind == b->kind && a->truth == b->truth && a->n_choices == b->n_choices;
    for (size_t i = 0; same && i < a->n_choices; i++) same = fabs(a->choices[i].part - b->choices[i].part) < 1e-9;
    return same;
}

static char *copy(const char *text, bool *failed)
{
    char *c = text ? malloc(strlen(text) + 1) : NULL;
    if (c)
        memcpy(c, text, strlen(text) + 1);
    else if (text)
        *failed = true;
    return c;
}

static void put(char **where, const char *text, bool *failed)
{
    char *fresh = copy(text, failed);
    if (!fresh) return;
    free(*where);
    *where = fresh;
}

/* The words of the translation over the English ones; what it lacks stays. */
static th_err take_texts(th_item *item, const th_item *from, const char *lang, th_why *why)
{
    static const struct {
        const char *lang, *yes, *no;
    } truth[] = {{"es", "Verdadero", "Falso"}, {"ar", "صحيح", "خطأ"}};
    bool failed = false;
    put(&item->stem, from->stem, &failed);
    put(&item->explanation, from->explanation, &failed);
    put(&item->hint, from->hint, &failed);
    for (size_t i = 0; i < item->n_choices; i++) {
        th_choice *to = &item->choices[i];
        const th_choice *c = &from->choices[i];
        const char *text = item->kind == TH_ITEM_NUMBER ? NULL : c->text; /* a number is the same everywhere */
        for (size_t k = 0; k < sizeof truth / sizeof truth[0] && item->truth; k++)
            if (strcmp(truth[k].lang, lang) == 0) text = i == 0 ? truth[k].yes : truth[k].no;
        put(&to->text, text, &failed);
        put(&to->match, c->match, &failed);
        put(&to->feedback, c->feedback, &failed);
    }
    item->html = from->html;
    th_text_fmt(item->lang, sizeof item->lang, "%s", lang);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory while questions are read") : TH_OK;
}

static th_err translate(const th_shelf *shelf, const char *path, const char *lang, th_quiz *quiz, th_why *why)
{
    th_quiz other;
    TH_TRY(read_file(shelf, path, &other, why));
    th_err err = check_items(&other, path, why);
    for (size_t i = 0; i < quiz->n && !err; i++) {
        th_item *item = &quiz->items[i];
        const th_item *from = find(&other, item->name);
        char key[9];
        th_item_key(item, key);
        if (!from || !from->of || strcmp(from->of, key) != 0) continue; /* not there, or behind: English */
        if (!same_shape(item, from))
            err = th_why_set(why, TH_EFORMAT,
                             "%s, line %d: ::%.60s:: has not the same kinds and number of answers in the same order as "
                             "the English question",
                             path, from->line, item->name);
        else
            err = take_texts(item, from, lang, why);
    }
    th_quiz_free(&other);
    return err;
}

static th_err load(const th_shelf *shelf, const th_page *page, const char *lang, th_quiz *quiz, th_why *why)
{
    char path[TH_COURSE_PATH];
    th_span bytes;
    TH_TRY(read_file(shelf, page->file, quiz, why));
    TH_TRY(check_items(quiz, page->file, why));
    for (size_t i = 0; i < quiz->n; i++) memcpy(quiz->items[i].lang, "en", 3);
    if (!lang || strcmp(lang, "en") == 0) return TH_OK;
    TH_TRY(th_course_path(page->file, lang, path, why));
    return th_shelf_file(shelf, path, &bytes, NULL) ? TH_OK : translate(shelf, path, lang, quiz, why);
}

/* ---- the questions inside a lesson (":::ask") -------------------------------------------------------------------- */

/* The items of a block at the end of the others. */
static th_err read_ask(const th_passage *block, const char *file, th_quiz *quiz, th_why *why)
{
    th_quiz more;
    th_why own = {0};
    th_err err = th_gift_read(block->body, &more, &own);
    if (err) {
        th_quiz_free(&more);
        return th_why_set(why, err, "%s, in the :::ask of line %d, %s", file, block->line, own.text);
    }
    th_item *all = realloc(quiz->items, (quiz->n + more.n + 1) * sizeof *all);
    if (!all) {
        th_quiz_free(&more);
        return th_why_set(why, TH_ENOMEM, "out of memory while questions are read");
    }
    quiz->items = all;
    for (size_t i = 0; i < more.n; i++) {
        all[quiz->n] = more.items[i];
        all[quiz->n].line += block->body_line - 1;
        memcpy(all[quiz->n++].lang, "en", 3);
    }
    free(more.items);
    return TH_OK;
}

/* The words of the block that translates it. */
static th_err translate_ask(const th_passage *block, const char *file, const char *lang, th_item *item, size_t n,
                            th_why *why)
{
    th_quiz other = {0};
    th_err err = read_ask(block, file, &other, why);
    for (size_t i = 0; i < n && !err; i++) {
        const th_item *from = item[i].name ? find(&other, item[i].name) : NULL;
        if (from && same_shape(&item[i], from)) err = take_texts(&item[i], from, lang, why);
    }
    th_quiz_free(&other);
    return err;
}

static th_err load_asks(const th_shelf *shelf, const th_page *page, const char *lang, th_quiz *quiz, th_why *why)
{
    th_page_text text;
    th_err err = th_page_text_read(shelf, page, lang ? lang : "en", &text, why);
    for (size_t i = 0; !err && i < text.english.n; i++) {
        const th_passage *block = &text.english.block[i];
        const size_t before = quiz->n;
        if (block->kind != TH_PASSAGE_ASK) continue;
        err = read_ask(block, page->file, quiz, why);
        for (size_t k = before; k < quiz->n; k++) quiz->items[k].block = (int)i;
        if (!err && text.shown[i] != block)
            err = translate_ask(text.shown[i], page->file, text.lang, quiz->items + before, quiz->n - before, why);
    }
    th_page_text_free(&text);
    return err ? err : check_items(quiz, page->file, why);
}

th_err th_quiz_load(const th_shelf *shelf, const char *id, const char *lang, th_quiz *quiz, th_why *why)
{
    const th_page *page = th_shelf_find(shelf, id);
    *quiz = (th_quiz){0};
    if (!page || (page->kind != TH_PAGE_QUIZ && page->kind != TH_PAGE_PLACEMENT && page->kind != TH_PAGE_LESSON))
        return th_why_set(why, TH_ENOENT, "there is no quiz \"%.80s\"; `thimble course list` shows what there is", id);
    const th_err err =
        page->kind == TH_PAGE_LESSON ? load_asks(shelf, page, lang, quiz, why) : load(shelf, page, lang, quiz, why);
    if (err) th_quiz_free(quiz);
    return err;
}
