#include "serve/jobs.h"

#include "serve/jobs_priv.h"

#include <stdlib.h>
#include <string.h>

th_jobs_limits th_jobs_usual(void)
{
    const int n = th_cpu_count() - 1;
    return (th_jobs_limits){.at_once = n > 1 ? n : 1, .inputs = 8, .waiting = 64, .kept = 100, .grace_s = 10};
}

/* ---- projects ---- */

/* The jobs of a project, read when it is asked for the first time. */
static th_err open_folder(struct th_jobs *jobs, const char *name, th_job_folder **folder, th_why *why)
{
    char dir[TH_PATH_BYTES];
    TH_TRY(th_site_work_dir(jobs->site, name, dir, why));
    for (th_job_folder *f = jobs->folders; f; f = f->next)
        if (strcmp(f->name, name) == 0) return *folder = f, TH_OK;
    th_job_folder *f = calloc(1, sizeof *f);
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory for jobs");
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->dir, sizeof f->dir, "%s", dir);
    th_err err = th_news_new(&f->news, why);
    if (!err && jobs->stopping) th_news_close(f->news);
    if (!err) err = th_job_folder_load(jobs, f, why);
    f->next = jobs->folders; /* also with an error: what was read has listeners nowhere yet, and is freed with all */
    jobs->folders = f;
    if (!err) th_jobs_pump(jobs);
    *folder = f;
    return err;
}

static th_err find(struct th_jobs *jobs, const char *project, const char *id, th_job **job, size_t *at, th_why *why)
{
    th_job_folder *f;
    TH_TRY(open_folder(jobs, project, &f, why));
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->job[i]->id, id) == 0) {
            *job = f->job[i];
            if (at) *at = i;
            return TH_OK;
        }
    return th_why_set(why, TH_ENOENT, "there is no job %.40s in %s", id, project);
}

th_err th_job_find(struct th_jobs *jobs, const char *project, const char *id, th_job **job, th_why *why)
{
    return find(jobs, project, id, job, NULL, why);
}

static th_err open_all(struct th_jobs *jobs, th_why *why)
{
    th_names names;
    char dir[TH_PATH_BYTES];
    th_job_folder *f;
    TH_TRY(th_dir_list(jobs->site->root, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++)
        if (!th_site_work_dir(jobs->site, names.name[i], dir, NULL)) err = open_folder(jobs, names.name[i], &f, why);
    th_names_free(&names);
    return err;
}

th_err th_jobs_new(const th_site *site, const th_jobs_limits *limits, struct th_jobs **out, th_why *why)
{
    struct th_jobs *jobs = calloc(1, sizeof *jobs);
    *out = NULL;
    if (!jobs) return th_why_set(why, TH_ENOMEM, "out of memory for jobs");
    jobs->site = site;
    jobs->limits = limits ? *limits : th_jobs_usual();
    if (th_mutex_init(&jobs->mutex, why)) {
        free(jobs);
        return TH_ENOMEM;
    }
    if (th_bell_init(&jobs->bell, why)) {
        th_mutex_free(&jobs->mutex);
        free(jobs);
        return TH_ENOMEM;
    }
    th_mutex_lock(&jobs->mutex);
    const th_err err = open_all(jobs, why);
    th_mutex_unlock(&jobs->mutex);
    *out = jobs;
    if (!err) return TH_OK;
    th_jobs_stop(jobs);
    th_jobs_free(jobs);
    *out = NULL;
    return err;
}

void th_jobs_stop(struct th_jobs *jobs)
{
    if (!jobs) return;
    th_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    for (th_job_folder *f = jobs->folders; f; f = f->next)
        if (f->news) th_news_close(f->news);
    th_bell_ring(&jobs->bell);
    while (jobs->threads) th_bell_wait(&jobs->bell, &jobs->mutex, th_clock_s() + 60);
    th_mutex_unlock(&jobs->mutex);
}

void th_jobs_free(struct th_jobs *jobs)
{
    if (!jobs) return;
    for (th_job_folder *f = jobs->folders, *next; f; f = next) {
        next = f->next;
        for (size_t i = 0; i < f->n; i++) th_job_drop(f->job[i]);
        free(f->job);
        th_news_free(f->news);
        free(f);
    }
    th_bell_free(&jobs->bell);
    th_mutex_free(&jobs->mutex);
    free(jobs);
}

/* ---- a new one ---- */

static bool one_of(const char *key, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(key, *names) == 0) return true;
    return false;
}

