/* course/school.h -- who learns what: the record of a site's learners, in SQLite or PostgreSQL (store/sql.h).
 *
 *   request --th_school_enter--> th_pupil (who, and when) --> progress, notes, answers, labs .. --> th_sql
 *   map, lesson (lesson.h) --th_school_fill_..--> the same with what is known of the learner
 *   quiz (quiz.h), frozen once per learner --th_school_quiz--> what she is shown; th_school_answer: marked, kept, told
 *
 * school_class.h has classes, school_together.h the forum, the showcase and peers.  What a function has changed when it
 * returns TH_OK is on disk (progress and place: soon; they are not lost when the program is killed).  JSON is as
 * docs/api-course.md has it; times in it are seconds since 1970.  From any thread.  Nothing here asks who may: the
 * caller does. */
#ifndef TH_COURSE_SCHOOL_H
#define TH_COURSE_SCHOOL_H

#include "course/shelf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define TH_PUPIL_BYTES 80          /* of a learner's name, with its NUL */
#define TH_SCHOOL_FILE "course.db" /* in ROOT/.thimble, where no other store is named */
#define TH_SCHOOL_PASS 0.8         /* of a quiz's or a lab's points */

typedef struct th_school th_school;

/* where: as of th_sql_open.  program: this program's path, which computes items.
 * Errors: those of th_sql_open. */
TH_NODISCARD th_err th_school_open(const char *where, const char *program, th_school **school, th_why *why);
void th_school_close(th_school *school); /* NULL is fine */

/* Chance that only this site knows, the same for ever: the seed of the data that graders keep sealed (docs/labs.md). */
uint64_t th_school_sealed_seed(const th_school *school);

/* Who asks, and when. */
typedef struct th_pupil {
    int64_t id;
    char name[TH_PUPIL_BYTES]; /* "me": who has this computer to herself */
    uint64_t seed;             /* 1 .. 2^31 - 1: of her name and the site's secret */
    char language[16];         /* chosen, or "" */
    bool teacher;              /* as the server knows */
    int64_t now_ms;            /* since 1970 */
} th_pupil;

/* The learner of a user's name ("": who has this computer to herself), who is entered when she comes first. */
TH_NODISCARD th_err th_school_enter(th_school *school, const char *user, bool teacher, int64_t now_ms, th_pupil *who,
                                    th_why *why);
/* The same of one who must be there: *there. */
TH_NODISCARD th_err th_school_find(th_school *school, const char *user, th_pupil *who, bool *there, th_why *why);
/* Her account ends: what she learnt stays in the gradebooks under "NAME (left)", and a later NAME begins anew. */
TH_NODISCARD th_err th_school_left(th_school *school, const char *user, th_why *why);

/* {name, seed, language, age, education, gender, share, classes}; change: members that shall be different. */
TH_NODISCARD th_err th_school_me(th_school *school, const th_pupil *who, json_t **me, th_why *why);
TH_NODISCARD th_err th_school_me_change(th_school *school, const th_pupil *who, const json_t *change, th_why *why);

/* ---- reading (school_path.c) ---------------------------------------------------------------------------------- */

/* A page was looked at for some seconds, or is done. */
TH_NODISCARD th_err th_school_progress(th_school *school, const th_pupil *who, const char *page, bool done,
                                       int64_t seconds, th_why *why);
TH_NODISCARD th_err th_school_place(th_school *school, const th_pupil *who, const char *page, const char *block,
                                    th_why *why);

/* The map without its learner: adds `done`, `best`, `last`, `due`, `certificates`, and own lessons of her classes. */
TH_NODISCARD th_err th_school_fill_map(th_school *school, const th_pupil *who, const th_shelf *shelf, json_t *map,
                                       th_why *why);
/* Adds done, bookmarked, notes, place (the block where she stopped, or null) to the JSON of a page, and to its blocks
 * of kind "ask" their item, for this learner's seed. */
TH_NODISCARD th_err th_school_fill_lesson(th_school *school, const th_pupil *who, const th_shelf *shelf, json_t *lesson,
                                          th_why *why);
/* A lesson of a class's teacher, "own/12", in the form of th_lesson_json, filled in.  Errors: TH_ENOENT. */
TH_NODISCARD th_err th_school_own_lesson(th_school *school, const th_pupil *who, const char *id, json_t **lesson,
                                         th_why *why);

/* off: TH_ENOENT when there is none. */
TH_NODISCARD th_err th_school_bookmark(th_school *school, const th_pupil *who, const char *page, bool on, th_why *why);
TH_NODISCARD th_err th_school_bookmarks(th_school *school, const th_pupil *who, json_t **list, th_why *why);

