/* The projects below the server's root: list, make, and what there is of one. */
#include "data/dataset.h"
#include "os/process.h"
#include "serve/guard.h"
#include "serve/jobs.h"
#include "serve/lab_work.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROJECTS 1000

static bool has(const th_project *p, const char *name)
{
    char path[TH_PATH_BYTES];
    return !th_project_path(p, name, path, NULL) && th_file_exists(path);
}

static int64_t changed(const th_project *p)
{
    static const char *const files[] = {TH_FILE_INI, TH_FILE_STORE, TH_FILE_INT8, TH_FILE_FLOAT};
    int64_t newest = 0;
    char path[TH_PATH_BYTES];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const int64_t t = th_project_path(p, files[i], path, NULL) ? 0 : th_file_time(path);
        if (t > newest) newest = t;
    }
    return newest;
}

static json_t *labels_json(const th_project *p)
{
    json_t *all = json_array();
    for (int32_t i = 0; i < p->n_labels; i++) json_array_append_new(all, json_string(p->labels[i]));
    return all;
}

/* One line of the list.  A project that can't be read is there with its error. */
static json_t *line_json(const char *name, const char *dir)
{
    th_why why = {0};
    th_project *p = malloc(sizeof *p);
    th_dataset *set = NULL;
    th_err err = p ? th_project_load(dir, p, &why) : TH_ENOMEM;
    if (!err) err = th_dataset_load(p, &set, &why);
    json_t *o =
        err ? json_pack("{s:s, s:o}", "name", name, "error", th_text_json(why.err ? why.text : th_err_text(err)))
            : json_pack("{s:s, s:s, s:o, s:I, s:I, s:b}", "name", name, "task", p->task, "labels", labels_json(p),
                        "samples", (json_int_t)set->n, "changed", (json_int_t)changed(p), "model",
                        has(p, TH_FILE_FLOAT));
    th_dataset_free(set);
    free(p);
    return o;
}

static int newest_first(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    const json_int_t p = json_integer_value(json_object_get(*x, "changed")),
                     q = json_integer_value(json_object_get(*y, "changed"));
    return (p < q) - (p > q);
}

static th_err list(const th_request *r, th_reply *out, th_why *why)
{
    th_names names;
    TH_TRY(th_dir_list(r->site->root, &names, why));
    json_t *lines[MAX_PROJECTS], *all = json_array();
    size_t n = 0;
    for (size_t i = 0; i < names.n && n < MAX_PROJECTS; i++) {
        char dir[TH_PATH_BYTES];
        const bool hidden = r->role != TH_ROLE_TEACHER &&
                            (th_is_order(names.name[i]) || th_lab_is_others(r->site, names.name[i], r->user));
        if (hidden || th_site_project_dir(r->site, names.name[i], dir, NULL)) continue;
        lines[n] = line_json(names.name[i], dir);
        n += lines[n] != NULL;
    }
    th_names_free(&names);
    qsort(lines, n, sizeof *lines, newest_first);
    for (size_t i = 0; i < n; i++) json_array_append_new(all, lines[i]);
    return th_reply_json(out, 200, all, why);
}

/* ---- make one: thimble new ------------------------------------------------------------------------------------- */

#define MAX_WORDS 12

static th_err option(const char **argv, int *n, const char *name, const json_t *value, th_why *why)
{
    if (!value) return TH_OK;
    if (!json_is_string(value)) return th_why_set(why, TH_EUSAGE, "%s must be a text", name + 2);
    argv[(*n)++] = name;
    argv[(*n)++] = json_string_value(value);
    return TH_OK;
}

/* ["on", "off"] as "on,off"; a comma in a label can't be said so. */
static th_err join_labels(const json_t *labels, char *text, size_t cap, th_why *why)
{
    size_t n = 0, i;
    const json_t *label;
    text[0] = 0;
    if (!json_is_array(labels)) return th_why_set(why, TH_EUSAGE, "labels must be a list of texts");
    json_array_foreach(labels, i, label)
    {
        const char *s = json_string_value(label);
        if (!s || strchr(s, ',')) return th_why_set(why, TH_EUSAGE, "label %zu must be a text without commas", i + 1);
        if (n + strlen(s) + 2 > cap) return th_why_set(why, TH_ERANGE, "these labels are too long together");
        n += (size_t)snprintf(text + n, cap - n, "%s%s", i ? "," : "", s);
    }
    return TH_OK;
}

/* The program's last words without "thimble new: " in front. */
static const char *last_words(const char *text)
{
    const char *colon = strstr(text, "thimble new: ");
    return colon ? colon + strlen("thimble new: ") : text;
}

