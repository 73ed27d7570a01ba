/* PROJECT/jobs/
 *   last            the highest number that was given, once jobs were forgotten
 *   000012/job.json     what was asked for and how far it is; replaced as a whole
 *          lines.jsonl  {"id":1,"event":"state","data":{..}} per event, appended
 *          result-0.json  what step 0 answered
 *          files/       what it made, and what was uploaded for it
 *   upload-1        what is being sent for a job that is none yet
 *
 * A folder without job.json is one that was not finished or is being forgotten: it is removed. */
#include "serve/jobs_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[TH_JOB_STATES] = {"queued", "running",   "done",
                                                       "failed", "cancelled", "interrupted"};

const char *th_job_state_name(th_job_state state)
{
    return state_names[state];
}

th_err th_job_file(const th_job *j, const char *name, char path[TH_PATH_BYTES], th_why *why)
{
    const int n =
        snprintf(path, TH_PATH_BYTES, "%s/jobs/%s%s%s", j->folder->dir, j->id, name ? "/" : "", name ? name : "");
    return n < TH_PATH_BYTES ? TH_OK : th_why_set(why, TH_ERANGE, "the path of the project is too long");
}

void th_job_place_of(const th_job *j, const th_site *site, bool now, th_job_place *place)
{
    *place = (th_job_place){.site = site, .user = j->user, .listens = j->listens, .now = now};
    snprintf(place->dir, sizeof place->dir, "%s", j->folder->dir);
    snprintf(place->files, sizeof place->files, "jobs/%s/files", j->id);
    snprintf(place->project, sizeof place->project, "%s", j->folder->name);
}

/* ---- job.json --------------------------------------------------------------------------------------------------- */

th_err th_job_save(const th_job *j, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_job_file(j, "job.json", path, why));
    json_t *o = json_pack("{s:s, s:s, s:s, s:O, s:i, s:b, s:b, s:b, s:s, s:s, s:s, s:s}", "title", j->title, "user",
                          j->user, "state", state_names[j->state], "steps", j->steps, "step", j->step, "input",
                          j->input, "listens", j->listens, "resume", j->resume, "error", j->error, "created",
                          j->created, "started", j->started, "ended", j->ended);
    char *text = o ? json_dumps(o, JSON_INDENT(1)) : NULL;
    json_decref(o);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

static void copy(char *to, size_t cap, const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    snprintf(to, cap, "%s", text ? text : "");
}

static bool read_state(th_job *j, const json_t *o)
{
    const char *name = json_string_value(json_object_get(o, "state"));
    for (int i = 0; name && i < TH_JOB_STATES; i++)
        if (strcmp(name, state_names[i]) == 0) {
            j->state = (th_job_state)i;
            return true;
        }
    return false;
}

/* From its file, which may have been written by anybody. */
static bool take_json(th_job *j, const json_t *o)
{
    json_t *steps = json_object_get(o, "steps");
    const json_int_t step = json_integer_value(json_object_get(o, "step"));
    const size_t n = json_array_size(steps);
    if (n < 1 || n > TH_JOB_STEPS || step < 0 || step > (json_int_t)n || !read_state(j, o)) return false;
    j->steps = json_incref(steps);
    j->n_steps = (int)n;
    j->step = (int)step;
    j->input = json_is_true(json_object_get(o, "input"));
    j->listens = json_is_true(json_object_get(o, "listens"));
    j->resume = json_is_true(json_object_get(o, "resume"));
    copy(j->title, sizeof j->title, o, "title");
    copy(j->user, sizeof j->user, o, "user");
    copy(j->error, sizeof j->error, o, "error");
    copy(j->created, sizeof j->created, o, "created");
    copy(j->started, sizeof j->started, o, "started");
    copy(j->ended, sizeof j->ended, o, "ended");
    return true;
}

/* ---- lines.jsonl ---- */

/* How many whole lines there are; a last one that was cut off is taken away. */
static void count_lines(th_job *j)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n, end = 0;
    if (th_job_file(j, "lines.jsonl", path, NULL) || th_file_read(path, 0, &bytes, &n, NULL)) return;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\n') {
            j->n_lines++;
            end = i + 1;
        }
    j->lines_bytes = end;
    if (end < n && th_file_write_unsynced(path, (th_span){bytes, end}, NULL)) j->lines_full = true;
    free(bytes);
}

