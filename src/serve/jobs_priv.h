/* serve/jobs_priv.h -- a job in memory, and the files of src/serve that make up th_jobs.  All of it is guarded by
 * jobs->mutex, but what the docs say otherwise; jobs->bell rings when anything of a job has changed. */
#ifndef TH_SERVE_JOBS_PRIV_H
#define TH_SERVE_JOBS_PRIV_H

#include "os/child.h"
#include "os/run.h"
#include "os/thread.h"
#include "serve/news.h"
#include "serve/job_rules.h"
#include "serve/jobs.h"

#include <stdio.h>

typedef enum th_job_state {
    TH_JOB_QUEUED,
    TH_JOB_RUNNING,
    TH_JOB_DONE,
    TH_JOB_FAILED,
    TH_JOB_CANCELLED,
    TH_JOB_INTERRUPTED,
    TH_JOB_STATES
} th_job_state;

#define TH_JOB_STEPS      16
#define TH_JOB_LINE_BYTES ((size_t)64 << 10)  /* longer lines are in the result only */
#define TH_JOB_KEPT_BYTES ((uint64_t)8 << 20) /* of a job's lines; later ones are left out */

typedef struct th_job {
    struct th_job_folder *folder;
    char id[TH_JOB_ID_BYTES];
    uint64_t place; /* in the queue */
    int refs;       /* the folder's, the runner's, listeners' */
    th_job_state state;
    json_t *steps; /* as they were asked for */
    int step, n_steps;
    bool input, listens, cancel, resume;
    unsigned does; /* TH_JOB_.. of all its steps */
    char title[240], user[TH_NAME_BYTES], error[800];
    char created[TH_DATE_BYTES], started[TH_DATE_BYTES], ended[TH_DATE_BYTES];
    char what[40]; /* progress */
    double part;
    uint64_t n_progress; /* how often it changed */
    th_child *child;     /* while a step runs */
    int writers;         /* threads that write to it */
    FILE *lines;         /* open while something is written */
    uint64_t n_lines, lines_bytes;
    bool lines_full;
} th_job;

typedef struct th_job_folder {
    char name[TH_NAME_BYTES], dir[TH_PATH_BYTES]; /* the project's, absolute */
    th_job **job;                                 /* [n] by id */
    size_t n, cap;
    uint64_t last; /* the highest number that was given */
    th_news *news;
    struct th_job_folder *next;
} th_job_folder;

struct th_jobs {
    const th_site *site;
    th_jobs_limits limits;
    th_mutex mutex;
    th_bell bell;
    th_job_folder *folders;
    uint64_t next_place;
    uint64_t n_uploads; /* that were ever written */
    int running, inputs, threads;
    bool stopping;
};

const char *th_job_state_name(th_job_state state);
static inline bool th_job_has_ended(const th_job *j)
{
    return j->state != TH_JOB_QUEUED && j->state != TH_JOB_RUNNING;
}

/* ---- job_store.c: PROJECT/jobs/ID/ ---- */

/* The job's folder, or a file in it (name not NULL). */
TH_NODISCARD th_err th_job_file(const th_job *j, const char *name, char path[TH_PATH_BYTES], th_why *why);
void th_job_place_of(const th_job *j, const th_site *site, bool now, th_job_place *place);

TH_NODISCARD th_err th_job_save(const th_job *j, th_why *why);
TH_NODISCARD th_err th_job_folder_load(struct th_jobs *jobs, th_job_folder *f, th_why *why);

/* Makes room for a job and its folder on the disk; it is nobody's job before th_job_save. */
TH_NODISCARD th_err th_job_make(th_job_folder *f, th_job **job, th_why *why);
TH_NODISCARD th_err th_job_folder_add(th_job_folder *f, th_job *j, th_why *why);
void th_job_drop(th_job *j); /* a reference */
/* It is no job any more; what is left of it is path: th_dir_remove it when the lock is free. */
void th_job_forget(th_job_folder *f, size_t i, char path[TH_PATH_BYTES]);
void th_job_say(th_job *j, const char *event, json_t *data); /* a line of lines.jsonl; takes data */
void th_job_hush(th_job *j);                                 /* nothing will be said for now */

/* {id, verb, title, state, ..} without what is read from the disk. */
json_t *th_job_json(const th_job *j);
json_t *th_job_result(const char *dir, int step); /* dir: the job's; NULL: none */
json_t *th_job_file_list(const char *files);      /* [{path, bytes}] of all files below a folder */

/* ---- jobs.c ---- */

TH_NODISCARD th_err th_job_find(struct th_jobs *jobs, const char *project, const char *id, th_job **job, th_why *why);

/* ---- job_queue.c ---- */

void th_job_enter(struct th_jobs *jobs, th_job *j, th_job_state state); /* saves it, tells everybody */
void th_job_enqueue(struct th_jobs *jobs, th_job *j);
void th_jobs_pump(struct th_jobs *jobs); /* starts what can start */

/* ---- job_run.c ---- */

typedef struct th_job_runner {
    struct th_jobs *jobs;
    th_job *job;
} th_job_runner;
void th_job_run(void *ctx); /* the thread of a job; ctx: a th_job_runner, which it frees */

#endif