/* The steps of a request as a fresh list. */
static th_err steps_of(json_t *request, json_t **steps, th_why *why)
{
    static const char *const single[] = {"verb", "words", "options", "input", NULL}, *const many[] = {"steps", "input",
                                                                                                      NULL};
    const char *key;
    json_t *value, *given = json_object_get(request, "steps"), *input = json_object_get(request, "input");
    json_object_foreach(request, key, value)
    {
        if (!one_of(key, given ? many : single))
            return th_why_set(why, TH_EUSAGE, "a job has %s and input, not \"%.60s\"",
                              given ? "steps" : "verb, words, options", key);
    }
    if (input && !json_is_boolean(input)) return th_why_set(why, TH_EUSAGE, "input is true or false");
    if (given && (!json_is_array(given) || json_array_size(given) < 1 || json_array_size(given) > TH_JOB_STEPS))
        return th_why_set(why, TH_EUSAGE, "steps is a list of 1 to %d of them", TH_JOB_STEPS);
    *steps = given ? json_deep_copy(given) : json_array();
    if (!given) {
        json_t *step = json_deep_copy(request);
        json_object_del(step, "input");
        json_array_append_new(*steps, step);
    }
    return *steps ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a job");
}

/* Every step would be allowed. */
static th_err check_steps(const struct th_jobs *jobs, const th_job *j, th_why *why)
{
    th_job_line line;
    th_err err = TH_OK;
    th_job_place *place = malloc(sizeof *place);
    if (!place) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    th_job_place_of(j, jobs->site, false, place);
    for (int i = 0; i < j->n_steps && !err; i++) {
        json_t *step = json_array_get(j->steps, (size_t)i);
        place->now = i == 0; /* what later steps read may be made by those before */
        err = json_is_object(step) ? th_job_line_make(place, step, &line, why)
                                   : th_why_set(why, TH_EUSAGE, "step %d is no object", i + 1);
        if (!err) th_job_line_free(&line);
    }
    free(place);
    return err;
}

static void set_title(th_job *j)
{
    size_t n = 0;
    for (int i = 0; i < j->n_steps && n + 8 < sizeof j->title; i++) {
        if (i) n += (size_t)snprintf(j->title + n, sizeof j->title - n, ", ");
        th_job_line_title(json_array_get(j->steps, (size_t)i), j->title + n, sizeof j->title - n);
        n += strlen(j->title + n);
    }
}

static int count(const struct th_jobs *jobs, const th_job_folder *f, bool input)
{
    int n = 0;
    if (input) return jobs->inputs;
    for (size_t i = 0; i < f->n; i++) n += f->job[i]->state == TH_JOB_QUEUED;
    return n;
}

/* On the disk, in the list, in the queue. */
static th_err admit(struct th_jobs *jobs, th_job_folder *f, th_job *j, json_t *request, const th_job_by *by,
                    const char *upload, th_why *why)
{
    char path[TH_PATH_BYTES], name[TH_NAME_BYTES];
    snprintf(j->user, sizeof j->user, "%s", by->user ? by->user : "");
    j->listens = by->listens;
    j->input = json_is_true(json_object_get(request, "input"));
    TH_TRY(steps_of(request, &j->steps, why));
    j->n_steps = (int)json_array_size(j->steps);
    if (*upload) {
        snprintf(name, sizeof name, "files/%s", by->upload_name);
        TH_TRY(th_job_file(j, name, path, why));
        TH_TRY(th_file_rename(upload, path, why));
    }
    TH_TRY(check_steps(jobs, j, why));
    set_title(j);
    TH_TRY(th_job_save(j, why));
    TH_TRY(th_job_folder_add(f, j, why));
    th_job_enqueue(jobs, j);
    json_t *o = th_job_json(j);
    th_job_say(j, "state", json_incref(o));
    th_news_say(f->news, "job", o);
    return TH_OK;
}