void th_job_hush(th_job *j)
{
    if (j->lines) (void)fclose(j->lines);
    j->lines = NULL;
}

void th_job_say(th_job *j, const char *event, json_t *data)
{
    char path[TH_PATH_BYTES];
    json_t *o = json_pack("{s:I, s:s, s:o}", "id", (json_int_t)(j->n_lines + 1), "event", event, "data", data);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(o);
    if (!j->lines && !th_job_file(j, "lines.jsonl", path, NULL)) j->lines = fopen(path, "a");
    /* what can't be written whole ends the file: listeners must not see the half of it */
    if (text && j->lines && !j->lines_full) {
        const size_t n = strlen(text);
        text[n] = '\n'; /* in place of the NUL */
        j->lines_full = fwrite(text, 1, n + 1, j->lines) != n + 1 || fflush(j->lines) != 0;
        j->lines_bytes += j->lines_full ? 0 : n + 1;
        j->n_lines += !j->lines_full;
    }
    free(text);
}

/* ---- reading all of them ---- */

static bool is_id(const char *name)
{
    const size_t n = strlen(name);
    return n >= 6 && n < TH_JOB_ID_BYTES && strspn(name, "0123456789") == n;
}

th_err th_job_folder_add(th_job_folder *f, th_job *j, th_why *why)
{
    if (f->n == f->cap) {
        const size_t cap = f->cap ? 2 * f->cap : 16;
        th_job **more = realloc(f->job, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
        f->job = more;
        f->cap = cap;
    }
    f->job[f->n++] = j;
    return TH_OK;
}

static th_job *job_new(th_job_folder *f, const char *id)
{
    th_job *j = calloc(1, sizeof *j);
    if (!j) return NULL;
    j->folder = f;
    j->refs = 1;
    snprintf(j->id, sizeof j->id, "%s", id);
    return j;
}

static th_err load_one(th_job_folder *f, const char *id, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_job *j = job_new(f, id);
    if (!j) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    th_err err = th_job_file(j, "job.json", path, why);
    json_t *o = err ? NULL : json_load_file(path, 0, NULL);
    const bool good = o && take_json(j, o);
    json_decref(o);
    if (!err && good) {
        count_lines(j);
        err = th_job_folder_add(f, j, why);
    } else if (!err && !th_job_file(j, NULL, path, NULL)) {
        th_dir_remove(path);
    }
    if (err || !good) th_job_drop(j);
    return err;
}

static th_err last_path(const th_job_folder *f, char path[TH_PATH_BYTES], th_why *why)
{
    TH_TRY(th_path_join(path, f->dir, "jobs", why));
    const size_t n = strlen(path);
    if (n + 6 > TH_PATH_BYTES) return th_why_set(why, TH_ERANGE, "the path of the project is too long");
    memcpy(path + n, "/last", 6);
    return TH_OK;
}

/* Of a studio that was ended while it came in. */
static void remove_upload(const char *dir, const char *name)
{
    char path[TH_PATH_BYTES];
    if (!th_path_join(path, dir, name, NULL)) th_file_remove(path);
}

th_err th_job_folder_load(struct th_jobs *jobs, th_job_folder *f, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_names names;
    uint8_t text[24];
    size_t n;
    TH_TRY(last_path(f, path, why));
    if (th_file_head(path, text, sizeof text - 1, &n, NULL) == TH_OK) {
        text[n] = 0;
        f->last = strtoull((const char *)text, NULL, 10);
    }
    *strrchr(path, '/') = 0;
    if (!th_dir_exists(path)) return TH_OK;
    TH_TRY(th_dir_list(path, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (strncmp(names.name[i], "upload-", 7) == 0) remove_upload(path, names.name[i]);
        if (!is_id(names.name[i])) continue;
        const uint64_t number = strtoull(names.name[i], NULL, 10);
        if (number > f->last) f->last = number;
        err = load_one(f, names.name[i], why);
    }
    th_names_free(&names);
    for (size_t i = 0; i < f->n && !err; i++) {
        th_job *j = f->job[i];
        if (j->state == TH_JOB_RUNNING) {
            snprintf(j->error, sizeof j->error, "the studio was ended while this ran");
            th_job_enter(jobs, j, TH_JOB_INTERRUPTED);
        } else if (j->state == TH_JOB_QUEUED) {
            th_job_enqueue(jobs, j);
        }
    }
    return err;
}

/* ---- a new one, and its end ---- */

th_err th_job_make(th_job_folder *f, th_job **job, th_why *why)
{
    char path[TH_PATH_BYTES], id[24];
    snprintf(id, sizeof id, "%06llu", (unsigned long long)(f->last + 1));
    *job = NULL;
    if (strlen(id) >= TH_JOB_ID_BYTES) return th_why_set(why, TH_ERANGE, "this project has had all jobs that it can");
    th_job *j = job_new(f, id);
    if (!j) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    th_err err = th_job_file(j, "files", path, why);
    if (!err) err = th_dir_make(path, why);
    if (err) {
        th_job_drop(j);
        return err;
    }
    f->last++;
    th_clock_date(j->created);
    *job = j;
    return TH_OK;
}

void th_job_drop(th_job *j)
{
    if (--j->refs) return;
    th_job_hush(j);
    json_decref(j->steps);
    free(j);
}

void th_job_forget(th_job_folder *f, size_t i, char path[TH_PATH_BYTES])
{
    char text[24];
    th_job *j = f->job[i];
    memmove(f->job + i, f->job + i + 1, (f->n - i - 1) * sizeof *f->job);
    f->n--;
    /* its number is never given again */
    const int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)f->last);
    if (!last_path(f, path, NULL)) (void)!th_file_write(path, (th_span){(const uint8_t *)text, (size_t)n}, NULL);
    if (!th_job_file(j, "job.json", path, NULL)) th_file_remove(path);
    if (th_job_file(j, NULL, path, NULL)) path[0] = 0; /* never: it was made there */
    th_job_drop(j);
}

