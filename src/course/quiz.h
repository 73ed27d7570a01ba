/* course/quiz.h -- what a learner is shown of an item, and what her answer is worth. */
#ifndef TH_COURSE_QUIZ_H
#define TH_COURSE_QUIZ_H

#include "course/gift.h"
#include "course/shelf.h"

#include <jansson.h>
#include <stdint.h>

#define TH_ITEM_ATTEMPTS 2 /* unless an item says how many */

/* The quiz or placement check of an id in a language, or what a lesson asks (:::ask): items that are translated and not
 * behind, English else (item->lang says which); attempts, variables and command are always those of the English item.
 * Every item has a name, and each name is there once. Errors: TH_ENOENT, TH_EFORMAT with file and line. */
TH_NODISCARD th_err th_quiz_load(const th_shelf *shelf, const char *id, const char *lang, th_quiz *quiz, th_why *why);

/* The item's values for a learner's seed put in wherever [[w]] stands, and its number computed: `calc` here, `model`
 * and `inspect` by running `program` (this program's path).  NULL: values only, enough to show it.  Items without
 * variables and command stay.  Errors: TH_EFORMAT (its command fails: the text says how), TH_ETOOL, TH_ENOMEM. */
TH_NODISCARD th_err th_item_freeze(th_item *item, uint64_t seed, const char *program, th_why *why);

/* {name, kind, stem, lang, choices: [{id, html}], left, right, attempts, hint: bool}: no keys; choices and right sides
 * in an order of the seed's; ids say nothing about which is right, and are those of every seed and language. Errors:
 * TH_ENOMEM. */
TH_NODISCARD th_err th_item_json(const th_item *item, uint64_t seed, json_t **shown, th_why *why);

/* A text of the item (stem, a choice, ..) as HTML; free() it.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_item_html(const th_item *item, const char *text, char **html, th_why *why);

/* An answer that gives all points, as th_item_mark takes it; of a frozen item.  NULL: no memory. */
json_t *th_item_right(const th_item *item);

typedef struct th_marked {
    double points;     /* 0..1 */
    bool right;        /* all of them */
    char *feedback;    /* HTML of the answer's own, or NULL; free() */
    char *key;         /* HTML: what would have been right; free() */
    char *explanation; /* HTML, or NULL; free() */
} th_marked;

/* given: choice's id; [ids]; number or text of one ("3,5" too); {left id: right id}; text.  Points: of choices the sum
 * of their parts, of pairs the part that is right, of an essay 0 (any text is right: it is not scored).
 * Errors: TH_EUSAGE (no answer of this kind), TH_EFORMAT (not frozen), TH_ENOMEM. */
TH_NODISCARD th_err th_item_mark(const th_item *item, const json_t *given, th_marked *marked, th_why *why);
void th_marked_free(th_marked *marked);

#endif