#define TH_NOTE_BYTES 8000 /* of a note, and of whatever else one writes in a few words */
/* lesson NULL: all. containing NULL: any; else those whose text has it, in any case. */
TH_NODISCARD th_err th_school_notes(th_school *school, const th_pupil *who, const char *lesson, const char *containing,
                                    json_t **list, th_why *why);
TH_NODISCARD th_err th_school_note_add(th_school *school, const th_pupil *who, const char *lesson, const char *block,
                                       const char *text, json_t **note, th_why *why);
TH_NODISCARD th_err th_school_note_change(th_school *school, const th_pupil *who, int64_t note, const char *text,
                                          th_why *why);
TH_NODISCARD th_err th_school_note_remove(th_school *school, const th_pupil *who, int64_t note, th_why *why);

#define TH_JOURNAL_BYTES 40000
TH_NODISCARD th_err th_school_journal(th_school *school, const th_pupil *who, const char *page, json_t **journal,
                                      th_why *why);
TH_NODISCARD th_err th_school_journal_write(th_school *school, const th_pupil *who, const char *page, const char *text,
                                            th_why *why);

/* ---- questions (school_quiz.c) -------------------------------------------------------------------------------- */

/* A quiz as the learner may see it: no keys.  id: a quiz's, "placement/rule" (or "rule/placement"), "review": missed
 * ones that are due again, whose names are "rule/coin/quiz/two-errors".  Errors: TH_ENOENT, those of th_item_freeze. */
TH_NODISCARD th_err th_school_quiz(th_school *school, const th_pupil *who, const th_shelf *shelf, const char *id,
                                   const char *lang, json_t **quiz, th_why *why);

/* quiz: as of th_school_quiz, or a lesson's id: of its questions "ask", which count nothing and are not kept. */
typedef struct th_answer {
    const char *quiz, *item, *lang;
    const json_t *given;
} th_answer;
/* Marked, kept, told.  Errors: TH_ENOENT, TH_EUSAGE (no answer of this kind), TH_EEXIST (no attempts left). */
TH_NODISCARD th_err th_school_answer(th_school *school, const th_pupil *who, const th_shelf *shelf,
                                     const th_answer *answer, json_t **told, th_why *why);
/* {hint}, noted.  Errors: TH_ENOENT (the item has none). */
TH_NODISCARD th_err th_school_hint(th_school *school, const th_pupil *who, const th_shelf *shelf,
                                   const th_answer *answer, json_t **hint, th_why *why);

/* ---- labs, the end of a course (school_lab.c) ----------------------------------------------------------------- */

/* What the server's own grading job said of a lab ("rule/nudge/lab"), as th_lab_grade has it: {level, score, of,
 * unseen, properties: [{name, ok, saw, why, lesson}]}; points that could not be looked at don't count against her.
 * It may hold texts for peers, which go to them and are not told again: {.., texts: [{name, title, text, rubric:
 * [{name, text}]}]}.  Kept for good; the best score counts. */
TH_NODISCARD th_err th_school_lab_result(th_school *school, const th_pupil *who, const char *lab, const json_t *result,
                                         th_why *why);
/* The last ones, newest first: [{at, level, score, of, properties}]. */
TH_NODISCARD th_err th_school_lab_results(th_school *school, const th_pupil *who, const char *lab, json_t **results,
                                          th_why *why);

/* Is a course complete?  {complete, missing: [{id, what: lesson or quiz or lab, best, of}], at: when it became so}. */
TH_NODISCARD th_err th_school_completion(th_school *school, const th_pupil *who, const th_shelf *shelf,
                                         const char *course, json_t **completion, th_why *why);
/* [{course, at, level, jwt, svg}]; one per course: a later one takes its place. */
TH_NODISCARD th_err th_school_certificates(th_school *school, const th_pupil *who, json_t **list, th_why *why);
TH_NODISCARD th_err th_school_certificate_keep(th_school *school, const th_pupil *who, const json_t *certificate,
                                               th_why *why);

/* ---- the record (school_record.c) ----------------------------------------------------------------------------- */

typedef bool th_record_line(void *ctx, const char *line); /* false: no more are wanted */
/* xAPI statements, one JSON a line, in the order of time.  who NULL: of all learners. site: "https://host/", of ids. */
TH_NODISCARD th_err th_school_xapi(th_school *school, const th_pupil *who, const char *site, th_record_line *line,
                                   void *ctx, th_why *why);
/* A table of the same: at, learner, verb, page, item, points, of, answer; lines end with a return (RFC 4180). */
TH_NODISCARD th_err th_school_csv(th_school *school, const th_pupil *who, th_record_line *line, void *ctx, th_why *why);
/* All that is kept of a learner. */
TH_NODISCARD th_err th_school_everything(th_school *school, const th_pupil *who, json_t **all, th_why *why);

#endif
