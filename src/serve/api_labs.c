/* Labs: what to do, the files of whose lab it is, her answers, and the jobs that start and grade it. */
#include "course/lab.h"
#include "course/lesson.h"
#include "serve/guard.h"
#include "serve/jobs_priv.h"
#include "serve/lab_work.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES ((size_t)256 << 10) /* of a file that is shown or written */
#define MOST_FILES 200

/* A lab as its learner has it. */
typedef struct work {
    th_pupil who;
    const th_shelf *shelf;
    th_lab *lab;
    char name[TH_NAME_BYTES], dir[TH_PATH_BYTES]; /* of the folder; it need not be there */
    th_lab_mark mark;
    bool claimed; /* it is there, and hers */
} work;

static const char *learner_of(const th_request *r)
{
    return r->site->lan ? r->user : "me";
}

static th_err open_lab(const th_request *r, work *w, th_why *why)
{
    const char *lang = th_request_query(r, "lang");
    const th_lab_cfg cfg = {
        .program = r->site->program, .version = r->site->version, .lang = lang ? lang : "en", .seed = w->who.seed};
    TH_TRY(th_lab_open(w->shelf, r->part[0], &cfg, &w->lab, why));
    th_lab_folder(r->site, th_lab_name(w->lab), r->user, w->who.seed, w->name);
    TH_TRY(th_path_join(w->dir, r->site->root, w->name, why));
    if (!th_dir_exists(w->dir)) return TH_OK;
    if (th_lab_mark_read(w->dir, &w->mark, NULL) || strcmp(w->mark.learner, learner_of(r)) != 0 ||
        strcmp(w->mark.id, th_lab_id(w->lab)) != 0)
        return th_why_set(why, TH_EEXIST, "there is another folder called %s: give that one another name", w->name);
    w->claimed = true;
    return TH_OK;
}

/* The values that she began with are hers, also when the server's seed for her is another one now. */
static th_err open_as_started(const th_request *r, work *w, th_why *why)
{
    if (!w->claimed || w->mark.seed == w->who.seed) return TH_OK;
    th_lab_close(w->lab);
    w->lab = NULL;
    w->who.seed = w->mark.seed;
    w->claimed = false;
    return open_lab(r, w, why);
}

typedef th_err work_fn(const th_request *r, work *w, th_reply *out, th_why *why);

static th_err with_work(const th_request *r, work_fn *handle, th_reply *out, th_why *why)
{
    work *w = calloc(1, sizeof *w);
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory for a lab");
    th_err err = th_request_pupil(r, &w->who, why);
    if (!err) err = th_library_borrow(r->site->library, &w->shelf, why);
    if (!err) err = open_lab(r, w, why);
    if (!err) err = open_as_started(r, w, why);
    if (!err) err = handle(r, w, out, why);
    th_lab_close(w->lab);
    th_library_return(r->site->library, w->shelf);
    free(w);
    return err;
}

/* ---- GET /course/labs ------------------------------------------------------------------------------------------ */

/* Files that are the learner's, or were given to her: not what the project keeps for itself. */
static bool is_shown(const char *path)
{
    static const char *const inside[] = {"jobs/", "data/", "cache/", "firmware/", "model/", "thimble.db"};
    if (path[0] == '.' || strstr(path, "/.")) return false;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (strncmp(path, inside[i], strlen(inside[i])) == 0) return false;
    return true;
}

static json_t *files_of(const work *w)
{
    json_t *all = w->mark.ready ? th_job_file_list(w->dir) : json_array(), *shown = json_array(), *f;
    size_t i;
    json_array_foreach(all, i, f)
    {
        const char *path = json_string_value(json_object_get(f, "path"));
        if (!path || !is_shown(path) || json_array_size(shown) == MOST_FILES) continue;
        json_object_set_new(f, "edit", json_boolean(th_lab_edits(w->lab, path)));
        json_array_append(shown, f);
    }
    json_decref(all);
    return shown;
}

/* The job of the lab that waits or runs, and why the last one failed. */
static void add_jobs(const th_request *r, const work *w, json_t *lab)
{
    json_t *list = NULL, *one;
    size_t i;
    json_object_set_new(lab, "running", json_null());
    json_object_set_new(lab, "error", json_null());
    if (!w->claimed || th_jobs_list(r->site->jobs, w->name, NULL, 20, &list, NULL)) return;
    json_array_foreach(list, i, one) /* newest first */
    {
        const char *verb = json_string_value(json_object_get(one, "verb")),
                   *state = json_string_value(json_object_get(one, "state"));
        if (!verb || !state || (strcmp(verb, TH_LAB_START) != 0 && strcmp(verb, TH_LAB_GRADE) != 0)) continue;
        if (strcmp(state, "queued") == 0 || strcmp(state, "running") == 0)
            json_object_set(lab, "running", one);
        else if (strcmp(state, "done") != 0 && json_object_get(one, "error"))
            json_object_set(lab, "error", json_object_get(one, "error"));
        break;
    }
    json_decref(list);
}

