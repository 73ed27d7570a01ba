/* course/lab_priv.h -- what the parts of labs know of each other. */
#ifndef TH_COURSE_LAB_PRIV_H
#define TH_COURSE_LAB_PRIV_H

#include "course/lab.h"
#include "course/lab_ini.h"
#include "os/file.h"

struct th_lab_kind;

/* A property: a section of the recipe, and the defaults of its kind above it. */
typedef struct th_lab_prop {
    const struct th_lab_kind *kind;
    const th_lab_section *own, *defaults; /* defaults may be NULL */
} th_lab_prop;

struct th_lab {
    const th_shelf *shelf;
    th_lab_cfg cfg;
    char id[TH_PAGE_ID_BYTES], name[64], file[512]; /* file: the recipe's path on the shelf */
    char folder[512];                               /* "1-rule/2-nudge/lab/" */
    th_lab_ini ini;                                 /* with the learner's values in it */
    th_values values;
    th_lab_prop *prop; /* [n_props] */
    size_t n_props;
};

typedef enum th_lab_state { TH_LAB_FAILED, TH_LAB_PASSED, TH_LAB_UNSEEN } th_lab_state;

/* What was found of a property. */
typedef struct th_lab_found {
    th_lab_state state;
    char *saw; /* free() it */
} th_lab_found;

/* Sets both; a later call replaces an earlier one. printf's format. */
void th_lab_say(th_lab_found *found, th_lab_state state, const char *fmt, ...) TH_PRINTF(3, 4);

/* One grading. */
typedef struct th_lab_run {
    const th_lab *lab;
    char dir[TH_PATH_BYTES];  /* the learner's folder */
    char work[TH_PATH_BYTES]; /* private, gone afterwards */
    th_lab_ini answers;
    struct th_lab_said *said;   /* what verbs said, lab_verb.c */
    struct th_lab_cases *cases; /* what harnesses said, lab_c.c */
    size_t n_sealed;
    struct th_lab_sealed *sealed; /* projects that were made, lab_sealed.c */
} th_lab_run;

/* A kind of property; lab.c has the table. */
typedef struct th_lab_kind {
    const char *name;
    const char *const *settings; /* beside the common ones; NULL-terminated */
    /* Is the section all right? Errors: TH_EFORMAT, without file and line. */
    th_err (*check)(const th_lab *lab, const th_lab_prop *p, th_why *why);
    /* What the learner made is told in *found; an error is the recipe's or the computer's fault. */
    th_err (*grade)(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why);
    /* Adds what is asked in answers.ini to an array (lab.h); NULL: nothing. */
    th_err (*ask)(const th_lab *lab, const th_lab_prop *p, json_t *answers, th_why *why);
    /* What peers are to read of it: the learner's text (free()), NULL when there is none. */
    char *(*text)(th_lab_run *run, const th_lab_prop *p);
    /* The right answer (of the choices: worst, the dearest one) as text, for solutions; NULL: none. */
    th_err (*key)(th_lab_run *run, const th_lab_prop *p, bool worst, char text[64], th_why *why);
} th_lab_kind;

extern const th_lab_kind th_lab_kind_number, th_lab_kind_choice, th_lab_kind_written, th_lab_kind_c, th_lab_kind_data,
    th_lab_kind_model, th_lab_kind_trace;

/* ---- settings (lab.c) ---- */

const char *th_lab_setting(const th_lab_prop *p, const char *name); /* NULL: not there */
/* The same in the lab's language, where the recipe has it. */
const char *th_lab_told(const th_lab *lab, const th_lab_prop *p, const char *name);
/* Values of a name that may be given several times: *at begins with 0; NULL after the last. */
const char *th_lab_next(const th_lab_prop *p, const char *name, size_t *at);
/* A number, `def` when it is not there.  Errors: TH_EFORMAT. */
TH_NODISCARD th_err th_lab_amount(const th_lab_prop *p, const char *name, double def, double *value, th_why *why);
bool th_lab_yes(const th_lab_prop *p, const char *name); /* "yes" */
/* Parts of a text between signs, without blanks around: copies the next into buf, false after the last. */
bool th_lab_part(const char **at, char sign, char *buf, size_t cap);

