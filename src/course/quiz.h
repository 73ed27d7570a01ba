/* course/quiz.h -- what a learner is shown of an item, and what her answer is worth. */
#ifndef TH_COURSE_QUIZ_H
#define TH_COURSE_QUIZ_H

#include "course/gift.h"
#include "course/shelf.h"

#include <jansson.h>
#include <stdint.h>

/* The quiz or placement check of an id in a language: items that are translated and not behind, English else.
 * Errors: TH_ENOENT, TH_EFORMAT. */
TH_NODISCARD th_err th_quiz_load(const th_shelf *shelf, const char *id, const char *lang, th_quiz *quiz, th_why *why);

/* The item's values for a learner's seed put in, its number computed by running `program` (this program's path); items
 * without variables stay.  Errors: TH_EFORMAT (its command fails: the text says how), TH_ETOOL. */
TH_NODISCARD th_err th_item_freeze(th_item *item, uint64_t seed, const char *program, th_why *why);

/* {name, kind, stem, choices: [{id, html}], left, right, attempts, hint: bool}: no keys; choices and right sides in an
 * order of the seed's. */
TH_NODISCARD th_err th_item_json(const th_item *item, uint64_t seed, json_t **shown, th_why *why);

typedef struct th_marked {
    double points;     /* 0..1 */
    bool right;        /* all of them */
    char *feedback;    /* HTML of the answer's own, or NULL; free() */
    char *key;         /* HTML: what would have been right; free() */
    char *explanation; /* HTML, or NULL; free() */
} th_marked;

/* given: choice's id; [ids]; number or text of one ("3,5" too); {left id: right id}; text.
 * Errors: TH_EUSAGE (no answer of this kind). */
TH_NODISCARD th_err th_item_mark(const th_item *item, const json_t *given, th_marked *marked, th_why *why);
void th_marked_free(th_marked *marked);

#endif
