/* The queue: in the order of asking, over all projects.  One that may not start yet (its project trains) lets the next
 * ones pass. */
#include "serve/jobs_priv.h"

#include <stdlib.h>
#include <string.h>

void th_job_enter(struct th_jobs *jobs, th_job *j, th_job_state state)
{
    const bool ends = state != TH_JOB_QUEUED && state != TH_JOB_RUNNING, goes_on = j->state == state;
    j->state = state;
    if (ends) th_clock_date(j->ended);
    if (state == TH_JOB_RUNNING && !goes_on) th_clock_date(j->started);
    th_why why = {0};
    if (th_job_save(j, &why) && !j->error[0]) snprintf(j->error, sizeof j->error, "%s", why.text); /* a full disk */
    json_t *o = th_job_json(j);
    th_job_say(j, "state", json_incref(o));
    if (ends) th_job_hush(j);
    if (j->folder->news) th_news_say(j->folder->news, "job", json_incref(o));
    json_decref(o);
    th_bell_ring(&jobs->bell);
}

void th_job_enqueue(struct th_jobs *jobs, th_job *j)
{
    const json_t *step;
    size_t i;
    j->place = ++jobs->next_place;
    j->does = 0;
    json_array_foreach(j->steps, i, step) j->does |= th_job_does(json_string_value(json_object_get(step, "verb")));
}

/* May it run beside what runs in its project? */
static bool suits(const th_job *j)
{
    const th_job_folder *f = j->folder;
    for (size_t i = 0; i < f->n; i++)
        if (f->job[i]->state == TH_JOB_RUNNING && !f->job[i]->input && (f->job[i]->does & j->does)) return false;
    return true;
}

static th_job *first(struct th_jobs *jobs)
{
    th_job *best = NULL;
    for (th_job_folder *f = jobs->folders; f; f = f->next)
        for (size_t i = 0; i < f->n; i++) {
            th_job *j = f->job[i];
            if (j->state != TH_JOB_QUEUED || (best && j->place > best->place)) continue;
            if (j->input || (jobs->running < jobs->limits.at_once && suits(j))) best = j;
        }
    return best;
}

static void start(struct th_jobs *jobs, th_job *j)
{
    th_why why = {0};
    th_job_runner *r = malloc(sizeof *r);
    if (r) {
        *r = (th_job_runner){jobs, j};
        *(j->input ? &jobs->inputs : &jobs->running) += 1;
        jobs->threads++;
        j->refs++;
        j->error[0] = 0;
        j->ended[0] = 0;
        th_job_enter(jobs, j, TH_JOB_RUNNING);
        if (th_thread_start(th_job_run, r, &why) == TH_OK) return;
        *(j->input ? &jobs->inputs : &jobs->running) -= 1;
        jobs->threads--;
        th_job_drop(j);
    }
    free(r);
    snprintf(j->error, sizeof j->error, "%s", why.err ? why.text : "out of memory for a job");
    th_job_enter(jobs, j, TH_JOB_FAILED);
}

void th_jobs_pump(struct th_jobs *jobs)
{
    for (th_job *j; !jobs->stopping && (j = first(jobs));) start(jobs, j);
}
