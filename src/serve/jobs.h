/* serve/jobs.h -- what takes long: verbs of the command line in processes of their own, one after the other.
 *
 *   POST --th_jobs_add--> PROJECT/jobs/ID/job.json (queued) --job_queue.c--> job_run.c: a thread that follows the
 * process lines.jsonl <-- its lines --> listeners (job_events.c)
 *
 * A job is on the disk before anybody is told that it was taken.  docs/decisions/14-jobs.md says why they are
 * processes.  Everything may be called from any thread. */
#ifndef TH_SERVE_JOBS_H
#define TH_SERVE_JOBS_H

#include "serve/site.h"

#define TH_JOB_ID_BYTES 12 /* "000012": in the order of their making, never given twice */

typedef struct th_jobs_limits {
    int at_once;       /* jobs that run; usually processors - 1, at least 1 */
    int inputs;        /* that have an input, beside them */
    int waiting, kept; /* of a project: that wait, that have ended */
    double grace_s;    /* from SIGINT to SIGKILL */
} th_jobs_limits;
th_jobs_limits th_jobs_usual(void);

/* Reads the jobs of all projects: what ran is now interrupted, what waited goes on waiting.  The site must stay.
 * limits NULL: the usual ones. */
TH_NODISCARD th_err th_jobs_new(const th_site *site, const th_jobs_limits *limits, struct th_jobs **jobs, th_why *why);

/* Streams end; what runs is stopped as by Ctrl-C and is interrupted then; nothing starts any more.  Waits for it. */
void th_jobs_stop(struct th_jobs *jobs);
void th_jobs_free(struct th_jobs *jobs); /* after th_jobs_stop and the server's end; NULL is fine */

/* Who asks, and what comes with it. */
typedef struct th_job_by {
    const char *user;
    bool listens;            /* may use this computer's microphone and ports */
    const char *upload_name; /* a file to put among the job's files, or NULL */
    th_span upload;
} th_job_by;

/* request: {verb, words, options, input} or {steps, input}.  *job: as docs/api.md.  *status: 429 when too many wait.
 * Errors: TH_EUSAGE, TH_ENOENT, TH_ERANGE, TH_EIO, TH_ENOMEM. */
TH_NODISCARD th_err th_jobs_add(struct th_jobs *jobs, const char *project, json_t *request, const th_job_by *by,
                                json_t **job, int *status, th_why *why);

/* state: a name or NULL.  Newest first. */
TH_NODISCARD th_err th_jobs_list(struct th_jobs *jobs, const char *project, const char *state, size_t limit,
                                 json_t **list, th_why *why);
/* With its result and files. */
TH_NODISCARD th_err th_jobs_get(struct th_jobs *jobs, const char *project, const char *id, json_t **job, th_why *why);

/* Cancels; one that has ended is forgotten with its files: *job NULL. */
TH_NODISCARD th_err th_jobs_cancel(struct th_jobs *jobs, const char *project, const char *id, json_t **job,
                                   th_why *why);
/* Errors: TH_EEXIST (it has not ended, or is done). */
TH_NODISCARD th_err th_jobs_resume(struct th_jobs *jobs, const char *project, const char *id, json_t **job,
                                   th_why *why);
/* Errors: TH_EEXIST (it does not run), TH_EIO (it does not read any more). */
TH_NODISCARD th_err th_jobs_input(struct th_jobs *jobs, const char *project, const char *id, th_span bytes, bool end,
                                  th_why *why);
TH_NODISCARD th_err th_jobs_events(struct th_jobs *jobs, const th_request *r, th_reply *out, th_why *why);

/* The folder of its files, absolute. */
TH_NODISCARD th_err th_jobs_files(struct th_jobs *jobs, const char *project, const char *id, char dir[TH_PATH_BYTES],
                                  th_why *why);

/* Jobs of a project that wait or run, for GET /projects/{project}; none where there are no jobs (NULL). */
json_t *th_jobs_active(struct th_jobs *jobs, const char *project);

/* Ends and forgets all jobs of a project, and deletes the project with all that is in it. */
TH_NODISCARD th_err th_jobs_drop_project(struct th_jobs *jobs, const char *project, th_why *why);

/* An event of the project: "sample", "model".  Takes data. */
void th_jobs_tell(struct th_jobs *jobs, const char *project, const char *event, json_t *data);
TH_NODISCARD th_err th_jobs_project_events(struct th_jobs *jobs, const th_request *r, th_reply *out, th_why *why);

#endif
