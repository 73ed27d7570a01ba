/* What was trained, and the last results of the verbs that keep theirs. */
#include "os/lock.h"
#include "report/runs_json.h"
#include "serve/jobs.h"
#include "serve/routes.h"

#include <stdlib.h>
#include <string.h>

/* ---- runs ----------------------------------------------------------------------------------------------------------
 */

static bool is_training(const th_project *p)
{
    char path[TH_PATH_BYTES];
    return th_project_path(p, TH_FILE_TRAIN_LOCK, path, NULL) == TH_OK && th_lock_is_held(path);
}

static th_err run_json(const th_store *s, const th_run *run, bool training, bool epochs, json_t **out, th_why *why)
{
    th_run_full full;
    TH_TRY(th_run_full_load(s, run, &full, why));
    *out = th_run_json(&full, training, epochs);
    th_run_full_free(&full);
    return *out ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a run");
}

/* word NULL: all of them, as {runs: [..]}. */
static th_err read_runs(const th_project *p, const char *word, json_t **out, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *store = NULL;
    th_run_list list = {0};
    json_t *one = NULL, *all = word ? NULL : json_array();
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    th_err err = th_file_exists(path) ? th_store_open(path, false, &store, why) : TH_OK;
    if (!err && store) err = th_runs_all(store, &list, why);
    const bool training = is_training(p);
    const th_run *found = word ? th_runs_find(&list, word) : NULL;
    if (!err && word && !found) err = th_why_set(why, TH_ENOENT, "there is no run \"%.60s\"", word);
    if (!err && found) err = run_json(store, found, training, true, &one, why);
    for (size_t i = 0; !err && !word && i < list.n; i++) {
        err = run_json(store, &list.run[i], training, false, &one, why);
        if (!err) json_array_append_new(all, one);
    }
    th_runs_free(&list);
    th_store_close(store);
    *out = word ? one : json_pack("{s:o}", "runs", all);
    if (err) json_decref(*out);
    return err;
}

static th_err runs(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    json_t *o;
    (void)r;
    TH_TRY(read_runs(p, NULL, &o, why));
    return th_reply_json(out, 200, o, why);
}

static th_err run(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    json_t *o;
    TH_TRY(read_runs(p, r->part[1], &o, why));
    return th_reply_json(out, 200, o, why);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *file;
} kept[] = {
    {"test", TH_FILE_TEST},      {"quantize", TH_FILE_QUANTIZE}, {"curve", TH_FILE_CURVE},
    {"stream", TH_FILE_STREAM},  {"emulate", TH_FILE_EMULATE},   {"light", TH_FILE_LIGHT},
    {"compare", TH_FILE_VERSUS}, {"history", TH_FILE_HISTORY},   {"check", TH_FILE_CHECK},
    {"map", TH_FILE_MAP},
};

static th_err result(const th_request *r, th_reply *out, th_why *why)
{
    char dir[TH_PATH_BYTES], real[TH_PATH_BYTES];
    TH_TRY(th_site_project_dir(r->site, r->part[0], dir, why));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (strcmp(kept[i].name, r->part[1]) != 0) continue;
        TH_TRY(th_path_join(out->file, dir, kept[i].file, why));
        out->type = "application/json";
        /* a link in a project that came from somebody else may lead anywhere */
        if (!th_path_absolute(real, out->file, NULL) && strcmp(real, out->file) == 0) return TH_OK;
        out->file[0] = 0;
        return th_why_set(why, TH_ENOENT, "there is no result of %s yet", kept[i].name);
    }
    return th_why_set(why, TH_ENOENT, "there are no results called \"%.60s\": test, quantize, curve, stream, check, ..",
                      r->part[1]);
}

const th_route th_routes_runs[] = {
    {"GET", "/api/v1/projects/{project}/runs", TH_ROLE_LEARNER, 0, .with_project = runs},
    {"GET", "/api/v1/projects/{project}/runs/{run}", TH_ROLE_LEARNER, 0, .with_project = run},
    {"GET", "/api/v1/projects/{project}/results/{name}", TH_ROLE_LEARNER, 0, .handle = result},
    {0},
};
