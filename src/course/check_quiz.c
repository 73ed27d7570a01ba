/* Questions: that each can be answered, is explained, and leads to its lesson. */
#include "course/check_priv.h"
#include "course/gift.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 6 /* items of a quiz */
#define MOST  10

/* Whoever answers is told why, whatever the answer was. */
static bool is_told_why(const th_item *item, const th_choice *choice)
{
    return choice->feedback || item->kind == TH_ITEM_MATCHING || item->kind == TH_ITEM_TEXT ||
           (item->kind == TH_ITEM_NUMBER && item->compute);
}

/* line: of the item in its file. */
static void check_item(th_checker *c, const char *file, int line, const th_item *item)
{
    const char *name = item->name ? item->name : "";
    if (!item->name) th_check_say(c, file, line, "a question without a name: begin it with ::its-name::");
    if (!item->explanation || !item->explanation[0])
        th_check_say(c, file, line, "::%.60s:: has no explanation: #### and a sentence or two", name);
    for (size_t i = 0; i < item->n_choices; i++)
        if (!is_told_why(item, &item->choices[i]))
            th_check_say(c, file, line, "::%.60s::, answer %zu has no feedback: # and a sentence", name, i + 1);
    if (item->lesson && !th_shelf_find(c->shelf, item->lesson))
        th_check_say(c, file, line, "::%.60s:: names the lesson %.160s, which is not there", name, item->lesson);
}

void th_check_ask(th_checker *c, const char *file, const th_passage *b)
{
    th_quiz quiz = {0};
    th_why why = {0};
    if (th_gift_read(b->body, &quiz, &why))
        th_check_say(c, file, b->line, "this question can't be read: %s (lines count from the :::ask)", why.text);
    else if (quiz.n != 1)
        th_check_say(c, file, b->line, "an :::ask has one question; here are %zu", quiz.n);
    else
        check_item(c, file, b->line, &quiz.items[0]);
    if (quiz.n == 1 && quiz.items[0].compute)
        th_check_say(c, file, b->line, "a question in a lesson can't be a computed one: it belongs into the quiz");
    th_quiz_free(&quiz);
}

/* Does a quiz of this name hold an item twice? */
static void check_names(th_checker *c, const char *file, const th_quiz *quiz)
{
    for (size_t i = 0; i < quiz->n; i++)
        for (size_t k = 0; k < i; k++)
            if (quiz->items[i].name && quiz->items[k].name && strcmp(quiz->items[i].name, quiz->items[k].name) == 0)
                th_check_say(c, file, quiz->items[i].line, "a second question ::%.60s::: answers are kept by the name",
                             quiz->items[i].name);
}

th_err th_check_quiz(th_checker *c, const th_page *page, th_why *why)
{
    th_quiz quiz = {0};
    th_why own = {0};
    th_span bytes;
    size_t computed = 0;
    TH_TRY(th_shelf_file(c->shelf, page->file, &bytes, why));
    const th_err err = th_gift_read(bytes, &quiz, &own);
    if (err) {
        th_check_say(c, page->file, 0, "%s", own.text);
        return err == TH_ENOMEM ? err : TH_OK;
    }
    check_names(c, page->file, &quiz);
    for (size_t i = 0; i < quiz.n; i++) {
        check_item(c, page->file, quiz.items[i].line, &quiz.items[i]);
        computed += quiz.items[i].compute != NULL;
    }
    if (page->kind == TH_PAGE_QUIZ && (quiz.n < LEAST || quiz.n > MOST))
        th_check_say(c, page->file, 0, "a quiz has %d to %d questions; this one has %zu", LEAST, MOST, quiz.n);
    if (page->kind == TH_PAGE_QUIZ && !computed)
        th_check_say(c, page->file, 0, "none of the questions is computed (// @compute): one is");
    if (page->kind == TH_PAGE_PLACEMENT && quiz.n != MOST)
        th_check_say(c, page->file, 0, "a placement check has %d questions; this one has %zu", MOST, quiz.n);
    th_quiz_free(&quiz);
    return TH_OK;
}
