/* course/check_priv.h -- what the parts of the check share. */
#ifndef TH_COURSE_CHECK_PRIV_H
#define TH_COURSE_CHECK_PRIV_H

#include "course/blocks.h"
#include "course/check.h"

typedef struct th_checker {
    const th_shelf *shelf;
    const th_course_checks *how;
    th_easy_words *easy;
    int wrong;
    unsigned heading; /* level of the page's last one */
} th_checker;

/* Tells a finding; fmt as printf. */
void th_check_say(th_checker *c, const char *file, int line, const char *fmt, ...) TH_PRINTF(4, 5);
void th_check_note(th_checker *c, const char *file, int line, const char *fmt, ...) TH_PRINTF(4, 5);

/* What a page's blocks have of each kind. */
typedef struct th_page_facts {
    int explorables, questions;
    th_prose reading; /* of what is read, explorables and questions aside */
} th_page_facts;

/* check_text.c: links, pictures, headings, formulas of Markdown that begins in a file's line. */
TH_NODISCARD th_err th_check_text(th_checker *c, const th_page *page, const char *file, th_span text, int line,
                                  th_why *why);

/* check_quiz.c: a file of questions; the questions of a lesson. */
TH_NODISCARD th_err th_check_quiz(th_checker *c, const th_page *page, th_why *why);
void th_check_ask(th_checker *c, const char *file, const th_passage *b);

/* check_explore.c: name and settings of an explorable. */
const char *th_explore_settings(const char *name); /* " rate start ", NULL: there is no such explorable */
void th_check_explore(th_checker *c, const char *file, const th_passage *b);

/* check_lang.c: what of a page fell behind. */
TH_NODISCARD th_err th_check_language(th_checker *c, const th_page *page, th_why *why);

#endif
