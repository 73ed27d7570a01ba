/* serve/lab_work.h -- labs as jobs: what the server adds to their command lines, and what becomes of a grade.
 *
 * A learner can ask for a lab to be graded, and for nothing else: which lab, whose, with which data that she does not
 * have is what the server wrote into .lab.json when it was started, and only what such a job says gets into the record.
 */
#ifndef TH_SERVE_LAB_WORK_H
#define TH_SERVE_LAB_WORK_H

#include "serve/job_rules.h"

#define TH_LAB_START "course start"
#define TH_LAB_GRADE "course grade"

/* Options of both that a request may not have. */
#define TH_LAB_BY_SERVER " out learner seed courses lab level sealed-seed "

typedef struct th_lab_words {
    struct {
        const char *name, *value;
    } option[8];
    size_t n;
    const char *word; /* what stands behind the options */
    char text[4][256], courses[TH_PATH_BYTES];
} th_lab_words;

/* For a job of the verb in a lab's folder.  Errors: TH_EUSAGE (no lab was started there). */
TH_NODISCARD th_err th_lab_job_words(const th_job_place *place, const char *verb, th_lab_words *words, th_why *why);

/* The grade that a job has printed goes into the record of whose lab it is. */
TH_NODISCARD th_err th_lab_job_done(const th_site *site, const char *dir, const char *result, th_why *why);

/* In a class no other project's name may begin so: it could stand where somebody's lab will be. */
#define TH_LAB_FOLDER "lab-"

/* The lab's folder below the root for a learner: "lab-nudge", in a class "lab-nudge-ana". */
void th_lab_folder(const th_site *site, const char *lab_name, const char *user, uint64_t seed,
                   char name[TH_NAME_BYTES]);

/* Is the folder `project` below the root a lab of another learner than `user`?  In a class it is between her and the
 * teacher: what was found out in it would be the answers of others. */
bool th_lab_is_others(const th_site *site, const char *project, const char *user);

#endif
