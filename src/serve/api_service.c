/* A model as a service: recordings and the name of a board go in, firmware comes out.
 *
 * An order is a project of its own, "order-ID", and its job 000001: import, train, quantize, test, deploy.  So it waits
 * in the same queue, outlives the server, and a teacher can look at it in the studio.  It belongs to whoever gave it.
 */
#include "deploy/board.h"
#include "serve/archive.h"
#include "serve/guard.h"
#include "serve/jobs.h"
#include "serve/routes.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ZIP_BYTES ((size_t)256 << 20)
#define JOB       "000001"
#define ID_BYTES  8 /* of chance: nobody guesses another one's order */

typedef struct order {
    char id[2 * ID_BYTES + 1], project[TH_NAME_BYTES];
} order;

static void project_of(const char *id, order *o)
{
    snprintf(o->id, sizeof o->id, "%s", id);
    snprintf(o->project, sizeof o->project, TH_ORDER_PREFIX "%s", o->id);
}

static json_t *split(const char *labels)
{
    json_t *all = json_array();
    while (*labels) {
        const size_t n = strcspn(labels, ",");
        json_array_append_new(all, json_stringn(labels, n));
        labels += n + (labels[n] == ',');
    }
    return all;
}

static th_err make_project(const th_request *r, const order *o, th_why *why)
{
    const char *task = th_request_query(r, "task"), *labels = th_request_query(r, "labels"),
               *preset = th_request_query(r, "preset");
    json_t *body = json_pack("{s:s, s:s}", "name", o->project, "task", task ? task : "keyword");
    if (labels) json_object_set_new(body, "labels", split(labels));
    if (preset) json_object_set_new(body, "preset", json_string(preset));
    const th_err err = body ? th_site_make_project(r->site, body, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    json_decref(body);
    return err;
}

static json_t *steps(const th_request *r)
{
    const char *board = th_request_query(r, "board"), *labels = th_request_query(r, "labels"),
               *as = th_request_query(r, "as");
    json_t *deploy = json_pack("{s:s}", "as", as ? as : "firmware"), *import = json_object();
    if (board) json_object_set_new(deploy, "board", json_string(board));
    if (labels) json_object_set_new(import, "labels", json_string(labels));
    return json_pack("{s:[{s:s, s:[s], s:o}, {s:s}, {s:s}, {s:s}, {s:s, s:o}]}", "steps", "verb", "data import",
                     "words", "files/upload.zip", "options", import, "verb", "train", "verb", "quantize", "verb",
                     "test", "verb", "deploy", "options", deploy);
}

/* What can be seen to be wrong before it counts against the quota. */
static th_err check(const th_request *r, th_reply *out, th_why *why)
{
    static const char *const kinds[] = {"firmware", "c", "package", "arduino", "wasm"};
    const th_board *board;
    const char *as = th_request_query(r, "as"), *name = th_request_query(r, "board");
    bool known = !as;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !known; i++) known = strcmp(kinds[i], as) == 0;
    if (!known) return th_why_set(why, TH_EUSAGE, "as: firmware, c, package, arduino or wasm");
    if (name) TH_TRY(th_board_find(name, &board, why));
    if (r->site->only[0]) {
        out->status = 403;
        return th_why_set(why, TH_EUSAGE, "this studio shows one project: start it in a folder of projects for orders");
    }
    if (r->body.n >= 22 && memcmp(r->body.p, "PK", 2) == 0) return TH_OK;
    out->status = 415;
    return th_why_set(why, TH_EFORMAT, "send a .zip of recordings: of a data set, or of a folder per label");
}

static json_t *order_json(const order *o, const json_t *job)
{
    const json_t *results = json_object_get(job, "results"), *test = json_array_get(results, 3),
                 *deploy = json_array_get(results, 4);
    json_t *accuracy = json_object_get(json_object_get(test, "int8"), "accuracy");
    json_t *ram = json_object_get(deploy, "ram_bound"), *flash = json_object_get(deploy, "flash");
    if (!ram) ram = json_object_get(deploy, "arena_bytes");
    if (!flash) flash = json_object_get(deploy, "flash_bytes");
    json_t *out =
        json_pack("{s:s, s:O, s:O, s:O, s:O, s:O?, s:O?, s:O?}", "id", o->id, "state", json_object_get(job, "state"),
                  "step", json_object_get(job, "verb"), "progress", json_object_get(job, "progress"), "error",
                  json_object_get(job, "error"), "accuracy", accuracy, "ram", ram, "flash", flash);
    json_t *place = json_object_get(job, "place");
    if (place) json_object_set(out, "place", place);
    return out;
}

