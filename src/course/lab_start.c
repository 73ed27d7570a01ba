/* The learner's folder: made from the starter and the recipe, and made anew. */
#include "course/lab_priv.h"

#include "data/project.h"
#include "store/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool th_lab_path_ok(const char *path)
{
    if (!*path || strlen(path) > 200) return false;
    for (const char *at = path;;) {
        const size_t n = strcspn(at, "/");
        if (n == 0 || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.')) return false;
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)at[i] < 0x20 || at[i] == 0x7f || at[i] == '\\') return false;
        at += n;
        if (!*at) return true;
        at++;
    }
}

/* ---- the shelf's files into a folder ---- */

typedef struct laying {
    const th_lab *lab;
    const char *dir, *const *except;
    size_t prefix;
    bool keep; /* what is there is kept as FILE.before */
    th_err err;
    th_why *why;
} laying;

static th_err make_above(const char *path, th_why *why)
{
    char dir[TH_PATH_BYTES];
    snprintf(dir, sizeof dir, "%s", path);
    *strrchr(dir, '/') = 0;
    return th_dir_make(dir, why);
}

/* Has the file these bytes? */
static bool is_same(const char *path, th_span bytes)
{
    uint8_t *now;
    size_t n;
    if (th_file_size(path) != (int64_t)bytes.n || th_file_read(path, 0, &now, &n, NULL)) return false;
    const bool same = n == bytes.n && (n == 0 || memcmp(now, bytes.p, n) == 0);
    free(now);
    return same;
}

/* What will be replaced by other bytes gets another name. */
static th_err keep_before(const char *path, th_span bytes, th_why *why)
{
    char before[TH_PATH_BYTES + 16];
    if (!th_file_exists(path) || is_same(path, bytes)) return TH_OK;
    snprintf(before, sizeof before, "%s.before", path);
    return th_file_rename(path, before, why);
}

static bool lay_one(void *ctx, const char *path, th_span bytes)
{
    laying *l = ctx;
    char to[TH_PATH_BYTES];
    const char *name = path + l->prefix;
    for (const char *const *x = l->except; x && *x; x++)
        if (strcmp(name, *x) == 0) return true;
    if (!th_lab_path_ok(name)) return true;
    l->err = th_path_join(to, l->dir, name, l->why);
    if (!l->err) l->err = make_above(to, l->why);
    if (!l->err && l->keep) l->err = keep_before(to, bytes, l->why);
    if (!l->err) l->err = th_file_write(to, bytes, l->why);
    return !l->err;
}

static th_err lay(const th_lab *lab, const char *prefix, const char *dir, const char *const *except, bool keep,
                  th_why *why)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", lab->folder, prefix);
    laying l = {.lab = lab, .dir = dir, .except = except, .prefix = strlen(full), .keep = keep, .why = why};
    th_shelf_each(lab->shelf, full, lay_one, &l);
    return l.err;
}

th_err th_lab_lay(const th_lab *lab, const char *prefix, const char *dir, const char *const *except, th_why *why)
{
    return lay(lab, prefix, dir, except, false, why);
}

/* ---- what the recipe adds ---- */

static th_err fill_file(const th_lab *lab, const char *dir, const char *file, th_why *why)
{
    char path[TH_PATH_BYTES], *filled = NULL;
    uint8_t *bytes;
    size_t n;
    if (!th_lab_path_ok(file)) return th_why_set(why, TH_EFORMAT, "%s: fill = %.100s", lab->file, file);
    TH_TRY(th_path_join(path, dir, file, why));
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    char *text = strndup((const char *)bytes, n);
    free(bytes);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_values_fill(&lab->values, text, false, &filled, why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)filled, strlen(filled)}, why);
    free(text);
    free(filled);
    return err;
}

static th_err fill_files(const th_lab *lab, const char *dir, th_why *why)
{
    const th_lab_section *s = th_lab_ini_find(&lab->ini, "start", NULL);
    for (size_t i = 0; s && i < s->n; i++)
        if (strcmp(s->entry[i].name, "fill") == 0) TH_TRY(fill_file(lab, dir, s->entry[i].value, why));
    return TH_OK;
}

