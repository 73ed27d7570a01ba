/* course/school_marks.h -- what all members of a class have done, at one look, for gradebook and dashboard. */
#ifndef TH_COURSE_SCHOOL_MARKS_H
#define TH_COURSE_SCHOOL_MARKS_H

#include "course/school_priv.h"

/* ---- policy: JSON {weights: {quiz, lab, journal}, drop: {..}, cutoffs: {A: 90, ..}, late} --------------------- */

#define TH_POLICY_USUAL                                                                                                \
    "{\"weights\":{\"quiz\":40,\"lab\":50,\"journal\":10},\"drop\":{},"                                                \
    "\"cutoffs\":{\"A\":90,\"B\":80,\"C\":70,\"pass\":50},\"late\":0}"

TH_NODISCARD th_err th_policy_check(const json_t *policy, th_why *why); /* TH_EUSAGE: says what is wrong */

typedef enum th_mark_kind { TH_MARK_QUIZ, TH_MARK_LAB, TH_MARK_JOURNAL, TH_MARK_KINDS } th_mark_kind;
const char *th_mark_kind_name(th_mark_kind kind); /* "quiz", "lab", "journal" */

/* ---- marks
 * ------------------------------------------------------------------------------------------------------------ */

/* A page that is marked. */
typedef struct th_column {
    const th_page *page;
    th_mark_kind kind;
    double of;
    int64_t deadline_ms; /* 0: none */
} th_column;

typedef struct th_mark {
    bool there;
    double part; /* of the column's points, 0..1, less what lateness takes */
    int late;    /* days */
} th_mark;

typedef struct th_marks {
    json_t *members; /* [{id, name, joined_ms, age, education, gender}], by name; what is not shared is null */
    json_t *policy, *courses;
    size_t n_members, n_columns;
    th_column *column;
    th_mark *mark;  /* [n_members][n_columns] */
    double *points; /* [n_members][n_columns]: of the best, late or not */
} th_marks;

/* Errors: TH_ENOENT (no such class), those of th_quiz_points. */
TH_NODISCARD th_err th_marks_of(th_school *school, const th_shelf *shelf, int64_t number, th_marks *marks, th_why *why);
void th_marks_free(th_marks *marks);

/* As its chapter is called for a quiz, itself else. */
const char *th_column_title(const th_shelf *shelf, const th_column *column, const char *lang);

#endif
