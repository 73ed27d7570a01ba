/* serve/job_rules.h -- which verbs may be jobs, and the command line that a request for one becomes.
 *
 *   {"verb": "test", "words": ["model/int8.tflite"], "options": {"data": "files/clips", "threads": 2}}
 *     -> thimble test --data=jobs/000012/files/clips --threads=2 --json -- model/int8.tflite
 *
 * Nothing of a request becomes an option by its first letters: options are looked up in the verb's table and written
 * --name=value, words stand behind "--".  Paths are relative, inside the project ("files/..": inside the job's own
 * files), also after links were followed; what a verb writes to is given by the server. */
#ifndef TH_SERVE_JOB_RULES_H
#define TH_SERVE_JOB_RULES_H

#include "serve/site.h"

#include <jansson.h>

/* Where the paths of a job are looked for. */
typedef struct th_job_place {
    const th_site *site;
    char dir[TH_PATH_BYTES];   /* of the project, absolute, without links: where its steps run */
    char files[TH_NAME_BYTES]; /* the job's files, from there: "jobs/000012/files" */
    char project[TH_NAME_BYTES];
    const char *user; /* whose job it is */
    bool listens;     /* may use this computer's microphone and serial ports */
    bool now;         /* it begins now: files that are read must be there */
} th_job_place;

/* What a verb does to a project: two jobs with a bit in common don't run at once in it. */
enum { TH_JOB_TRAINS = 1, TH_JOB_WRITES_DATA = 2, TH_JOB_WRITES_RESULTS = 4 };

#define TH_JOB_WORDS 320 /* of a command line, most */

/* The command line of a step. */
typedef struct th_job_line {
    char *word[TH_JOB_WORDS + 1]; /* [n], then NULL; the first is the program's path */
    int n;
    bool json;         /* its last line is its result */
    bool told;         /* with exit code 1, too: it is an answer that something is wrong */
    bool resumes;      /* can go on from where it was stopped, by --resume */
    const char *keeps; /* a file of the project to keep with the job, or NULL */
    const char *verb;  /* of the table */
} th_job_line;

/* step: {verb, words, options}. Errors: TH_EUSAGE (the text names what is not allowed, and what is), TH_ENOENT (a path
 * that is read is not there), TH_ERANGE (too much of it), TH_ENOMEM. */
TH_NODISCARD th_err th_job_line_make(const th_job_place *place, json_t *step, th_job_line *line, th_why *why);
void th_job_line_free(th_job_line *line);

/* As a person would type it: "train --epochs 10", without what the server adds. */
void th_job_line_title(const json_t *step, char *text, size_t cap);

/* May the verb be a job?  Of option `name`: may a request give it? */
bool th_job_verb_ok(const char *verb);
bool th_job_option_ok(const char *verb, const char *name);
unsigned th_job_does(const char *verb); /* TH_JOB_.. */

/* A relative path of a request, checked: the path from the project's folder.  Errors: TH_EUSAGE, TH_ENOENT. */
TH_NODISCARD th_err th_job_path(const th_job_place *place, const char *text, char path[TH_PATH_BYTES], th_why *why);

#endif
