/* course/lab.h -- labs: what a learner makes in a folder of her own, and how it is graded (docs/labs.md).
 *
 *   lab.ini --th_lab_open(seed)--> th_lab --th_lab_start--> lab-nudge/ (starter, synthetic data, answers.ini,
 * .lab.json)
 *                                     \_ th_lab_grade(folder) --table of kinds, lab_<kind>.c--> JSON: each property
 *
 * A lab is opened for one learner: her values stand in all its texts. */
#ifndef TH_COURSE_LAB_H
#define TH_COURSE_LAB_H

#include "course/draw.h"
#include "course/shelf.h"
#include "store/objects.h"

#include <jansson.h>
#include <stdint.h>

typedef struct th_lab th_lab;

typedef struct th_lab_cfg {
    const char *program; /* this program's path (os/process.h): verbs are run with it */
    const char *version; /* of this program, for the result */
    const char *lang;    /* of what is asked and told: "en", "es" */
    uint64_t seed;       /* the learner's */
    uint64_t sealed;     /* of data that she does not have; 0: practice, by the lab's id */
} th_lab_cfg;

/* id: "rule/nudge/lab", or its chapter's, "rule/nudge".  The texts of cfg must live as long as the lab.
 * Errors: TH_ENOENT (no such lab), TH_EFORMAT (its recipe: file and line). */
TH_NODISCARD th_err th_lab_open(const th_shelf *shelf, const char *id, const th_lab_cfg *cfg, th_lab **lab,
                                th_why *why);
void th_lab_close(th_lab *lab); /* NULL is fine */

const char *th_lab_id(const th_lab *lab);               /* "rule/nudge/lab" */
const char *th_lab_name(const th_lab *lab);             /* "nudge": its folder is lab-nudge */
const th_values *th_lab_values(const th_lab *lab);      /* what [[..]] are */
bool th_lab_edits(const th_lab *lab, const char *file); /* one of the files that the learner writes */

/* {kinds: [..], edit: [file, ..], answers: [{name, kind: "number" or "choice" or "reason", ask, lang, unit, choices:
 * [{id, text}] or null, from, to, step}], properties: [{name, kind, title, points}]} */
TH_NODISCARD th_err th_lab_json(const th_lab *lab, json_t **json, th_why *why);

/* The folder is this learner's, and of this lab: made with .lab.json alone, to be filled by th_lab_start.
 * Errors: TH_EEXIST (it is there). */
TH_NODISCARD th_err th_lab_claim(const th_lab *lab, const char *learner, const char *dir, th_why *why);

/* Makes the folder, or fills one that was claimed: starter, the recipe's [start], answers.ini, .lab.json.  On failure
 * there is none, or what was claimed. Errors: TH_EEXIST (it is there), TH_EFORMAT (a step of the recipe fails: its
 * complaint), TH_EIO. */
TH_NODISCARD th_err th_lab_start(const th_lab *lab, const char *learner, const char *dir, th_why *why);

/* Puts the starter's files and an empty answers.ini back; what was there is kept as FILE.before.  A project's data
 * become what they were when the lab began, what they were before that is a version (thimble data log); so do its
 * models, the learner's are in model.before. */
TH_NODISCARD th_err th_lab_again(const th_lab *lab, const char *dir, th_why *why);

/* answers.ini as {name: text}, with "" for what is not answered; and the other way round: those that are given are
 * changed.  Errors of put: TH_EUSAGE (nothing of that name is asked, no text or number), TH_ERANGE (longer than
 * TH_LAB_ANSWER_BYTES). */
#define TH_LAB_ANSWER_BYTES 8000
TH_NODISCARD th_err th_lab_answers_get(const th_lab *lab, const char *dir, json_t **answers, th_why *why);
TH_NODISCARD th_err th_lab_answers_put(const th_lab *lab, const char *dir, json_t *answers, th_why *why);

#define TH_LAB_MARK ".lab.json"
/* What .lab.json in a folder says.  Errors: TH_ENOENT (no lab was started there), TH_EFORMAT. */
typedef struct th_lab_mark {
    char id[TH_PAGE_ID_BYTES], learner[128];
    uint64_t seed;
    bool ready;               /* it was filled */
    char data[TH_HASH_BYTES]; /* version of the data that it began with, or "" */
} th_lab_mark;
TH_NODISCARD th_err th_lab_mark_read(const char *dir, th_lab_mark *mark, th_why *why);

/* The seed of a learner who has only a name. */
uint64_t th_lab_seed_of(const char *learner);

/* Grades a folder.
 *   level    "practice" or "class", for the result
 *   result   {lab, level, version, seed, score, of, unseen, properties: [{name, kind, title, points, of, ok, state:
 * "passed" or "failed" or "unseen", saw, why, lesson}]}; unseen: points of what could not be looked at on this computer
 * Errors: TH_EFORMAT (the recipe is wrong), TH_ENOENT (no folder), TH_EIO, TH_EINTR: what the learner did wrong is
 * none. */
TH_NODISCARD th_err th_lab_grade(const th_lab *lab, const char *dir, const char *level, json_t **result, th_why *why);

/* Does in a folder that was started what the solution does ("solution"), or a typical mistake ("wrong/uphill"): lays
 * its files over the folder, runs its steps, computes its answers.  Errors: TH_ENOENT, those of the steps. */
TH_NODISCARD th_err th_lab_play(const th_lab *lab, const char *what, const char *dir, th_why *why);

/* Holds a lab against its solution (all points), its wrong ones (fail as they expect) and its bars (runs reach them).
 *   id     of a lab, or of what it is in: its chapter, its course; NULL: all
 *   tell   a line for each thing that was tried
 *   bad    how many things are wrong; each was told
 * Errors: those that keep it from trying. */
typedef void th_lab_tell(void *ctx, bool good, const char *text);
TH_NODISCARD th_err th_lab_check(const th_shelf *shelf, const char *id, const th_lab_cfg *cfg, th_lab_tell *tell,
                                 void *ctx, int *bad, th_why *why);

#endif