static th_err begin(const th_request *r, const order *o, th_reply *out, th_why *why)
{
    json_t *request = steps(r), *job = NULL;
    int status = 0;
    const th_job_by by = {.user = r->user, .upload_name = "upload.zip", .upload = r->body};
    th_err err = request ? make_project(r, o, why) : th_why_set(why, TH_ENOMEM, "out of memory for an order");
    if (!err) err = th_jobs_add(r->site->jobs, o->project, request, &by, &job, &status, why);
    json_decref(request);
    if (!err) err = th_reply_json(out, 202, order_json(o, job), why);
    json_decref(job);
    if (err) out->status = status;
    if (err) (void)!th_jobs_drop_project(r->site->jobs, o->project, NULL);
    return err;
}

static th_err take(const th_request *r, th_reply *out, th_why *why)
{
    order o = {.id = ""};
    uint8_t chance[ID_BYTES];
    char id[2 * ID_BYTES + 1];
    TH_TRY(check(r, out, why));
    out->status = th_guard_order(r->site->guard, r->user, r->role, r->body.n, &out->retry_after_s, why);
    if (out->status) return TH_EUSAGE;
    randombytes_buf(chance, sizeof chance);
    sodium_bin2hex(id, sizeof id, chance, sizeof chance);
    project_of(id, &o);
    return begin(r, &o, out, why);
}

/* The order of part[0], if the one who asks may see it: nobody learns of others'. */
static th_err find(const th_request *r, order *o, json_t **job, th_why *why)
{
    *job = NULL;
    project_of(r->part[0], o);
    const bool known = strlen(r->part[0]) == 2 * ID_BYTES && strspn(o->id, "0123456789abcdef") == 2 * ID_BYTES &&
                       !th_jobs_get(r->site->jobs, o->project, JOB, job, NULL);
    const char *of = json_string_value(json_object_get(*job, "user"));
    if (known && (r->role == TH_ROLE_TEACHER || (of && strcmp(of, r->user) == 0))) return TH_OK;
    json_decref(*job);
    return th_why_set(why, TH_ENOENT, "there is no order %.40s", r->part[0]);
}

static th_err show(const th_request *r, th_reply *out, th_why *why)
{
    order o = {.id = ""};
    json_t *job;
    TH_TRY(find(r, &o, &job, why));
    const th_err err = th_reply_json(out, 200, order_json(&o, job), why);
    json_decref(job);
    return err;
}

static th_err firmware(const th_request *r, th_reply *out, th_why *why)
{
    order o = {.id = ""};
    json_t *job;
    char dir[TH_PATH_BYTES], name[TH_NAME_BYTES];
    TH_TRY(find(r, &o, &job, why));
    const char *state = json_string_value(json_object_get(job, "state"));
    const bool is_done = state && strcmp(state, "done") == 0;
    json_decref(job);
    if (!is_done)
        return th_why_set(why, TH_EEXIST, "order %s is not done: GET /api/v1/service/%s tells how far it is", o.id,
                          o.id);
    TH_TRY(th_jobs_files(r->site->jobs, o.project, JOB, dir, why));
    snprintf(name, sizeof name, "%.64s.zip", o.project);
    return th_archive_reply(dir, name, out, why);
}

static th_err forget(const th_request *r, th_reply *out, th_why *why)
{
    order o = {.id = ""};
    json_t *job;
    TH_TRY(find(r, &o, &job, why));
    json_decref(job);
    TH_TRY(th_jobs_drop_project(r->site->jobs, o.project, why));
    out->status = 204;
    return TH_OK;
}

const th_route th_routes_service[] = {
    {"POST", "/api/v1/service", TH_ROLE_LEARNER, ZIP_BYTES, .handle = take},
    {"GET", "/api/v1/service/{order}", TH_ROLE_LEARNER, 0, .handle = show},
    {"GET", "/api/v1/service/{order}/firmware", TH_ROLE_LEARNER, 0, .handle = firmware},
    {"DELETE", "/api/v1/service/{order}", TH_ROLE_LEARNER, 0, .handle = forget},
    {0},
};
