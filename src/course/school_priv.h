/* course/school_priv.h -- what the files of the school share. */
#ifndef TH_COURSE_SCHOOL_PRIV_H
#define TH_COURSE_SCHOOL_PRIV_H

#include "course/quiz.h"
#include "course/school.h"
#include "os/thread.h"
#include "store/sql.h"

#define DAY_MS INT64_C(86400000)

struct th_quiz_cache; /* school_cache.c */

struct th_school {
    th_sql *sql;
    char *program;
    unsigned char secret[32];
    struct th_quiz_cache *cache;
};

/* Rows as a list of objects, or the first row as one; frees the rows.  shape: a name for each column, with spaces
 * between, and what it is: "id:i title done:b at:t". Without a colon a text; i integer, d number, b truth, t
 * milliseconds told as seconds, j JSON, n text that is null when empty. NULL is null.  "-": not told.
 * th_rows_one: *object NULL when there is no row. */
TH_NODISCARD th_err th_rows_list(th_sql_rows *rows, const char *shape, json_t **list, th_why *why);
TH_NODISCARD th_err th_rows_one(th_sql_rows *rows, const char *shape, json_t **object, th_why *why);

/* A text of JSON; free() it. */
TH_NODISCARD th_err th_rows_text(const json_t *json, char **text, th_why *why);

/* The text as a pattern for LIKE .. ESCAPE '!': %text%.  free() it; NULL: out of memory. */
char *th_rows_pattern(const char *text);

/* Adds html, of the Markdown that is text, to each; lets go of the list when that fails. */
TH_NODISCARD th_err th_rows_html(json_t *list, th_why *why);

/* Texts that people write: UTF-8 without control characters, 1..most bytes (0 with `empty`). Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_words_ok(const char *what, const char *text, size_t most, bool empty, th_why *why);

/* She was here today: within a transaction. */
TH_NODISCARD th_err th_school_here(th_sql_link *link, const th_pupil *who, th_why *why);

/* Ends a transaction in which one row should have changed. */
TH_NODISCARD th_err th_school_end_one(th_sql_link *link, th_err err, const char *else_what, th_why *why);

/* ---- what a learner has done, at one look (school_path.c) ----------------------------------------------------- */

typedef struct th_known {
    json_t *pages;    /* id: is it done? Those that were seen */
    json_t *quizzes;  /* id: points */
    json_t *labs;     /* id: {score, of} */
    json_t *journals; /* id: true */
} th_known;
TH_NODISCARD th_err th_known_of(th_sql_link *link, int64_t learner, th_known *known, th_why *why);
void th_known_free(th_known *known);

/* What is missing of a course yet: [{id, what, best, of}].  Errors: TH_ENOENT (no such course), th_quiz_load's. */
TH_NODISCARD th_err th_known_missing(th_school *school, const th_shelf *shelf, const th_known *known,
                                     const char *course, json_t **missing, th_why *why);

/* ---- quizzes, frozen for a seed; kept as long as there is room (school_cache.c) ------------------------------- */

TH_NODISCARD th_err th_quiz_cache_new(struct th_quiz_cache **cache, th_why *why);
void th_quiz_cache_free(struct th_quiz_cache *cache);

typedef struct th_quiz_held th_quiz_held;
/* Errors: those of th_quiz_load and th_item_freeze.  Let go of it with th_quiz_let_go. */
TH_NODISCARD th_err th_quiz_hold(th_school *school, const th_shelf *shelf, const char *id, const char *lang,
                                 uint64_t seed, th_quiz_held **held, th_why *why);
const th_quiz *th_quiz_of(const th_quiz_held *held);
void th_quiz_let_go(struct th_quiz_cache *cache, th_quiz_held *held); /* NULL is fine */

/* Points that a quiz gives: items without essays.  Errors: th_quiz_load's. */
TH_NODISCARD th_err th_quiz_points(th_school *school, const th_shelf *shelf, const char *id, int *points, th_why *why);

#endif