/* What to do as one text, with her values in it. */
static th_err add_text(const th_request *r, const work *w, json_t *lab, th_why *why)
{
    json_t *page, *block;
    char *html = NULL, *filled = NULL;
    size_t n = 0, i;
    const char *lang = th_request_query(r, "lang");
    TH_TRY(th_lesson_json(w->shelf, th_lab_id(w->lab), lang ? lang : "en", &page, why));
    FILE *out = open_memstream(&html, &n);
    json_array_foreach(json_object_get(page, "blocks"), i, block)
    {
        const char *piece = json_string_value(json_object_get(block, "html"));
        if (out && piece) fprintf(out, "%s\n", piece);
    }
    th_err err = out && fclose(out) == 0 ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a lab");
    if (!err) err = th_values_fill(th_lab_values(w->lab), html, false, &filled, why);
    if (!err) json_object_set_new(lab, "html", json_string(filled));
    json_object_set(lab, "id", json_object_get(page, "id"));
    json_object_set(lab, "title", json_object_get(page, "title"));
    json_object_set(lab, "minutes", json_object_get(page, "minutes"));
    json_object_set(lab, "lang", json_object_get(page, "lang"));
    json_decref(page);
    free(html);
    free(filled);
    return err;
}

static th_err show_lab(const th_request *r, work *w, th_reply *out, th_why *why)
{
    char dir[TH_PATH_BYTES];
    json_t *lab, *results = NULL;
    TH_TRY(th_lab_json(w->lab, &lab, why));
    json_object_del(lab, "edit");
    th_err err = add_text(r, w, lab, why);
    if (!err) err = th_school_lab_results(r->site->school, &w->who, th_lab_id(w->lab), &results, why);
    if (err) {
        json_decref(lab);
        return err;
    }
    const bool project = w->mark.ready && !th_site_project_dir(r->site, w->name, dir, NULL);
    json_object_set_new(lab, "files", files_of(w));
    json_object_set_new(lab, "project", project ? json_string(w->name) : json_null());
    json_object_set_new(lab, "results", results);
    add_jobs(r, w, lab);
    return th_reply_json(out, 200, lab, why);
}

static th_err get_lab(const th_request *r, th_reply *out, th_why *why)
{
    return with_work(r, show_lab, out, why);
}

/* ---- POST /course/labs?do= ------------------------------------------------------------------------------------- */

static th_err add_job(const th_request *r, const work *w, const char *verb, bool again, th_reply *out, th_why *why)
{
    int status = 0;
    json_t *job = NULL, *step = json_pack("{s:s, s:{}}", "verb", verb, "options");
    const char *lang = th_request_query(r, "lang");
    const th_job_by by = {.user = r->user};
    if (again) json_object_set_new(json_object_get(step, "options"), "again", json_true());
    if (lang && strcmp(verb, TH_LAB_GRADE) == 0)
        json_object_set_new(json_object_get(step, "options"), "lang", json_string(lang));
    const th_err err = th_jobs_add(r->site->jobs, w->name, step, &by, &job, &status, why);
    json_decref(step);
    out->status = status;
    out->retry_after_s = status == 429 ? 30 : 0;
    return err ? err : th_reply_json(out, 202, job, why);
}

static th_err start_lab(const th_request *r, work *w, th_reply *out, th_why *why)
{
    if (w->mark.ready) return th_why_set(why, TH_EEXIST, "this lab was started already");
    if (!w->claimed) {
        TH_TRY(th_lab_claim(w->lab, learner_of(r), w->dir, why));
        TH_TRY(th_guard_own(r->site->guard, w->name, NULL, r->user, r->role, why));
    }
    return add_job(r, w, TH_LAB_START, false, out, why);
}

static th_err do_lab(const th_request *r, work *w, th_reply *out, th_why *why)
{
    const char *what = th_request_query(r, "do");
    json_t *now = json_object();
    add_jobs(r, w, now);
    const bool busy = json_is_object(json_object_get(now, "running"));
    json_decref(now);
    if (!what || (strcmp(what, "start") != 0 && strcmp(what, "grade") != 0 && strcmp(what, "again") != 0))
        return th_why_set(why, TH_EUSAGE, "?do= is start, grade or again");
    if (busy) return th_why_set(why, TH_EEXIST, "this lab is being worked at already: wait until that has ended");
    if (strcmp(what, "start") == 0) return start_lab(r, w, out, why);
    if (!w->mark.ready) return th_why_set(why, TH_EEXIST, "start this lab first");
    return add_job(r, w, *what == 'g' ? TH_LAB_GRADE : TH_LAB_START, *what == 'a', out, why);
}

