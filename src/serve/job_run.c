/* The thread of a job: one step after the other, each a process whose lines become events. */
#include "os/process.h"
#include "serve/jobs_priv.h"
#include "serve/lab_work.h"

#include <stdlib.h>
#include <string.h>

#define RESULT_BYTES ((size_t)64 << 20)

/* A step while it runs; only the runner's thread has it. */
typedef struct step_run {
    struct th_jobs *jobs;
    th_job *job;
    th_job_line line;
    char *result;  /* its last line of JSON */
    th_tail tail;  /* last lines for people */
    bool told_off; /* more was printed than is kept */
    bool resumed;  /* it was to go on where it had stopped */
    bool learnt;   /* it has told an epoch */
} step_run;

/* ---- lines ---- */

static void say(step_run *s, const char *event, json_t *data, size_t n)
{
    struct th_jobs *jobs = s->jobs;
    th_job *j = s->job;
    th_mutex_lock(&jobs->mutex);
    if (j->lines_bytes + n < TH_JOB_KEPT_BYTES) {
        th_job_say(j, event, data);
    } else {
        json_decref(data);
        if (!s->told_off) th_job_say(j, "text", json_pack("{s:s}", "text", "(more was printed than is kept)"));
        s->told_off = true;
    }
    th_bell_ring(&jobs->bell);
    th_mutex_unlock(&jobs->mutex);
}

static void take_progress(step_run *s, const json_t *p)
{
    const char *what = json_string_value(json_object_get(p, "what"));
    const double part = json_number_value(json_object_get(p, "part"));
    th_job *j = s->job;
    th_mutex_lock(&s->jobs->mutex);
    snprintf(j->what, sizeof j->what, "%s", what ? what : "");
    j->part = part >= 0 && part <= 1 ? part : 0;
    j->n_progress++;
    th_bell_ring(&s->jobs->bell);
    th_mutex_unlock(&s->jobs->mutex);
}

/* A line of JSON: true. */
static bool take_json(step_run *s, bool error, const char *line, size_t n)
{
    json_t *o = n && line[0] == '{' ? json_loadb(line, n, 0, NULL) : NULL;
    if (!o) return false;
    const json_t *progress = error ? json_object_get(o, "progress") : NULL;
    if (progress) take_progress(s, progress);
    s->learnt = s->learnt || (error && json_object_get(o, "epoch"));
    if (!error) {
        free(s->result);
        s->result = strdup(line);
    }
    if (progress || n > TH_JOB_LINE_BYTES)
        json_decref(o);
    else
        say(s, "line", o, n);
    return true;
}

static void on_line(void *ctx, bool error, const char *line, size_t n)
{
    step_run *s = ctx;
    if (take_json(s, error, line, n)) return;
    const size_t most = n < 4096 ? n : 4096;
    char *text = malloc(most + 1);
    if (!text) return;
    memcpy(text, line, most);
    th_text_mend(text, most);
    size_t end = most; /* a cut character was made '?'s */
    while (end && text[end - 1] == '?' && most < n) end--;
    text[end] = 0;
    if (error && end) {
        th_tail_add(&s->tail, text, end);
        th_tail_add(&s->tail, "\n", 1);
    }
    if (end) say(s, "text", json_pack("{s:s#, s:b}", "text", text, (int)end, "error", error), end + 32);
    free(text);
}

/* ---- a step ---- */

