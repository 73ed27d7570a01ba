/* Jobs: verbs of the command line that the pages start, watch and stop. */
#include "serve/archive.h"
#include "serve/jobs.h"
#include "serve/job_rules.h"
#include "serve/routes.h"

#include <stdio.h>
#include <string.h>

/* ---- GET /verbs: what jobs can be ---- */

static json_t *options_json(const th_verb *verb)
{
    json_t *all = json_array();
    for (const th_opt *o = verb->opts; o && o->name; o++)
        if (th_job_option_ok(verb->name, o->name))
            json_array_append_new(all, json_pack("{s:s, s:s?, s:s?, s:s}", "name", o->name, "arg", o->arg, "default",
                                                 o->def, "help", o->help));
    return all;
}

static th_err verbs(const th_request *r, th_reply *out, th_why *why)
{
    json_t *all = json_array();
    for (const th_verb *v = r->site->verbs; v && v->name; v++)
        if (th_job_verb_ok(v->name))
            json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:o}", "name", v->name, "words", v->words, "summary",
                                                 v->summary, "options", options_json(v)));
    return th_reply_json(out, 200, all, why);
}

/* ---- one and all ---- */

static th_job_by asker(const th_request *r)
{
    /* nobody listens from far away in the room of this computer */
    return (th_job_by){.user = r->user, .listens = !r->site->lan};
}

static th_err add(const th_request *r, th_reply *out, th_why *why)
{
    json_t *body, *job = NULL;
    int status = 0;
    const th_job_by by = asker(r);
    TH_TRY(th_request_json(r, &body, why));
    const th_err err = th_jobs_add(r->site->jobs, r->part[0], body, &by, &job, &status, why);
    json_decref(body);
    out->status = status;
    out->retry_after_s = status == 429 ? 30 : 0;
    return err ? err : th_reply_json(out, 202, job, why);
}

static th_err list(const th_request *r, th_reply *out, th_why *why)
{
    int64_t limit;
    json_t *jobs;
    TH_TRY(th_request_int(r, "limit", 1, 1000, 100, &limit, why));
    TH_TRY(th_jobs_list(r->site->jobs, r->part[0], th_request_query(r, "state"), (size_t)limit, &jobs, why));
    return th_reply_json(out, 200, jobs, why);
}

static th_err show(const th_request *r, th_reply *out, th_why *why)
{
    json_t *job;
    TH_TRY(th_jobs_get(r->site->jobs, r->part[0], r->part[1], &job, why));
    return th_reply_json(out, 200, job, why);
}

static th_err cancel(const th_request *r, th_reply *out, th_why *why)
{
    json_t *job;
    TH_TRY(th_jobs_cancel(r->site->jobs, r->part[0], r->part[1], &job, why));
    if (job) return th_reply_json(out, 202, job, why);
    out->status = 204;
    return TH_OK;
}

static th_err resume(const th_request *r, th_reply *out, th_why *why)
{
    json_t *job;
    TH_TRY(th_jobs_resume(r->site->jobs, r->part[0], r->part[1], &job, why));
    return th_reply_json(out, 202, job, why);
}

static th_err events(const th_request *r, th_reply *out, th_why *why)
{
    return th_jobs_events(r->site->jobs, r, out, why);
}

static th_err input(const th_request *r, th_reply *out, th_why *why)
{
    int64_t end;
    TH_TRY(th_request_int(r, "end", 0, 1, 0, &end, why));
    const th_err err = th_jobs_input(r->site->jobs, r->part[0], r->part[1], r->body, end == 1, why);
    if (err == TH_EIO) out->status = 409;
    if (err == TH_ERANGE) out->status = 503;
    if (!err) out->status = 204;
    return err;
}

/* ---- files ---- */