th_err th_site_make_project(const th_site *site, const json_t *body, th_why *why)
{
    char labels[2048], tail[768];
    const json_t *given = json_object_get(body, "labels");
    const char *argv[MAX_WORDS] = {site->program, "new"};
    int n = 2, status;
    TH_TRY(option(argv, &n, "--task", json_object_get(body, "task"), why));
    TH_TRY(option(argv, &n, "--preset", json_object_get(body, "preset"), why));
    if (given) {
        TH_TRY(join_labels(given, labels, sizeof labels, why));
        argv[n++] = "--labels";
        argv[n++] = labels;
    }
    argv[n++] = "--";
    argv[n++] = json_string_value(json_object_get(body, "name"));
    const th_process p = {.argv = argv, .cwd = site->root, .timeout_s = 30};
    TH_TRY(th_process_run(&p, &status, tail, sizeof tail, why));
    for (size_t k = strlen(tail); k && tail[k - 1] == '\n'; k--) tail[k - 1] = 0;
    if (status == 0) return TH_OK;
    return th_why_set(why, status == 2 ? TH_EUSAGE : TH_EIO, "%s", last_words(tail));
}

static th_err make(const th_request *r, th_reply *out, th_why *why)
{
    if (r->site->only[0]) {
        out->status = 403;
        return th_why_set(why, TH_EUSAGE, "this studio shows one project: start it in another folder for more");
    }
    json_t *body;
    char dir[TH_PATH_BYTES];
    TH_TRY(th_request_json(r, &body, why));
    const char *name = json_string_value(json_object_get(body, "name"));
    th_err err = TH_OK;
    if (!name || !th_project_name_ok(name))
        err = th_why_set(why, TH_EUSAGE, "a project needs a name: letters, digits, spaces, -, _; at most %d bytes",
                         TH_NAME_BYTES - 1);
    if (!err && r->site->lan && strncmp(name, TH_LAB_FOLDER, strlen(TH_LAB_FOLDER)) == 0)
        err = th_why_set(why, TH_EUSAGE, "names that begin with " TH_LAB_FOLDER " are for labs: take another one");
    if (!err && !th_site_project_dir(r->site, name, dir, NULL))
        err = th_why_set(why, TH_EEXIST, "there is a project \"%s\" already", name);
    if (!err) err = th_site_make_project(r->site, body, why);
    if (!err) err = th_site_project_dir(r->site, name, dir, why);
    if (!err) err = th_guard_own(r->site->guard, name, NULL, r->user, r->role, why);
    if (!err) err = th_reply_json(out, 201, line_json(name, dir), why);
    json_decref(body);
    return err;
}

/* ---- one ------------------------------------------------------------------------------------------------------- */

/* [{label, train, val, test}] in the order of the labels, those of the data behind them. */
static json_t *by_label(const th_project *p, const th_dataset *set)
{
    json_t *all = json_array(), *rows = json_object();
    const char *const splits[] = {"train", "val", "test"};
    for (size_t i = 0; i < (size_t)p->n_labels + set->n; i++) {
        const th_sample *s = i < (size_t)p->n_labels ? NULL : &set->samples[i - (size_t)p->n_labels];
        const char *label = s ? s->label : p->labels[i];
        json_t *row = json_object_get(rows, label);
        if (!row) {
            row = json_pack("{s:s, s:i, s:i, s:i}", "label", label, "train", 0, "val", 0, "test", 0);
            json_object_set(rows, label, row);
            json_array_append_new(all, row);
        }
        if (!s) continue;
        json_t *count = json_object_get(row, splits[s->split]);
        json_integer_set(count, json_integer_value(count) + 1);
    }
    json_decref(rows);
    return all;
}

static th_err show(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_dataset *set;
    TH_TRY(th_dataset_load(p, &set, why));
    const th_err err = th_reply_json(
        out, 200,
        json_pack("{s:s, s:s, s:o, s:s, s:s, s:i, s:i, s:i, s:I, s:o, s:{s:b, s:b, s:b, s:b}, s:o}", "name", r->part[0],
                  "task", p->task, "labels", labels_json(p), "board", p->board, "preset", p->preset, "rate_hz",
                  (int)p->rate_hz, "clip_ms", (int)p->clip_ms, "window_ms", (int)p->recipe.window_ms, "samples",
                  (json_int_t)set->n, "by_label", by_label(p, set), "has", "model", has(p, TH_FILE_FLOAT), "int8",
                  has(p, TH_FILE_INT8), "test", has(p, TH_FILE_TEST), "quantize", has(p, TH_FILE_QUANTIZE), "running",
                  th_jobs_active(r->site->jobs, r->part[0])),
        why);
    th_dataset_free(set);
    return err;
}

const th_route th_routes_projects[] = {
    {"GET", "/api/v1/projects", TH_ROLE_LEARNER, 0, .handle = list},
    {"POST", "/api/v1/projects", TH_ROLE_LEARNER, 16384, .handle = make},
    {"GET", "/api/v1/projects/{project}", TH_ROLE_LEARNER, 0, .with_project = show},
    {0},
};