/* The `run` lines; new: only those that make the project, or only the others. */
static th_err run_lines(const th_lab *lab, const char *dir, bool new, th_why *why)
{
    const th_lab_section *s = th_lab_ini_find(&lab->ini, "start", NULL);
    for (size_t i = 0; s && i < s->n; i++) {
        const th_lab_line *e = &s->entry[i];
        th_why own = {0};
        if (strcmp(e->name, "run") != 0 || (strncmp(e->value, "new ", 4) == 0) != new) continue;
        const th_err err = th_lab_do(lab, e->value, dir, &own);
        if (err) return th_why_set(why, err, "%s, line %d: thimble %.80s: %s", lab->file, e->line, e->value, own.text);
    }
    return TH_OK;
}

/* ---- .lab.json ---- */

/* data: id of the version of the data that the lab began with, or "". */
static th_err write_mark(const th_lab *lab, const char *learner, const char *dir, bool ready, const char *data,
                         th_why *why)
{
    char path[TH_PATH_BYTES];
    json_t *o = json_pack("{s:s, s:s, s:I, s:b, s:s}", "lab", lab->id, "learner", learner, "seed",
                          (json_int_t)lab->cfg.seed, "ready", ready, "data", data);
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    if (!text) return th_why_set(why, TH_EUSAGE, "the learner's name is no text in UTF-8");
    th_err err = th_path_join(path, dir, TH_LAB_MARK, why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

th_err th_lab_mark_read(const char *dir, th_lab_mark *mark, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    *mark = (th_lab_mark){0};
    TH_TRY(th_path_join(path, dir, TH_LAB_MARK, why));
    if (!th_file_exists(path))
        return th_why_set(why, TH_ENOENT, "no lab was started in %s. Start one: thimble course start rule/coin", dir);
    TH_TRY(th_file_read(path, 65536, &bytes, &n, why));
    json_t *o = json_loadb((const char *)bytes, n, 0, NULL);
    free(bytes);
    const char *id = json_string_value(json_object_get(o, "lab")),
               *learner = json_string_value(json_object_get(o, "learner")),
               *data = json_string_value(json_object_get(o, "data"));
    if (id) snprintf(mark->id, sizeof mark->id, "%s", id);
    if (learner) snprintf(mark->learner, sizeof mark->learner, "%s", learner);
    if (data && th_hash_is_good(data)) snprintf(mark->data, sizeof mark->data, "%s", data);
    mark->seed = (uint64_t)json_integer_value(json_object_get(o, "seed"));
    mark->ready = json_is_true(json_object_get(o, "ready"));
    const bool good = id && json_is_integer(json_object_get(o, "seed"));
    json_decref(o);
    return good ? TH_OK : th_why_set(why, TH_EFORMAT, "%s does not say which lab it is", path);
}

/* ---- data and models as they were at the start ---- */

#define BEGAN  "as the lab began"
#define BEFORE "before the starter was put back"

/* Keeps the project's data as a version: its id, or "" where there are no data. */
static th_err keep_data(const char *dir, const char *message, char id[TH_HASH_BYTES], th_why *why)
{
    char path[TH_PATH_BYTES];
    bool made;
    th_store *s;
    id[0] = 0;
    TH_TRY(th_path_join(path, dir, TH_FILE_STORE, why));
    if (!th_file_exists(path)) return TH_OK;
    TH_TRY(th_store_open(path, true, &s, why));
    const th_err err = th_versions_commit(s, message, id, &made, why);
    th_store_close(s);
    return err;
}

/* The data become those of a version; what they are now is one, too. */
static th_err bring_data_back(const char *dir, const char *id, th_why *why)
{
    char path[TH_PATH_BYTES], now[TH_HASH_BYTES];
    th_store *s;
    th_data_version_list list = {0};
    const th_data_version *began;
    if (!*id) return TH_OK;
    TH_TRY(keep_data(dir, BEFORE, now, why));
    TH_TRY(th_path_join(path, dir, TH_FILE_STORE, why));
    TH_TRY(th_store_open(path, true, &s, why));
    th_err err = th_versions_all(s, &list, why);
    if (!err) err = th_versions_find(&list, id, &began, why);
    if (!err) err = th_versions_checkout(s, began, false, why);
    th_versions_free(&list);
    th_store_close(s);
    return err;
}

/* Each file of one folder into another, in place of one that has its name. */
static th_err copy_files(const char *from, const char *to, th_why *why)
{
    char a[TH_PATH_BYTES], b[TH_PATH_BYTES];
    th_names names;
    if (!th_dir_exists(from)) return TH_OK;
    TH_TRY(th_dir_make(to, why));
    TH_TRY(th_dir_list(from, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        uint8_t *bytes = NULL;
        size_t n = 0;
        err = th_path_join(a, from, names.name[i], why);
        if (!err) err = th_path_join(b, to, names.name[i], why);
        if (err || th_dir_exists(a)) continue;
        err = th_file_read(a, 0, &bytes, &n, why);
        if (!err) err = th_file_write(b, (th_span){bytes, n}, why);
        free(bytes);
    }
    th_names_free(&names);
    return err;
}

/* The models that the recipe made, out of the project's way; back: in place of the learner's, kept as model.before. */
static th_err keep_models(const char *dir, bool back, th_why *why)
{
    char model[TH_PATH_BYTES], kept[TH_PATH_BYTES], before[TH_PATH_BYTES];
    TH_TRY(th_path_join(model, dir, "model", why));
    TH_TRY(th_path_join(kept, dir, ".lab-model", why));
    if (!back) return copy_files(model, kept, why);
    TH_TRY(th_path_join(before, dir, "model.before", why));
    if (th_dir_exists(model)) {
        th_dir_remove(before);
        TH_TRY(th_file_rename(model, before, why));
    }
    return copy_files(kept, model, why);
}

/* ---- start and again ---- */

static th_err fill_folder(const th_lab *lab, const char *learner, const char *dir, th_why *why)
{
    char data[TH_HASH_BYTES];
    TH_TRY(run_lines(lab, dir, true, why));
    TH_TRY(th_lab_lay(lab, "starter/", dir, NULL, why));
    TH_TRY(fill_files(lab, dir, why));
    TH_TRY(run_lines(lab, dir, false, why));
    TH_TRY(keep_data(dir, BEGAN, data, why));
    TH_TRY(keep_models(dir, false, why));
    TH_TRY(th_lab_answers_write(lab, dir, NULL, why));
    return write_mark(lab, learner, dir, true, data, why);
}

static th_err there_already(const char *dir, th_why *why)
{
    return th_why_set(why, TH_EEXIST, "%s is there already: grade it, or start with --out ANOTHER", dir);
}

th_err th_lab_claim(const th_lab *lab, const char *learner, const char *dir, th_why *why)
{
    if (th_dir_exists(dir) || th_file_exists(dir)) return there_already(dir, why);
    TH_TRY(th_dir_make(dir, why));
    const th_err err = write_mark(lab, learner, dir, false, "", why);
    if (err) th_dir_remove(dir);
    return err;
}

/* All but the claim and the jobs of the studio, which works in it. */
static void empty(const char *dir)
{
    char path[TH_PATH_BYTES];
    th_names names;
    if (th_dir_list(dir, &names, NULL)) return;
    for (size_t i = 0; i < names.n; i++) {
        if (strcmp(names.name[i], TH_LAB_MARK) == 0 || strcmp(names.name[i], "jobs") == 0) continue;
        if (th_path_join(path, dir, names.name[i], NULL)) continue;
        if (th_dir_exists(path))
            th_dir_remove(path);
        else
            th_file_remove(path);
    }
    th_names_free(&names);
}

th_err th_lab_start(const th_lab *lab, const char *learner, const char *dir, th_why *why)
{
    th_lab_mark mark;
    const bool there = th_dir_exists(dir) || th_file_exists(dir);
    if (there && (th_lab_mark_read(dir, &mark, NULL) || mark.ready || strcmp(mark.id, lab->id) != 0))
        return there_already(dir, why);
    if (!there) TH_TRY(th_dir_make(dir, why));
    const th_err err = fill_folder(lab, learner, dir, why);
    if (err && there) empty(dir);
    if (err && !there) th_dir_remove(dir);
    return err;
}

th_err th_lab_again(const th_lab *lab, const char *dir, th_why *why)
{
    char answers[TH_PATH_BYTES];
    th_lab_mark mark;
    TH_TRY(th_path_join(answers, dir, "answers.ini", why));
    TH_TRY(th_lab_mark_read(dir, &mark, why));
    TH_TRY(bring_data_back(dir, mark.data, why));
    TH_TRY(keep_models(dir, true, why));
    TH_TRY(lay(lab, "starter/", dir, NULL, true, why));
    TH_TRY(fill_files(lab, dir, why));
    TH_TRY(keep_before(answers, (th_span){NULL, 0}, why));
    return th_lab_answers_write(lab, dir, NULL, why);
}