/* Is there room for one more in the project's queue? */
static th_err may_add(struct th_jobs *jobs, const char *project, const json_t *request, th_job_folder **f, int *status,
                      th_why *why)
{
    TH_TRY(open_folder(jobs, project, f, why));
    const bool input = json_is_true(json_object_get(request, "input"));
    if (count(jobs, *f, input) >= (input ? jobs->limits.inputs : jobs->limits.waiting)) {
        *status = 429;
        return th_why_set(why, TH_EEXIST, "so many jobs wait in this project already: wait for one, or cancel one");
    }
    return jobs->stopping ? th_why_set(why, TH_EINTR, "the studio is ending") : TH_OK;
}

/* rest: a folder that is to be removed when the lock is free, or "". */
static th_err add(struct th_jobs *jobs, const char *project, json_t *request, const th_job_by *by, const char *upload,
                  json_t **out, char rest[TH_PATH_BYTES], int *status, th_why *why)
{
    th_job_folder *f;
    th_job *j = NULL;
    TH_TRY(may_add(jobs, project, request, &f, status, why));
    TH_TRY(th_job_make(f, &j, why));
    const th_err err = admit(jobs, f, j, request, by, upload, why);
    if (err) {
        /* now, not later: its number is free again, as nobody has heard of it */
        if (!th_job_file(j, NULL, rest, NULL)) th_dir_remove(rest);
        rest[0] = 0;
        if (f->last) f->last--;
        th_job_drop(j);
        return err;
    }
    *out = th_job_json(j);
    if (!*out) {
        th_job_forget(f, f->n - 1, rest);
        return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    }
    j->refs++; /* it may be over and forgotten before it is told */
    th_jobs_pump(jobs);
    json_t *now = th_job_json(j);
    if (now) {
        json_decref(*out);
        *out = now;
    }
    th_job_drop(j);
    return TH_OK;
}

/* Before the job: an upload takes its time, and nobody shall wait for it.  path "": none. */
static th_err keep_upload(struct th_jobs *jobs, const char *project, const json_t *request, const th_job_by *by,
                          char path[TH_PATH_BYTES], int *status, th_why *why)
{
    char name[64], dir[TH_PATH_BYTES];
    th_job_folder *f;
    path[0] = 0;
    if (!by->upload_name) return TH_OK;
    th_mutex_lock(&jobs->mutex);
    th_err err = may_add(jobs, project, request, &f, status, why);
    if (!err) err = th_path_join(dir, f->dir, "jobs", why);
    if (!err) err = th_dir_make(dir, why); /* under the lock: nobody drops the project meanwhile */
    snprintf(name, sizeof name, "upload-%llu", (unsigned long long)++jobs->n_uploads);
    th_mutex_unlock(&jobs->mutex);
    if (!err) err = th_path_join(path, dir, name, why);
    if (!err) err = th_file_write(path, by->upload, why);
    return err;
}

th_err th_jobs_add(struct th_jobs *jobs, const char *project, json_t *request, const th_job_by *by, json_t **job,
                   int *status, th_why *why)
{
    char upload[TH_PATH_BYTES], rest[TH_PATH_BYTES] = "";
    th_err err = keep_upload(jobs, project, request, by, upload, status, why);
    if (!err) {
        th_mutex_lock(&jobs->mutex);
        err = add(jobs, project, request, by, upload, job, rest, status, why);
        th_mutex_unlock(&jobs->mutex);
    }
    if (rest[0]) th_dir_remove(rest);
    if (err && upload[0]) th_file_remove(upload);
    return err;
}

/* ---- looking ---- */

/* th_job_json with its place in the queue. */
static json_t *show(const struct th_jobs *jobs, const th_job *j)
{
    json_t *o = th_job_json(j);
    int before = 0;
    if (!o || j->state != TH_JOB_QUEUED) return o;
    for (const th_job_folder *f = jobs->folders; f; f = f->next)
        for (size_t i = 0; i < f->n; i++) before += f->job[i]->state == TH_JOB_QUEUED && f->job[i]->place < j->place;
    json_object_set_new(o, "place", json_integer(before + 1));
    return o;
}