static th_err post_lab(const th_request *r, th_reply *out, th_why *why)
{
    return with_work(r, do_lab, out, why);
}

/* ---- her files -------------------------------------------------------------------------------------------------- */

/* ?file=: one that is shown, and there (or, to write, hers). */
static th_err file_of(const th_request *r, const work *w, bool write, char path[TH_PATH_BYTES], th_why *why)
{
    char dir[TH_PATH_BYTES], above[TH_PATH_BYTES], real[TH_PATH_BYTES];
    const char *file = th_request_query(r, "file");
    if (!w->mark.ready) return th_why_set(why, TH_EEXIST, "start this lab first");
    if (!file) return th_why_set(why, TH_EUSAGE, "?file= names a file of the lab");
    const bool fine = *file && file[0] != '/' && !strstr(file, "..") && is_shown(file);
    if (!fine || (write && !th_lab_edits(w->lab, file)))
        return th_why_set(why, TH_ENOENT, "there is no file \"%.100s\" here%s", file,
                          write ? " that can be changed" : "");
    TH_TRY(th_path_join(path, w->dir, file, why));
    snprintf(above, sizeof above, "%s", path);
    *strrchr(above, '/') = 0;
    /* also after links were followed it must lie in the folder */
    TH_TRY(th_path_absolute(dir, w->dir, why));
    const size_t n = strlen(dir);
    const char *const check = th_file_exists(path) ? path : above;
    if (th_path_absolute(real, check, NULL) || strncmp(real, dir, n) != 0 || (real[n] && real[n] != '/'))
        return th_why_set(why, TH_ENOENT, "there is no file \"%.100s\" here", file);
    if (!write && !th_file_exists(path)) return th_why_set(why, TH_ENOENT, "there is no file \"%.100s\" here", file);
    return TH_OK;
}

static bool asks_answers(const th_request *r)
{
    const char *file = th_request_query(r, "file");
    return file && strcmp(file, "answers.ini") == 0;
}

static th_err read_file(const th_request *r, work *w, th_reply *out, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    json_t *answers;
    if (asks_answers(r)) {
        if (!w->mark.ready) return th_why_set(why, TH_EEXIST, "start this lab first");
        TH_TRY(th_lab_answers_get(w->lab, w->dir, &answers, why));
        return th_reply_json(out, 200, answers, why);
    }
    TH_TRY(file_of(r, w, false, path, why));
    TH_TRY(th_file_read(path, FILE_BYTES, &bytes, &n, why));
    json_t *text = json_stringn((const char *)bytes, n);
    free(bytes);
    if (!text) return th_why_set(why, TH_EFORMAT, "%.100s is no text", th_request_query(r, "file"));
    return th_reply_json(out, 200, json_pack("{s:o}", "text", text), why);
}

static th_err get_file(const th_request *r, th_reply *out, th_why *why)
{
    return with_work(r, read_file, out, why);
}

static th_err put_text(const th_request *r, const work *w, const json_t *body, th_why *why)
{
    char path[TH_PATH_BYTES];
    const json_t *text = json_object_get(body, "text");
    TH_TRY(file_of(r, w, true, path, why));
    if (!json_is_string(text)) return th_why_set(why, TH_EUSAGE, "send {text: what the file has now}");
    if (json_string_length(text) > FILE_BYTES)
        return th_why_set(why, TH_ERANGE, "a file of a lab has at most %zu bytes", FILE_BYTES);
    return th_file_write(path, (th_span){(const uint8_t *)json_string_value(text), json_string_length(text)}, why);
}

static th_err write_file(const th_request *r, work *w, th_reply *out, th_why *why)
{
    json_t *body;
    th_err err = w->mark.ready ? TH_OK : th_why_set(why, TH_EEXIST, "start this lab first");
    if (err) return err;
    TH_TRY(th_request_json(r, &body, why));
    err = asks_answers(r) ? th_lab_answers_put(w->lab, w->dir, body, why) : put_text(r, w, body, why);
    json_decref(body);
    return th_reply_nothing(out, err);
}

static th_err put_file(const th_request *r, th_reply *out, th_why *why)
{
    return with_work(r, write_file, out, why);
}

const th_route th_routes_labs[] = {
    {"GET", "/api/v1/course/labs/{id..}", TH_ROLE_LEARNER, 0, get_lab, NULL},
    {"POST", "/api/v1/course/labs/{id..}", TH_ROLE_LEARNER, 1024, post_lab, NULL},
    {"GET", "/api/v1/course/labfiles/{id..}", TH_ROLE_LEARNER, 0, get_file, NULL},
    {"PUT", "/api/v1/course/labfiles/{id..}", TH_ROLE_LEARNER, 2 * FILE_BYTES, put_file, NULL},
    {0}};