/* ---- as JSON ---- */

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

json_t *th_job_json(const th_job *j)
{
    const int now = j->step < j->n_steps ? j->step : j->n_steps - 1;
    const json_t *step = json_array_get(j->steps, (size_t)now);
    json_t *o = json_pack("{s:s, s:O?, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:i, s:O, s:s}", "id", j->id, "verb",
                          json_object_get(step, "verb"), "title", j->title, "state", state_names[j->state], "progress",
                          j->n_progress ? json_pack("{s:s, s:f}", "what", j->what, "part", j->part) : json_null(),
                          "error", text_or_null(j->error), "created", text_or_null(j->created), "started",
                          text_or_null(j->started), "ended", text_or_null(j->ended), "resumable",
                          th_job_has_ended(j) && j->state != TH_JOB_DONE && !j->input, "step", now, "steps", j->steps,
                          "user", j->user);
    return o;
}

json_t *th_job_result(const char *dir, int step)
{
    char path[TH_PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/result-%d.json", dir, step);
    json_t *o = n < TH_PATH_BYTES ? json_load_file(path, JSON_ALLOW_NUL, NULL) : NULL;
    return o;
}

/* All files below dir/name, as paths from dir's files. */
static void list_files(const char *dir, const char *name, int depth, json_t *list)
{
    char path[TH_PATH_BYTES];
    th_names names;
    if (depth > 16 || json_array_size(list) > 10000) return;
    if (th_path_join(path, dir, *name ? name : ".", NULL) || th_dir_list(path, &names, NULL)) return;
    for (size_t i = 0; i < names.n; i++) {
        char below[TH_PATH_BYTES], full[TH_PATH_BYTES], real[TH_PATH_BYTES];
        const int n = snprintf(below, sizeof below, "%s%s%s", name, *name ? "/" : "", names.name[i]);
        if (n >= TH_PATH_BYTES || th_path_join(full, dir, below, NULL) || th_path_absolute(real, full, NULL)) continue;
        if (strcmp(real, full) != 0) continue; /* a link is no file of the job's */
        if (th_dir_exists(full))
            list_files(dir, below, depth + 1, list);
        else if (th_file_size(full) >= 0)
            json_array_append_new(list,
                                  json_pack("{s:s, s:I}", "path", below, "bytes", (json_int_t)th_file_size(full)));
    }
    th_names_free(&names);
}

json_t *th_job_file_list(const char *files)
{
    char real[TH_PATH_BYTES];
    json_t *list = json_array();
    if (list && !th_path_absolute(real, files, NULL)) list_files(real, "", 0, list);
    return list;
}