static th_err make_line(step_run *s, bool resume, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_job *j = s->job;
    th_job_place *place = malloc(sizeof *place);
    if (!place) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    th_job_place_of(j, s->jobs->site, true, place);
    json_t *step = json_deep_copy(json_array_get(j->steps, (size_t)j->step));
    json_t *options = json_object_get(step, "options");
    if (step && !options) {
        options = json_object();
        json_object_set_new(step, "options", options);
    }
    th_err err = step ? th_job_line_make(place, step, &s->line, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    /* a training that has saved an epoch goes on from there */
    const bool more = !err && resume && s->line.resumes && !th_path_join(path, place->dir, TH_FILE_CHECKPOINT, NULL) &&
                      th_file_exists(path) && !json_object_get(options, "resume");
    if (more) {
        th_job_line_free(&s->line);
        s->resumed = true;
        json_object_set_new(options, "resume", json_true());
        err = th_job_line_make(place, step, &s->line, why);
    }
    json_decref(step);
    free(place);
    return err;
}

/* Until it has ended, or was stopped. */
static void follow(step_run *s, th_child *child)
{
    struct th_jobs *jobs = s->jobs;
    bool told = false;
    while (!th_child_follow(child, 100, on_line, s)) {
        th_mutex_lock(&jobs->mutex);
        const bool stop = s->job->cancel || jobs->stopping;
        th_mutex_unlock(&jobs->mutex);
        if (stop && !told) th_child_stop(child, jobs->limits.grace_s);
        told = told || stop;
    }
}

/* Nobody writes to it any more after this. */
static void show_child(step_run *s, th_child *child)
{
    struct th_jobs *jobs = s->jobs;
    th_mutex_lock(&jobs->mutex);
    s->job->child = child;
    th_bell_ring(&jobs->bell);
    while (!child && s->job->writers) th_bell_wait(&jobs->bell, &jobs->mutex, th_clock_s() + 1);
    th_mutex_unlock(&jobs->mutex);
}

static th_err run_child(step_run *s, int *status, th_why *why)
{
    static const char *const env[] = {"THIMBLE_PROGRESS=lines", NULL};
    th_child *child;
    union {
        char **words;
        const char *const *argv;
    } line = {s->line.word};
    const th_child_start start = {.argv = line.argv,
                                  .cwd = s->job->folder->dir,
                                  .env = env,
                                  .input = s->job->input,
                                  .own_group = true,
                                  .line_max = RESULT_BYTES};
    TH_TRY(th_child_new(&start, &child, why));
    show_child(s, child);
    follow(s, child);
    show_child(s, NULL);
    *status = th_child_status(child);
    th_child_free(child);
    return TH_OK;
}

static th_err keep_result(step_run *s, th_why *why)
{
    char path[TH_PATH_BYTES], name[32], from[TH_PATH_BYTES];
    th_job *j = s->job;
    if (s->result && s->line.json) {
        snprintf(name, sizeof name, "result-%d.json", j->step);
        TH_TRY(th_job_file(j, name, path, why));
        TH_TRY(th_file_write(path, (th_span){(const uint8_t *)s->result, strlen(s->result)}, why));
    }
    if (!s->line.keeps) return TH_OK;
    snprintf(name, sizeof name, "files/%s", s->line.keeps);
    TH_TRY(th_job_file(j, name, path, why));
    TH_TRY(th_path_join(from, j->folder->dir, s->line.keeps, why));
    th_file_remove(path);
    (void)th_file_link(from, path); /* the next report is another file of that name */
    return TH_OK;
}

/* "thimble train: there are no clips" -> "there are no clips", with how it ended where it did not say that itself. */
static void tell_failure(const step_run *s, int status, th_why *why)
{
    char how[96], own[64];
    const char *text = s->tail.text;
    size_t n = s->tail.n;
    while (n && text[n - 1] == '\n') n--;
    th_process_status_text(status, how, sizeof how);
    snprintf(own, sizeof own, "thimble %s: ", s->line.verb);
    const char *said = strstr(text, own);
    if (said && status <= 128) {
        said += strlen(own);
        (void)th_why_set(why, TH_EIO, "%.*s", (int)(n - (size_t)(said - text)), said);
        return;
    }
    size_t at = n;
    while (at && text[at - 1] != '\n') at--;
    (void)th_why_set(why, TH_EIO, "%s ended without an answer: %s%s. %.*s", s->line.verb, how,
                     status == 137 ? ", perhaps for lack of memory" : "", (int)(n - at), text + at);
}

/* TH_OK: the answer is there.  TH_EINTR: it was stopped.  *again: what it should go on from was another training's, or
 * damaged; it has to begin again. */
static th_err run_once(step_run *s, bool resume, bool *again, th_why *why)
{
    struct th_jobs *jobs = s->jobs;
    int status = 0;
    th_err err = make_line(s, resume, why);
    if (!err) err = run_child(s, &status, why);
    if (!err) err = keep_result(s, why);
    th_mutex_lock(&jobs->mutex);
    const bool stopped = s->job->cancel || jobs->stopping;
    th_mutex_unlock(&jobs->mutex);
    const bool answered = status == 0 || (status == 1 && s->line.told && s->result);
    *again = !err && !answered && !stopped && s->resumed && !s->learnt;
    if (!err && answered && strcmp(s->line.verb, TH_LAB_GRADE) == 0)
        err = th_lab_job_done(jobs->site, s->job->folder->dir, s->result, why);
    if (!err && !answered && stopped) err = TH_EINTR;
    if (!err && !answered) tell_failure(s, status, why);
    return !err && !answered ? TH_EIO : err;
}

static th_err run_step(struct th_jobs *jobs, th_job *j, bool resume, th_why *why)
{
    bool again = resume;
    th_err err = TH_ENOMEM;
    for (int i = 0; i < 2 && (i == 0 || again); i++) {
        step_run *s = calloc(1, sizeof *s);
        if (!s) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
        s->jobs = jobs;
        s->job = j;
        *why = (th_why){0};
        err = run_once(s, resume && i == 0, &again, why);
        th_job_line_free(&s->line);
        free(s->result);
        free(s);
    }
    return err;
}

/* ---- the job ---- */

/* Of the step that runs. */
static const char *verb_of(const th_job *j)
{
    return json_string_value(json_object_get(json_array_get(j->steps, (size_t)j->step), "verb"));
}

/* What the pages of the project should look at again. */
static void tell_change(th_job *j)
{
    const char *verb = verb_of(j);
    const unsigned does = th_job_does(verb);
    if (does & TH_JOB_WRITES_DATA) th_news_say(j->folder->news, "sample", json_pack("{s:b}", "many", 1));
    if (does & (TH_JOB_TRAINS | TH_JOB_WRITES_RESULTS))
        th_news_say(j->folder->news, "model", json_pack("{s:s?}", "verb", verb));
}

/* The uploaded file is in the project now. */
static void drop_upload(const th_job *j)
{
    char path[TH_PATH_BYTES];
    if (!th_job_file(j, "files/upload.zip", path, NULL)) th_file_remove(path);
}

static th_job_state run_all(struct th_jobs *jobs, th_job *j)
{
    const bool resume = j->resume;
    for (;;) {
        th_why why = {0};
        const th_err err = run_step(jobs, j, resume, &why);
        th_mutex_lock(&jobs->mutex);
        if (!err) {
            tell_change(j);
            if (th_job_does(verb_of(j)) & TH_JOB_WRITES_DATA) drop_upload(j);
            j->step++;
            j->resume = false;
        }
        const bool over = j->step == j->n_steps, stopping = jobs->stopping, cancel = j->cancel;
        if (!err && !over) {
            th_job_enter(jobs, j, TH_JOB_RUNNING); /* the next step */
        } else if (err && err != TH_EINTR) {
            snprintf(j->error, sizeof j->error, "%s", why.err ? why.text : th_err_text(err));
            th_text_mend(j->error, strlen(j->error));
        }
        th_mutex_unlock(&jobs->mutex);
        if (over) return TH_JOB_DONE;
        if (cancel) return TH_JOB_CANCELLED;
        if (stopping) return TH_JOB_INTERRUPTED;
        if (err) return TH_JOB_FAILED;
    }
}

/* The oldest of those that have ended go, when there are too many.  The lock is free while files are removed. */
static void forget_old(struct th_jobs *jobs, th_job_folder *f)
{
    char path[TH_PATH_BYTES];
    for (bool found = true; found;) {
        int ended = 0;
        found = false;
        for (size_t i = f->n; i-- > 0 && !found;) {
            if (!th_job_has_ended(f->job[i]) || ++ended <= jobs->limits.kept) continue;
            th_job_forget(f, i, path);
            found = true;
        }
        if (!found) return;
        th_mutex_unlock(&jobs->mutex);
        th_dir_remove(path);
        th_mutex_lock(&jobs->mutex);
    }
}

void th_job_run(void *ctx)
{
    th_job_runner r = *(th_job_runner *)ctx;
    struct th_jobs *jobs = r.jobs;
    th_job *j = r.job;
    free(ctx);
    const th_job_state state = run_all(jobs, j);
    th_mutex_lock(&jobs->mutex);
    *(j->input ? &jobs->inputs : &jobs->running) -= 1;
    th_job_enter(jobs, j, state);
    th_jobs_pump(jobs);
    forget_old(jobs, j->folder);
    th_job_drop(j);
    jobs->threads--; /* the last: who waits for it frees all */
    th_bell_ring(&jobs->bell);
    th_mutex_unlock(&jobs->mutex);
}