/* What a browser may show by itself; anything else, and what could run a script, is a download. */
static const struct {
    const char *end, *type;
    bool shown;
} types[] = {
    {".json", "application/json", true},
    {".wav", "audio/wav", true},
    {".png", "image/png", true},
    {".jpg", "image/jpeg", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".csv", "text/csv; charset=utf-8", true},
    {".tsv", "text/plain; charset=utf-8", true},
    {".c", "text/plain; charset=utf-8", true},
    {".h", "text/plain; charset=utf-8", true},
    {".wasm", "application/wasm", true},
    {".html", "text/html; charset=utf-8", false},
    {".mjs", "text/javascript; charset=utf-8", false},
    {".js", "text/javascript; charset=utf-8", false},
    {".svg", "image/svg+xml", false},
    {".zip", "application/zip", false},
};

static void set_type(const char *path, th_reply *out)
{
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    bool shown = false;
    out->type = "application/octet-stream";
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].end, dot) == 0) {
            out->type = types[i].type;
            shown = types[i].shown;
        }
    if (!shown) snprintf(out->save_as, sizeof out->save_as, "%.*s", TH_NAME_BYTES - 1, slash ? slash + 1 : path);
}

static th_err files(const th_request *r, th_reply *out, th_why *why)
{
    json_t *job;
    TH_TRY(th_jobs_get(r->site->jobs, r->part[0], r->part[1], &job, why));
    json_t *all = json_incref(json_object_get(job, "files"));
    json_decref(job);
    return th_reply_json(out, 200, all, why);
}

static th_err file(const th_request *r, th_reply *out, th_why *why)
{
    char dir[TH_PATH_BYTES], real[TH_PATH_BYTES], path[TH_PATH_BYTES];
    TH_TRY(th_jobs_files(r->site->jobs, r->part[0], r->part[1], dir, why));
    TH_TRY(th_path_join(path, dir, r->part[2], why));
    /* a link, "..", or a way that does not exist is another path than the one that was asked for */
    if (th_path_absolute(real, path, NULL) || strcmp(real, path) != 0 || th_file_size(path) < 0)
        return th_why_set(why, TH_ENOENT, "job %s has no file %.200s", r->part[1], r->part[2]);
    memcpy(out->file, path, sizeof path);
    set_type(path, out);
    return TH_OK;
}

static th_err archive(const th_request *r, th_reply *out, th_why *why)
{
    char dir[TH_PATH_BYTES], name[TH_NAME_BYTES];
    TH_TRY(th_jobs_files(r->site->jobs, r->part[0], r->part[1], dir, why));
    snprintf(name, sizeof name, "%.80s-%s.zip", r->part[0], r->part[1]);
    return th_archive_reply(dir, name, out, why);
}

static th_err project_events(const th_request *r, th_reply *out, th_why *why)
{
    return th_jobs_project_events(r->site->jobs, r, out, why);
}

#define JOBS "/api/v1/projects/{project}/jobs"

const th_route th_routes_jobs[] = {
    {"GET", "/api/v1/verbs", TH_ROLE_NOBODY, 0, .handle = verbs},
    {"GET", "/api/v1/projects/{project}/events", TH_ROLE_LEARNER, 0, .handle = project_events},
    {"POST", JOBS, TH_ROLE_TEACHER, 256 << 10, .handle = add},
    {"GET", JOBS, TH_ROLE_LEARNER, 0, .handle = list},
    {"GET", JOBS "/{job}", TH_ROLE_LEARNER, 0, .handle = show},
    {"DELETE", JOBS "/{job}", TH_ROLE_TEACHER, 0, .handle = cancel},
    {"POST", JOBS "/{job}/resume", TH_ROLE_TEACHER, 0, .handle = resume},
    {"GET", JOBS "/{job}/events", TH_ROLE_LEARNER, 0, .handle = events},
    {"POST", JOBS "/{job}/input", TH_ROLE_TEACHER, 4 << 20, .handle = input},
    {"GET", JOBS "/{job}/files", TH_ROLE_LEARNER, 0, .handle = files},
    {"GET", JOBS "/{job}/files/{file..}", TH_ROLE_LEARNER, 0, .handle = file},
    {"GET", JOBS "/{job}/archive", TH_ROLE_LEARNER, 0, .handle = archive},
    {0},
};
