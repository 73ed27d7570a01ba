#include "course/quiz.h"

#include "base/text.h"

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

/* "x/quiz.gift" -> "x/quiz.es.gift" */
static bool translated_path(char *buf, size_t cap, const char *path, const char *lang)
{
    const size_t n = strlen(path) - (th_text_ends(path, ".gift") ? 5 : 0);
    return th_text_fmt(buf, cap, "%.*s.%s.gift", (int)n, path, lang) < cap;
}

static th_err load(const th_shelf *shelf, const th_page *page, const char *lang, th_quiz *quiz, th_why *why)
{
    char path[512];
    th_span bytes;
    TH_TRY(check_items(quiz, page->file, why));
    for (size_t i = 0; i < quiz->n; i++) memcpy(quiz->items[i].lang, "en", 3);
    if (!lang || strcmp(lang, "en") == 0 || strlen(lang) >= sizeof quiz->items[0].lang || strchr(lang, '/'))
        return TH_OK;
    if (!translated_path(path, sizeof path, page->file, lang) || th_shelf_file(shelf, path, &bytes, NULL)) return TH_OK;
    return translate(shelf, path, lang, quiz, why);
}

th_err th_quiz_load(const th_shelf *shelf, const char *id, const char *lang, th_quiz *quiz, th_why *why)
{
    const th_page *page = th_shelf_find(shelf, id);
    if (!page || (page->kind != TH_PAGE_QUIZ && page->kind != TH_PAGE_PLACEMENT))
        return th_why_set(why, TH_ENOENT, "there is no quiz \"%.80s\"; `thimble course list` shows what there is", id);
    TH_TRY(read_file(shelf, page->file, quiz, why));
    const th_err err = load(shelf, page, lang, quiz, why);
    if (err) th_quiz_free(quiz);
    return err;
}
