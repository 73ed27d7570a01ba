/* course/shelf.h -- the courses: plain files, built into the program or in a folder (docs/courses.md).
 *
 *   files --th_shelf_open--> th_shelf: courses > chapters > pages (lessons, quiz, lab, journal)
 *                              \_ th_shelf_file   --blocks.h--> blocks --lesson.h--> JSON, HTML, plain text
 *
 * Everything is known by its id, "rule/coin/what-fits"; the order is that of the numbers in the files' names.  A shelf
 * does not change after it was opened and may be read from any thread. */
#ifndef TH_COURSE_SHELF_H
#define TH_COURSE_SHELF_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

#define TH_PAGE_ID_BYTES 160 /* of an id, with its NUL */
#define TH_LANG_BYTES    8   /* of a language, "es", with its NUL */
#define TH_COURSE_PATH   512 /* of a file's path below courses/, with its NUL */

typedef enum th_page_kind {
    TH_PAGE_COURSE,    /* "rule": course.md */
    TH_PAGE_CHAPTER,   /* "rule/coin": chapter.md */
    TH_PAGE_LESSON,    /* "rule/coin/what-fits" */
    TH_PAGE_QUIZ,      /* "rule/coin/quiz": quiz.gift */
    TH_PAGE_LAB,       /* "rule/coin/lab": lab/lab.md beside lab.ini, starter, solution, wrong */
    TH_PAGE_JOURNAL,   /* "rule/coin/journal" */
    TH_PAGE_PLACEMENT, /* "rule/placement": placement.gift */
    TH_PAGE_GLOSSARY   /* "glossary" */
} th_page_kind;

typedef struct th_page {
    th_page_kind kind;
    char id[TH_PAGE_ID_BYTES];
    const char *file; /* below courses/, "1-rule/1-coin/1-what-fits.md" */
    int course;       /* place of its course's page among the pages, or -1 */
    int chapter;      /* of its chapter's, or -1 */
} th_page;

typedef struct th_shelf th_shelf;

/* dir: a folder like courses/, or NULL: what is built into the program.
 * Errors: TH_ENOENT, TH_EFORMAT (two files have one id, ..), TH_ENOMEM. */
TH_NODISCARD th_err th_shelf_open(const char *dir, th_shelf **shelf, th_why *why);
void th_shelf_close(th_shelf *shelf); /* NULL is fine */

/* All pages in the order in which one reads them. */
const th_page *th_shelf_pages(const th_shelf *shelf, size_t *n);
const th_page *th_shelf_find(const th_shelf *shelf, const char *id); /* NULL: there is none */

/* A file's bytes, which live as long as the shelf.  path: below courses/.  Nothing outside can be named.
 * Errors: TH_ENOENT. */
TH_NODISCARD th_err th_shelf_file(const th_shelf *shelf, const char *path, th_span *bytes, th_why *why);
/* Each file whose path begins with `prefix`, in order; ends early when it returns false. */
void th_shelf_each(const th_shelf *shelf, const char *prefix, bool (*each)(void *ctx, const char *path, th_span bytes),
                   void *ctx);

/* A value of the page's front matter in a language ("en", "es"; English where there is none, or where it fell behind),
 * or "".  A quiz has none: its title is its chapter's; a placement check's is its course's. */
const char *th_page_value(const th_shelf *shelf, const th_page *page, const char *lang, const char *name);

/* The same as a whole number, "minutes: 6"; 0 when it is none. */
int th_page_number(const th_shelf *shelf, const th_page *page, const char *name);

/* Where the translation of a file stands: "a/b.md" in "es" is "a/b.es.md"; in "en" the file itself.
 * Errors: TH_ERANGE (too long), TH_EUSAGE (no language: two or three small letters). */
TH_NODISCARD th_err th_course_path(const char *file, const char *lang, char path[TH_COURSE_PATH], th_why *why);

/* ---- a shelf that may change ------------------------------------------------------------------------------------ */

/* Of a program that runs for long: where the courses are a folder, whoever borrows gets them as they are now (looked at
 * once a second at most); what somebody still holds stays as it was.  Safe from any thread. */
typedef struct th_library th_library;
TH_NODISCARD th_err th_library_new(const char *dir, th_library **library, th_why *why);
void th_library_free(th_library *library);             /* NULL is fine; nothing may be borrowed */
const char *th_library_dir(const th_library *library); /* NULL: the courses that are built in */
TH_NODISCARD th_err th_library_borrow(th_library *library, const th_shelf **shelf, th_why *why);
void th_library_return(th_library *library, const th_shelf *shelf); /* NULL is fine */

#endif