/* ---- answers ---- */

/* What the learner answered to NAME ("" and missing are NULL), or to "NAME.reason". */
const char *th_lab_answer(const th_lab_run *run, const char *name);
/* A number as people write it: "3,5", "12 000", with `unit` behind it or not. */
bool th_lab_read_number(const char *text, const char *unit, double *value);
size_t th_lab_words(const char *text);

/* ---- bars (lab_bar.c): ">= 0.9", "<= 3", "0.2..0.4" ---- */

/* "0.5..3 step 0.5"; step is 1 when it is not said.  false: it is something else. */
bool th_lab_range(const char *text, double *lo, double *hi, double *step);

typedef struct th_lab_bar {
    double lo, hi; /* good from lo to hi */
} th_lab_bar;
TH_NODISCARD th_err th_lab_bar_read(const char *text, th_lab_bar *bar, th_why *why);
void th_lab_bar_say(const th_lab_bar *bar, double scale, char text[96]); /* "at least 0.9" */
/* Do the numbers of the setting `runs` (five or more) reach it with a quarter of their spread to spare? Else
 * TH_EFORMAT. */
TH_NODISCARD th_err th_lab_bar_check(const th_lab_prop *p, const char *runs, const th_lab_bar *bar, th_why *why);

/* ---- verbs (lab_verb.c) ---- */

/* JSON of a verb in a folder, run once for each line and grading; *json is the run's.  A verb that fails because of
 * what the learner has made (or not yet) is no error: *json is NULL then and *complaint says it. */
TH_NODISCARD th_err th_lab_ask_verb(th_lab_run *run, const char *dir, const char *line, const json_t **json,
                                    const char **complaint, th_why *why);
void th_lab_said_free(struct th_lab_said *said);

/* Lines `name` of a property (or section) as verbs, in a folder; `tell` may be NULL.  Errors: TH_EFORMAT with the
 * complaint of the verb that failed. */
TH_NODISCARD th_err th_lab_do(const th_lab *lab, const char *line, const char *dir, th_why *why);

/* ---- sealed data (lab_sealed.c) ---- */

/* The folder of the project that the lines `sealed` make, once for each grading.  NULL lines: TH_EFORMAT. */
TH_NODISCARD th_err th_lab_sealed(th_lab_run *run, const th_lab_prop *p, const char **dir, th_why *why);
void th_lab_sealed_free(struct th_lab_sealed *sealed);
/* A file of the learner's folder into another one, at the same place; false: she has none. */
TH_NODISCARD th_err th_lab_bring(const th_lab_run *run, const char *file, const char *dir, bool *there, th_why *why);

/* ---- functions in C ---- */
void th_lab_cases_free(struct th_lab_cases *cases);

/* ---- files (lab_start.c) ---- */

/* A path that stays below the folder: no "..", no '/' at its start, no control characters. */
bool th_lab_path_ok(const char *path);
/* Writes files of the shelf below `prefix` into a folder; `not`: names that are left out, NULL-terminated, or NULL. */
TH_NODISCARD th_err th_lab_lay(const th_lab *lab, const char *prefix, const char *dir, const char *const *except,
                               th_why *why);

/* ---- answers.ini (lab_answers.c) ---- */

/* With its questions as comments.  given: {name: text}, or NULL. */
TH_NODISCARD th_err th_lab_answers_write(const th_lab *lab, const char *dir, const json_t *given, th_why *why);
/* No sections when there is no such file.  Free it either way. */
TH_NODISCARD th_err th_lab_answers_read(const char *dir, th_lab_ini *ini, th_why *why);

#endif
