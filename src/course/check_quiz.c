/* Questions: that each can be answered, is explained, and leads to its lesson. */
#include "course/check_priv.h"
#include "course/quiz.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 6 /* items of a quiz */
#define MOST  10
#define SEEDS 3 /* learners whose keys are computed */

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

/* The keys of a computed item for a few learners; the item is spoilt by it, so it is read anew each time. */
static th_err check_key(th_checker *c, const th_page *page, size_t i, th_why *why)
{
    for (uint64_t seed = 1; seed <= SEEDS && c->how->program; seed++) {
        th_quiz quiz = {0};
        th_why own = {0};
        TH_TRY(th_quiz_load(c->shelf, page->id, "en", &quiz, why));
        th_item *item = &quiz.items[i];
        const th_err err = th_item_freeze(item, seed, c->how->program, &own);
        if (err)
            th_check_say(c, page->file, item->line, "::%.60s::, the key of seed %d: %s", item->name, (int)seed,
                         own.text);
        th_quiz_free(&quiz);
        if (err) return err == TH_ENOMEM ? err : TH_OK;
    }
    return TH_OK;
}

static void check_count(th_checker *c, const th_page *page, size_t n, size_t computed)
{
    if (page->kind == TH_PAGE_QUIZ && (n < LEAST || n > MOST))
        th_check_say(c, page->file, 0, "a quiz has %d to %d questions; this one has %zu", LEAST, MOST, n);
    if (page->kind == TH_PAGE_QUIZ && !computed)
        th_check_say(c, page->file, 0, "none of the questions is computed (// @compute): one is");
    if (page->kind == TH_PAGE_PLACEMENT && n != MOST)
        th_check_say(c, page->file, 0, "a placement check has %d questions; this one has %zu", MOST, n);
}

th_err th_check_quiz(th_checker *c, const th_page *page, th_why *why)
{
    th_quiz quiz = {0};
    th_why own = {0};
    size_t computed = 0;
    th_err err = th_quiz_load(c->shelf, page->id, "en", &quiz, &own);
    if (err) {
        th_check_say(c, page->file, 0, "%s", own.text);
        return err == TH_ENOMEM ? err : TH_OK;
    }
    for (size_t i = 0; !err && i < quiz.n; i++) {
        check_item(c, page->file, quiz.items[i].line, &quiz.items[i]);
        computed += quiz.items[i].compute != NULL;
        if (quiz.items[i].compute) err = check_key(c, page, i, why);
    }
    check_count(c, page, quiz.n, computed);
    th_quiz_free(&quiz);
    return err;
}
