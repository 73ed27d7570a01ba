/* course/check.h -- is a course fit to be read?  What `thimble course check` and the tests look at (docs/courses.md,
 * "Checks").
 *
 *   files      what is no page, no translation of one and nothing that a lab has
 *   pages      front matter, headings, links, pictures and their alt texts, formulas, explorables, questions
 *   words      minutes against words, how hard the sentences are
 *   quizzes    names, feedback, explanations, the keys of computed items
 *   labs       their recipes
 *   chapters   complete: 3 to 5 lessons, an explorable, a quiz of 6 to 10, a lab, a journal
 *   languages  what fell behind, when one is asked for */
#ifndef TH_COURSE_CHECK_H
#define TH_COURSE_CHECK_H

#include "course/shelf.h"

#define TH_READ_WORDS   180 /* a minute */
#define TH_READ_MINUTES 8   /* of a lesson, at most */
#define TH_READ_GRADE   7.0 /* of Flesch and Kincaid, at most */

typedef struct th_course_finding {
    const char *file; /* below courses/ */
    int line;         /* 0: of the file as a whole */
    const char *what; /* what it is, and what to do */
    bool note;        /* nothing wrong: said, but not counted */
} th_course_finding;

typedef struct th_course_checks {
    const char *course;  /* only this one, "rule"; NULL: all */
    const char *lang;    /* what fell behind in this language; NULL: not looked at */
    const char *program; /* this program's path, which computes keys; NULL: keys are not computed */
    void (*tell)(void *ctx, const th_course_finding *finding);
    void *ctx;
} th_course_checks;

/* *wrong: how many were told that are no notes.  Errors: those that keep it from looking. */
TH_NODISCARD th_err th_course_check(const th_shelf *shelf, const th_course_checks *how, int *wrong, th_why *why);

/* How hard a text is to read, as years of school: 0.39 words / sentences + 11.8 syllables / words - 15.59.  Words of
 * the glossary count as short ones.  prose: sentences, a paragraph a line (plain.h).
 * Source: Kincaid, Fishburne, Rogers, Chissom, Derivation of new readability formulas, 1975. */
typedef struct th_prose {
    int words, sentences, syllables;
} th_prose;
typedef struct th_easy_words th_easy_words;
TH_NODISCARD th_err th_easy_words_new(const th_shelf *shelf, th_easy_words **easy, th_why *why);
void th_easy_words_free(th_easy_words *easy);
void th_prose_add(th_prose *r, const char *prose, const th_easy_words *easy); /* easy may be NULL */
double th_prose_grade(const th_prose *r);

#endif
