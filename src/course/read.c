/* A page as plain text. */
#include "course/blocks.h"
#include "course/gift.h"
#include "course/lesson.h"
#include "course/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands before a block of a kind, in a language. */
static const struct {
    const char *lang, *story, *try_it, *care, *explore, *ask, *answers, *minutes;
} labels[] = {
    {"en", "A story", "Try it", "A thought about people", "To play with in the studio", "Question", "Answers",
     "minutes"},
    {"es", "Una historia", "Pruébalo", "Un pensamiento sobre las personas", "Para probar en el estudio", "Pregunta",
     "Respuestas", "minutos"},
};

typedef struct page {
    th_html out;
    th_html answers; /* told at the end */
    int asked, width, label;
} page;

static void put_label(page *p, th_passage_kind kind)
{
    const char *text = kind == TH_PASSAGE_STORY     ? labels[p->label].story
                       : kind == TH_PASSAGE_TRY     ? labels[p->label].try_it
                       : kind == TH_PASSAGE_CARE    ? labels[p->label].care
                       : kind == TH_PASSAGE_EXPLORE ? labels[p->label].explore
                                                    : NULL;
    if (text) th_html_fmt(&p->out, "[%s]\n", text);
}

static th_err put_markdown(th_html *out, const char *text, int width, th_why *why)
{
    return th_plain_put(out, (th_span){(const uint8_t *)text, strlen(text)}, TH_PLAIN_TERMINAL, width, why);
}

/* The answer that is right, and why. */
static th_err put_answer(page *p, const th_item *item, th_why *why)
{
    th_html_fmt(&p->answers, "%d. ", p->asked);
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (c->part <= 0 || !c->text) continue;
        th_html_put(&p->answers, c->text);
        if (c->match) th_html_fmt(&p->answers, " - %s", c->match);
        th_html_put(&p->answers, "; ");
    }
    th_html_put(&p->answers, item->explanation ? item->explanation : "");
    th_html_put(&p->answers, "\n");
    return p->answers.failed ? th_why_set(why, TH_ENOMEM, "out of memory for a page") : TH_OK;
}

static th_err put_item(page *p, const th_item *item, th_why *why)
{
    th_html_fmt(&p->out, "[%s %d]\n", labels[p->label].ask, ++p->asked);
    TH_TRY(put_markdown(&p->out, item->stem ? item->stem : "", p->width, why));
    const bool shown = item->kind == TH_ITEM_SINGLE || item->kind == TH_ITEM_MULTIPLE;
    for (size_t i = 0; shown && i < item->n_choices; i++) {
        th_html_fmt(&p->out, "  %c) ", (char)('a' + (int)(i % 26)));
        th_html_put(&p->out, item->choices[i].text ? item->choices[i].text : "");
        th_html_put(&p->out, "\n");
    }
    if (shown) th_html_put(&p->out, "\n");
    return put_answer(p, item, why);
}

static th_err put_ask(page *p, const char *file, const th_passage *b, th_why *why)
{
    th_quiz quiz = {0};
    th_why own = {0};
    th_err err = th_gift_read(b->body, &quiz, &own);
    if (err) err = th_why_set(why, err, "%s:%d: %s", file, b->line, own.text);
    for (size_t i = 0; !err && i < quiz.n; i++) err = put_item(p, &quiz.items[i], why);
    th_quiz_free(&quiz);
    return err;
}

static th_err put_block(page *p, const char *file, const th_passage *b, th_why *why)
{
    if (b->kind == TH_PASSAGE_ASK) return put_ask(p, file, b, why);
    put_label(p, b->kind);
    return th_plain_put(&p->out, b->body, TH_PLAIN_TERMINAL, p->width, why);
}

static void put_title(page *p, const char *title, const char *minutes)
{
    th_html_put(&p->out, title);
    if (minutes[0]) th_html_fmt(&p->out, " (%s %s)", minutes, labels[p->label].minutes);
    th_html_put(&p->out, "\n");
    for (int i = 0; i < p->width; i++) th_html_put(&p->out, "=");
    th_html_put(&p->out, "\n\n");
}

static th_err put_page(page *p, const th_shelf *shelf, const th_page *at, const char *lang, th_why *why)
{
    th_page_text t;
    th_err err = th_page_text_read(shelf, at, lang, &t, why);
    put_title(p, th_page_value(shelf, at, lang, "title"), th_page_value(shelf, at, lang, "minutes"));
    for (size_t i = 0; !err && i < t.english.n; i++) err = put_block(p, at->file, t.shown[i], why);
    th_page_text_free(&t);
    if (!err && p->asked) {
        th_html_fmt(&p->out, "[%s]\n", labels[p->label].answers);
        err = put_markdown(&p->out, p->answers.text, p->width, why);
    }
    return err;
}

th_err th_lesson_text(const th_shelf *shelf, const char *id, const char *lang, int width, char **text, th_why *why)
{
    page p = {.width = width};
    const th_page *at = th_shelf_find(shelf, id);
    if (!at || at->kind == TH_PAGE_QUIZ || at->kind == TH_PAGE_PLACEMENT)
        return th_why_set(why, TH_ENOENT, "there is no lesson \"%.160s\": thimble course list shows them%s", id,
                          at ? " (a quiz is answered in the studio)" : "");
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].lang, lang) == 0) p.label = (int)i;
    th_err err = put_page(&p, shelf, at, lang, why);
    th_html_free(&p.answers);
    if (!err && p.out.failed) err = th_why_set(why, TH_ENOMEM, "out of memory for a page");
    if (err)
        th_html_free(&p.out);
    else
        *text = p.out.text;
    return err;
}