th_err th_jobs_list(struct th_jobs *jobs, const char *project, const char *state, size_t limit, json_t **list,
                    th_why *why)
{
    th_job_folder *f;
    int known = 0;
    while (state && known < TH_JOB_STATES && strcmp(state, th_job_state_name((th_job_state)known)) != 0) known++;
    if (known == TH_JOB_STATES)
        return th_why_set(why, TH_EUSAGE, "state: queued, running, done, failed, cancelled or interrupted");
    th_mutex_lock(&jobs->mutex);
    const th_err err = open_folder(jobs, project, &f, why);
    *list = err ? NULL : json_array();
    for (size_t i = err ? 0 : f->n; i-- > 0 && json_array_size(*list) < limit;)
        if (!state || strcmp(state, th_job_state_name(f->job[i]->state)) == 0)
            json_array_append_new(*list, show(jobs, f->job[i]));
    th_mutex_unlock(&jobs->mutex);
    return err;
}

json_t *th_jobs_active(struct th_jobs *jobs, const char *project)
{
    th_job_folder *f;
    json_t *list = json_array();
    if (!jobs) return list;
    th_mutex_lock(&jobs->mutex);
    if (!open_folder(jobs, project, &f, NULL))
        for (size_t i = 0; i < f->n; i++)
            if (!th_job_has_ended(f->job[i])) json_array_append_new(list, show(jobs, f->job[i]));
    th_mutex_unlock(&jobs->mutex);
    return list;
}

th_err th_jobs_get(struct th_jobs *jobs, const char *project, const char *id, json_t **out, th_why *why)
{
    char dir[TH_PATH_BYTES];
    th_job *j = NULL;
    int n_steps = 0, done = 0;
    th_mutex_lock(&jobs->mutex);
    th_err err = find(jobs, project, id, &j, NULL, why);
    if (!err) err = th_job_file(j, NULL, dir, why);
    if (!err) {
        *out = show(jobs, j);
        n_steps = j->n_steps;
        done = j->step;
        if (!*out) err = th_why_set(why, TH_ENOMEM, "out of memory for a job");
    }
    th_mutex_unlock(&jobs->mutex);
    if (err) return err;
    json_t *last = NULL, *all = json_array();
    for (int i = 0; i < n_steps && i <= done; i++) { /* a step that failed may have answered, too */
        json_decref(last);
        last = th_job_result(dir, i);
        json_array_append(all, last ? last : json_null());
    }
    json_object_set_new(*out, "result", last ? last : json_null());
    if (n_steps > 1) json_object_set(*out, "results", all);
    json_decref(all);
    const size_t n = strlen(dir);
    snprintf(dir + n, sizeof dir - n, "/files");
    json_object_set_new(*out, "files", th_job_file_list(dir));
    return TH_OK;
}

th_err th_jobs_files(struct th_jobs *jobs, const char *project, const char *id, char dir[TH_PATH_BYTES], th_why *why)
{
    th_job *j = NULL;
    th_mutex_lock(&jobs->mutex);
    th_err err = find(jobs, project, id, &j, NULL, why);
    if (!err) err = th_job_file(j, "files", dir, why);
    th_mutex_unlock(&jobs->mutex);
    return err;
}

/* ---- doing ---- */

th_err th_jobs_cancel(struct th_jobs *jobs, const char *project, const char *id, json_t **out, th_why *why)
{
    th_job *j = NULL;
    size_t at = 0;
    char rest[TH_PATH_BYTES] = "";
    *out = NULL;
    th_mutex_lock(&jobs->mutex);
    th_err err = find(jobs, project, id, &j, &at, why);
    if (!err && th_job_has_ended(j)) {
        th_job_forget(j->folder, at, rest);
    } else if (!err) {
        j->cancel = true; /* its thread sees to it */
        if (j->state == TH_JOB_QUEUED) th_job_enter(jobs, j, TH_JOB_CANCELLED);
        *out = show(jobs, j);
    }
    th_mutex_unlock(&jobs->mutex);
    if (rest[0]) th_dir_remove(rest);
    return err;
}

static th_err resume(struct th_jobs *jobs, th_job *j, th_why *why)
{
    if (!th_job_has_ended(j))
        return th_why_set(why, TH_EEXIST, "job %s has not ended: it is %s", j->id, th_job_state_name(j->state));
    if (j->state == TH_JOB_DONE) return th_why_set(why, TH_EEXIST, "job %s is done: start a new one", j->id);
    if (j->input) return th_why_set(why, TH_EEXIST, "what job %s was told is gone: start a new one", j->id);
    if (jobs->stopping) return th_why_set(why, TH_EINTR, "the studio is ending");
    j->cancel = false;
    j->resume = true;
    j->error[0] = j->ended[0] = 0;
    j->what[0] = 0;
    j->part = 0;
    j->n_progress++;
    th_job_enqueue(jobs, j);
    th_job_enter(jobs, j, TH_JOB_QUEUED);
    th_jobs_pump(jobs);
    return TH_OK;
}

