/* course/gift.h -- questions in GIFT, Moodle's text format, and more in comments (docs/courses.md, "Quizzes").
 *
 *   text --th_gift_read--> th_quiz of items --quiz.h--> what a learner is shown, points of an answer
 *                              \_ th_gift_write --> text, which read again gives the same items
 *
 * Texts of items are Markdown, or HTML where the item begins with [html]; the reader takes GIFT's backslashes out.
 * Source: "GIFT format", docs.moodle.org, and question/format/gift/format.php of Moodle for what it leaves open. */
#ifndef TH_COURSE_GIFT_H
#define TH_COURSE_GIFT_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum th_item_kind {
    TH_ITEM_SINGLE,   /* one of several; {T}, {F} too */
    TH_ITEM_MULTIPLE, /* several may be right: parts of a hundred */
    TH_ITEM_NUMBER,   /* within a tolerance */
    TH_ITEM_MATCHING, /* each left one has its right one */
    TH_ITEM_TEXT,     /* one of several texts, case and outer spaces aside */
    TH_ITEM_ESSAY     /* {}: free text, not scored */
} th_item_kind;

typedef struct th_choice {
    char *text;         /* of the answer, number as it is written; of matching: the left side, "": nothing has it */
    char *match;        /* matching: the right side, else NULL */
    double part;        /* of the points, -100..100; right: 100 */
    double value, near; /* number: within value +- near; near INFINITY: whatever else was said ("~#feedback") */
    char *feedback;     /* or NULL */
} th_choice;

typedef struct th_var { /* // @var NAME LO..HI step S */
    char *name;
    double lo, hi, step;
} th_var;

typedef struct th_item {
    th_item_kind kind;
    char *name; /* ::name::, or NULL */
    char *of;   /* key of the English item that this is a translation of, or NULL */
    char *stem; /* "[[w]]" stands for a variable's value */
    bool html;  /* [html]: as other programs write it; else Markdown */
    bool truth; /* written {T} or {F} */
    th_choice *choices;
    size_t n_choices;
    char *explanation; /* ####, or NULL */
    char *hint, *lesson;
    int attempts; /* 0: not said */
    th_var *vars;
    size_t n_vars;
    char *compute, *key; /* computed: words of a verb, JSON pointer; or NULL */
    int line;            /* where it begins */
    int block;           /* of a lesson that asks it: which of its blocks, from 0 (th_quiz_load) */
    char lang[9];        /* of its texts, as th_quiz_load found them; "" after reading */
} th_item;

typedef struct th_quiz {
    th_item *items;
    size_t n;
} th_quiz;

/* Errors: TH_EFORMAT with the line, TH_ENOMEM.  Free it either way. */
TH_NODISCARD th_err th_gift_read(th_span text, th_quiz *quiz, th_why *why);
void th_quiz_free(th_quiz *quiz);

void th_item_free(th_item *item);

/* A key of what a translation has to say anew: the item's texts, parts and command (course/key.h). */
void th_item_key(const th_item *item, char key[9]);

/* free() the text.  frozen: as pure GIFT without our comments (items must have been frozen, quiz.h).
 * Errors: TH_ENOMEM, TH_EUNSUP (what GIFT has no words for: "->" in an answer of its own). */
TH_NODISCARD th_err th_gift_write(const th_quiz *quiz, bool frozen, char **text, th_why *why);

#endif
