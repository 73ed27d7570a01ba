/* thimble course answers: the key of a quiz, for teachers. */
#include "cli/cmd.h"
#include "course/quiz.h"
#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* {name, kind, stem, right} of an item for this learner's number. */
static th_err one(th_item *item, uint64_t seed, const char *program, json_t *list, th_why *why)
{
    json_t *shown = NULL;
    TH_TRY(th_item_freeze(item, seed, program, why));
    TH_TRY(th_item_json(item, seed, &shown, why));
    json_object_set_new(shown, "right", th_item_right(item));
    return json_array_append_new(list, shown) ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static void print_item(const th_item *item)
{
    printf("%s\n  %s\n", item->name, item->stem);
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (item->kind == TH_ITEM_NUMBER)
            printf("    = %.9g, +- %.3g\n", c->value, c->near);
        else if (item->kind == TH_ITEM_MATCHING)
            printf("    = %s -> %s\n", c->text, c->match);
        else if (c->part > 0)
            printf("    = %s%s\n", c->text, c->part < 100 ? " (with others)" : "");
    }
    putchar('\n');
}

static th_err answers(const th_args *a, const th_shelf *shelf, uint64_t seed, th_why *why)
{
    char program[TH_PROGRAM_BYTES];
    th_quiz quiz = {0};
    json_t *list = json_array();
    const char *lang = th_arg(a, "lang");
    const bool json = th_arg_on(a, "json");
    th_err err = th_program_self(program, why);
    if (!err) err = th_quiz_load(shelf, th_word(a, 0, NULL), lang ? lang : "en", &quiz, why);
    for (size_t i = 0; i < quiz.n && !err; i++) {
        err = one(&quiz.items[i], seed, program, list, why);
        if (!err && !json) print_item(&quiz.items[i]);
    }
    if (!err && json) {
        if (json_dumpf(list, stdout, JSON_COMPACT)) err = th_why_set(why, TH_ENOMEM, "out of memory for the result");
        putchar('\n');
    }
    json_decref(list);
    th_quiz_free(&quiz);
    return err;
}

static th_err run(const th_args *a, th_why *why)
{
    th_shelf *shelf;
    int64_t seed;
    TH_TRY(th_arg_int(a, "seed", 1, 2147483647, 1, &seed, why));
    TH_TRY(th_shelf_open(th_arg(a, "courses"), &shelf, why));
    const th_err err = answers(a, shelf, (uint64_t)seed, why);
    th_shelf_close(shelf);
    return err;
}

static const th_opt opts[] = {
    {"seed", "N", "1", "the learner's number, by which values are drawn (it stands on her page)"},
    {"lang", "LANG", "en", "language of the questions: en, es"},
    {"courses", "DIR", "those in the program", "the courses of this folder"},
    {"json", NULL, NULL, "print a JSON list, answers as the studio takes them"},
    {0},
};

const th_cmd th_cmd_course_answers = {
    .name = "course answers",
    .words = "QUIZ",
    .summary = "for teachers: the questions of a quiz with what is right",
    .detail = "Values that are drawn for each learner are those of --seed.\n\n"
              "  thimble course answers rule/coin/quiz",
    .opts = opts,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
