/* The stream of a job: lines.jsonl from where the listener is, and the newest progress.  Each listener reads the file
 * by itself, so a slow one costs nobody anything. */
#include "serve/jobs_priv.h"

#include <stdlib.h>
#include <string.h>

typedef struct job_listener {
    struct th_jobs *jobs;
    th_job *job; /* a reference of ours */
    FILE *file;  /* lines.jsonl, NULL: not there yet */
    char *line;  /* getline's */
    size_t cap;
    uint64_t read, sent; /* bytes; the last number that was sent, or is known to the listener */
    uint64_t n_progress; /* that was sent */
    char path[TH_PATH_BYTES];
    th_sse sse;
} job_listener;

/* A line of the file as an event. */
static void put_line(job_listener *l, const char *line, size_t n)
{
    char id[24];
    json_t *o = json_loadb(line, n, 0, NULL);
    const uint64_t number = (uint64_t)json_integer_value(json_object_get(o, "id"));
    const char *event = json_string_value(json_object_get(o, "event"));
    char *data = number > l->sent && event
                     ? json_dumps(json_object_get(o, "data"), JSON_COMPACT | JSON_REAL_PRECISION(9))
                     : NULL;
    snprintf(id, sizeof id, "%llu", (unsigned long long)number);
    if (data && th_sse_add(&l->sse, id, event, data)) l->sent = number;
    free(data);
    json_decref(o);
}

/* Reads on, up to so many bytes of the file, until there is something to send. */
static void read_lines(job_listener *l, uint64_t end)
{
    if (!l->file && end) l->file = fopen(l->path, "r");
    while (l->file && l->read < end && l->sse.n - l->sse.at < 4096) {
        const ssize_t n = getline(&l->line, &l->cap, l->file);
        if (n <= 0) { /* the file is gone or damaged: nothing more comes from it */
            l->read = end;
            return;
        }
        l->read += (uint64_t)n;
        put_line(l, l->line, (size_t)n);
    }
}

static void put_progress(job_listener *l, const char *what, double part)
{
    json_t *o = json_pack("{s:s, s:f}", "what", what, "part", part);
    char *data = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (data) (void)th_sse_add(&l->sse, NULL, "progress", data);
    free(data);
    json_decref(o);
}

static long next(void *ctx, char *buf, size_t cap)
{
    job_listener *l = ctx;
    struct th_jobs *jobs = l->jobs;
    th_job *j = l->job;
    long n = th_sse_take(&l->sse, buf, cap);
    if (n) return n;
    th_mutex_lock(&jobs->mutex);
    while (l->read >= j->lines_bytes && l->n_progress == j->n_progress && !th_job_has_ended(j) && !jobs->stopping &&
           th_clock_s() < l->sse.sent_s + TH_HEARTBEAT_S)
        th_bell_wait(&jobs->bell, &jobs->mutex, l->sse.sent_s + TH_HEARTBEAT_S);
    const uint64_t end = j->lines_bytes, n_progress = j->n_progress;
    const bool over = th_job_has_ended(j) || jobs->stopping;
    char what[sizeof j->what];
    memcpy(what, j->what, sizeof what);
    const double part = j->part;
    th_mutex_unlock(&jobs->mutex);

    const bool all = l->read >= end;
    if (!all) read_lines(l, end);
    if (n_progress != l->n_progress && !over) put_progress(l, what, part);
    l->n_progress = n_progress;
    if (all && over && l->sse.at == l->sse.n) return -1;
    return th_sse_take(&l->sse, buf, cap);
}

static void end(void *ctx)
{
    job_listener *l = ctx;
    th_mutex_lock(&l->jobs->mutex);
    th_job_drop(l->job);
    th_mutex_unlock(&l->jobs->mutex);
    if (l->file) (void)fclose(l->file);
    free(l->line);
    th_sse_free(&l->sse);
    free(l);
}

th_err th_jobs_events(struct th_jobs *jobs, const th_request *r, th_reply *out, th_why *why)
{
    th_job *j = NULL;
    uint64_t after;
    bool given;
    TH_TRY(th_sse_after(r, &given, &after, why));
    job_listener *l = calloc(1, sizeof *l);
    if (!l) return th_why_set(why, TH_ENOMEM, "out of memory for events");
    l->jobs = jobs;
    l->sent = after;
    th_mutex_lock(&jobs->mutex);
    th_err err = th_job_find(jobs, r->part[0], r->part[1], &j, why);
    if (!err) err = th_job_file(j, "lines.jsonl", l->path, why);
    const bool over = !err && th_job_has_ended(j) && l->sent >= j->n_lines;
    if (!err && !over) {
        j->refs++;
        l->job = j;
    }
    th_mutex_unlock(&jobs->mutex);
    if (err || over) {
        out->status = err ? 0 : 204; /* 204: a browser does not ask again */
        free(l);
        return err;
    }
    out->type = "text/event-stream";
    out->next = next;
    out->ctx = l;
    out->end = end;
    return TH_OK;
}