th_err th_jobs_resume(struct th_jobs *jobs, const char *project, const char *id, json_t **out, th_why *why)
{
    th_job *j = NULL;
    th_mutex_lock(&jobs->mutex);
    th_err err = find(jobs, project, id, &j, NULL, why);
    if (!err) err = resume(jobs, j, why);
    if (!err) *out = show(jobs, j);
    th_mutex_unlock(&jobs->mutex);
    return err;
}

th_err th_jobs_input(struct th_jobs *jobs, const char *project, const char *id, th_span bytes, bool end, th_why *why)
{
    th_job *j = NULL;
    const double until = th_clock_s() + 2;
    th_mutex_lock(&jobs->mutex);
    th_err err = find(jobs, project, id, &j, NULL, why);
    if (!err && !j->input) err = th_why_set(why, TH_EEXIST, "job %s was started without an input", id);
    /* it has just been taken: its process comes into being */
    while (!err && !j->child && !th_job_has_ended(j) && th_clock_s() < until) {
        j->refs++;
        th_bell_wait(&jobs->bell, &jobs->mutex, until);
        th_job_drop(j);
        err = find(jobs, project, id, &j, NULL, why);
    }
    if (!err && !j->child) err = th_why_set(why, TH_EEXIST, "job %s does not run: it takes no input", id);
    if (err) {
        th_mutex_unlock(&jobs->mutex);
        return err;
    }
    j->writers++; /* its thread waits for us before it frees the child */
    th_child *child = j->child;
    th_mutex_unlock(&jobs->mutex);
    err = th_child_write(child, bytes, 10000, why);
    if (end) th_child_end_input(child);
    th_mutex_lock(&jobs->mutex);
    j->writers--;
    th_bell_ring(&jobs->bell);
    th_mutex_unlock(&jobs->mutex);
    return err;
}

/* How many of its jobs still run; those that wait are cancelled. */
static int cancel_all(struct th_jobs *jobs, th_job_folder *f)
{
    int run = 0;
    for (size_t i = 0; i < f->n; i++) {
        th_job *j = f->job[i];
        j->cancel = true;
        if (j->state == TH_JOB_QUEUED) th_job_enter(jobs, j, TH_JOB_CANCELLED);
        run += j->state == TH_JOB_RUNNING;
    }
    return run;
}

th_err th_jobs_drop_project(struct th_jobs *jobs, const char *project, th_why *why)
{
    th_job_folder *f;
    char dir[TH_PATH_BYTES], rest[TH_PATH_BYTES]; /* of a job: it goes with dir */
    const double until = th_clock_s() + jobs->limits.grace_s + 10;
    TH_TRY(th_site_project_dir(jobs->site, project, dir, why));
    th_mutex_lock(&jobs->mutex);
    th_err err = open_folder(jobs, project, &f, why);
    while (!err && cancel_all(jobs, f)) {
        if (th_clock_s() > until) err = th_why_set(why, TH_EEXIST, "a job of %s does not end: try again", project);
        th_bell_wait(&jobs->bell, &jobs->mutex, until);
    }
    while (!err && f->n) th_job_forget(f, f->n - 1, rest);
    th_mutex_unlock(&jobs->mutex);
    if (!err) th_dir_remove(dir);
    return err;
}

/* ---- what happens in a project ---- */

void th_jobs_tell(struct th_jobs *jobs, const char *project, const char *event, json_t *data)
{
    th_job_folder *f;
    th_mutex_lock(&jobs->mutex);
    const th_err err = open_folder(jobs, project, &f, NULL);
    th_mutex_unlock(&jobs->mutex);
    if (err)
        json_decref(data);
    else
        th_news_say(f->news, event, data);
}

th_err th_jobs_project_events(struct th_jobs *jobs, const th_request *r, th_reply *out, th_why *why)
{
    th_job_folder *f;
    th_mutex_lock(&jobs->mutex);
    const th_err err = open_folder(jobs, r->part[0], &f, why);
    th_mutex_unlock(&jobs->mutex);
    return err ? err : th_news_stream(f->news, r, out, why);
}
