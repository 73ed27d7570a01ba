/* course/export_priv.h -- what the formats share: pages of the course, their HTML with other links, items. */
#ifndef TH_COURSE_EXPORT_PRIV_H
#define TH_COURSE_EXPORT_PRIV_H

#include "course/export.h"
#include "course/pack.h"
#include "course/quiz.h"
#include "report/html.h"

typedef struct th_export th_export;

/* Addresses inside the file; buf is room.  NULL: it is not there. */
typedef struct th_export_links {
    const char *(*page)(const th_export *x, const char *id, char *buf, size_t cap);
    const char *pictures; /* before a picture's name */
} th_export_links;

struct th_export {
    const th_export_cfg *cfg;
    const th_page *course; /* the course's own page */
    const th_export_links *links;
    th_pack *pack; /* or NULL */
    th_why *why;
};

#define TH_EXPORT_SEED 1

/* The next page of the course, in the order of reading, from *at on; NULL: that was the last. */
const th_page *th_export_next(const th_export *x, size_t *at);
/* Is it the course's own: "rule", "rule/.."? */
bool th_export_has(const th_export *x, const char *id);

/* A page's title: its own, of a quiz "Quiz" and so on. */
const char *th_export_title(const th_export *x, const th_page *page);
/* That of the chapter that it belongs to, its own where it belongs to none. */
const char *th_export_chapter(const th_export *x, const th_page *page);

/* "rule/coin/what-fits" -> "rule-coin-what-fits" */
const char *th_export_flat(const char *id, char *buf, size_t cap);

/* Items of a quiz or of what a lesson asks, frozen. */
TH_NODISCARD th_err th_export_items(const th_export *x, const th_page *page, th_quiz *quiz);

/* HTML with links and pictures inside the file, and each formula's name space. */
void th_export_html(const th_export *x, th_html *out, const char *html);
/* A text of an item, the same way. */
TH_NODISCARD th_err th_export_text(const th_export *x, const th_item *item, const char *text, th_html *out);

/* A text escaped; the ends of its lines are spaces. */
void th_export_escaped(th_html *out, const char *text);

/* Places of the pairs whose right sides are shown, each text once, in the order of the alphabet: the author's order
 * would be that of the left sides.  *n: how many.  free() it; NULL: no memory. */
size_t *th_export_rights(const th_item *item, size_t *n);

/* Everything on a page: its blocks, each question at its place; of a quiz the questions.  ask is called for each. */
typedef th_err th_export_ask(void *ctx, const th_item *item, th_html *out);
TH_NODISCARD th_err th_export_page(const th_export *x, const th_page *page, th_export_ask *ask, void *ctx,
                                   th_html *out);
bool th_export_is_quiz(const th_page *page);

/* What people read around the content, in x's language. */
typedef enum th_export_word {
    TH_WORD_QUIZ,
    TH_WORD_LAB,
    TH_WORD_JOURNAL,
    TH_WORD_PLACEMENT,
    TH_WORD_LESSONS,
    TH_WORD_ANSWERS,
    TH_WORD_CONTENTS,
    TH_WORD_EXPLORE,
    TH_WORD_TRUE,
    TH_WORD_FALSE,
    TH_WORD_WRITE
} th_export_word;
const char *th_export_say(const th_export *x, th_export_word word);

/* Adds what was written, and empties it.  plain: not compressed. */
TH_NODISCARD th_err th_export_add(const th_export *x, const char *name, th_html *text);
/* The course's pictures, with `before` in front of their names; each: called for each name, or NULL. */
TH_NODISCARD th_err th_export_pictures(const th_export *x, const char *before,
                                       void (*each)(void *ctx, const char *name), void *ctx);
/* "image/svg+xml" of a picture's name; NULL: it is none. */
const char *th_picture_type(const char *name);

/* Rows of the table. */
typedef th_err th_export_fn(th_export *x);
th_export_fn th_export_olx, th_export_cartridge, th_export_epub;
TH_NODISCARD th_err th_export_gift(th_export *x, th_html *out);

#endif
