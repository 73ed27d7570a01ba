/* course/school_class.h -- classes: who is in them, what their teacher sets, what she sees.
 *
 *   members, their answers and labs --school_marks.c--> th_marks --> gradebook (policy, deadlines), dashboard
 *
 * A number of a class, announcement or lesson that is not there, or not for who asks, is TH_ENOENT.  A teacher sees all
 * classes of the site, a learner her own. */
#ifndef TH_COURSE_SCHOOL_CLASS_H
#define TH_COURSE_SCHOOL_CLASS_H

#include "course/school.h"

/* [{id, name, code (teachers), courses, policy, members, deadlines: [{id, at}]}] */
TH_NODISCARD th_err th_school_classes(th_school *school, const th_pupil *who, json_t **list, th_why *why);
/* One, for a teacher with learners: [{name, joined, seen: the last day, as a time, or null}]. */
TH_NODISCARD th_err th_school_class(th_school *school, const th_pupil *who, int64_t number, json_t **one, th_why *why);
/* body: {name, courses, policy}, for a change also {renew: true}: another code.  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_school_class_add(th_school *school, const th_pupil *who, const th_shelf *shelf,
                                        const json_t *body, int64_t *number, th_why *why);
TH_NODISCARD th_err th_school_class_change(th_school *school, const th_shelf *shelf, int64_t number, const json_t *body,
                                           th_why *why);
TH_NODISCARD th_err th_school_class_remove(th_school *school, int64_t number, th_why *why);

/* The class of a code: who asks is in it from now on.  The caller limits how often one may try.  Errors: TH_ENOENT. */
TH_NODISCARD th_err th_school_join(th_school *school, const th_pupil *who, const char *code, int64_t *number,
                                   th_why *why);
/* A member leaves; what she learnt stays hers. */
TH_NODISCARD th_err th_school_member_remove(th_school *school, int64_t number, const char *name, th_why *why);

/* [{id, at}] instead of those there were; ids of pages, or of chapters and courses: of all that is in them. */
TH_NODISCARD th_err th_school_deadlines(th_school *school, const th_shelf *shelf, int64_t number, const json_t *list,
                                        th_why *why);

/* [{id, author, text, html, at}], the newest first. */
TH_NODISCARD th_err th_school_announcements(th_school *school, const th_pupil *who, int64_t number, json_t **list,
                                            th_why *why);
TH_NODISCARD th_err th_school_announce(th_school *school, const th_pupil *who, int64_t number, const char *text,
                                       th_why *why);
TH_NODISCARD th_err th_school_announcement_remove(th_school *school, int64_t number, int64_t announcement, th_why *why);

/* Own lessons: [{id, page: "own/12", chapter, title, markdown, at}]. */
#define TH_OWN_LESSON_BYTES 60000
TH_NODISCARD th_err th_school_own_lessons(th_school *school, const th_pupil *who, int64_t number, json_t **list,
                                          th_why *why);
/* lesson 0: a new one, whose number comes back in *lesson.  body: {chapter, title, markdown}. */
TH_NODISCARD th_err th_school_own_lesson_put(th_school *school, const th_pupil *who, const th_shelf *shelf,
                                             int64_t number, int64_t *lesson, const json_t *body, th_why *why);
TH_NODISCARD th_err th_school_own_lesson_remove(th_school *school, int64_t number, int64_t lesson, th_why *why);

/* ---- what a teacher sees -------------------------------------------------------------------------------------- */

/* {columns: [{id, title, kind, of, weight}], rows: [{learner, cells: [{points, late: days}], total: percent, grade}]}.
 * Of each kind the worst `drop` are left out; then total is the mean of the kinds' means by their weights; what was
 * done d days after its deadline loses d times `late` percent. */
TH_NODISCARD th_err th_school_gradebook(th_school *school, const th_shelf *shelf, int64_t number, const char *lang,
                                        json_t **book, th_why *why);
/* The same as a table (csv.h).  free() it. */
TH_NODISCARD th_err th_school_gradebook_csv(const json_t *book, char **csv, th_why *why);

/* {members, enrolment: [{day, n}], active: [{day, n}], items: [{id, title, kind, started, done, median_s}], stopped:
 * [{id, n}], completion: 0..1, groups: {age: [{group, n, done}], education, gender}}.  day: seconds since 1970. */
TH_NODISCARD th_err th_school_dashboard(th_school *school, const th_pupil *who, const th_shelf *shelf, int64_t number,
                                        const char *lang, json_t **board, th_why *why);

#endif
