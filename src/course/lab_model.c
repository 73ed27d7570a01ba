/* A model: what it is made of, what it costs, and how right it is on data that its maker does not have. */
#include "course/lab_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_INT8  "model/int8.tflite"
#define FILE_FLOAT "model/float.tflite"

static const char *const settings[] = {"file",   "bytes", "parameters", "macs", "arena", "ops",  "io",
                                       "sealed", "test",  "is",         "bar",  "runs",  "drop", NULL};

static const char *file_of(const th_lab_prop *p)
{
    const char *file = th_lab_setting(p, "file");
    return file ? file : FILE_INT8;
}

/* ---- what it is made of ---- */

/* What may be at most so much, and where `inspect` says it (NULL: bytes of the file). */
static const struct limit {
    const char *name, *at, *what;
} limits[] = {{"bytes", NULL, "bytes"},
              {"parameters", "/parameters", "parameters"},
              {"macs", "/macs", "multiplications"},
              {"arena", "/arena_bytes", "bytes of arena"}};

enum { N_LIMITS = sizeof limits / sizeof limits[0] };

static bool allowed_op(const char *list, const char *op)
{
    char one[64];
    while (th_lab_part(&list, ',', one, sizeof one))
        if (strcmp(one, op) == 0) return true;
    return false;
}

/* false: an operator or type is none of those; told. */
static bool ops_fit(const th_lab_prop *p, const json_t *json, th_lab_found *found)
{
    const char *ops = th_lab_setting(p, "ops"), *io = th_lab_setting(p, "io");
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(json, "operators"), i, one)
    {
        const char *op = json_string_value(json_object_get(one, "op"));
        if (!ops || !op || allowed_op(ops, op)) continue;
        th_lab_say(found, TH_LAB_FAILED, "It has the operator %s. Possible are %s.", op, ops);
        return false;
    }
    for (int k = 0; k < 2; k++) json_array_foreach(json_object_get(json, k ? "outputs" : "inputs"), i, one)
        {
            const char *type = json_string_value(json_object_get(one, "type"));
            if (!io || !type || strcmp(io, type) == 0) continue;
            th_lab_say(found, TH_LAB_FAILED, "Its %s is %s, and should be %s.", k ? "output" : "input", type, io);
            return false;
        }
    return true;
}

/* Told of the first limit that is passed over, or of all that are kept. */
static th_err hold_to_limits(const th_lab_run *run, const th_lab_prop *p, const json_t *json, th_lab_found *found,
                             th_why *why)
{
    char path[TH_PATH_BYTES], text[400] = "";
    size_t n = 0;
    TH_TRY(th_path_join(path, run->dir, file_of(p), why));
    for (size_t i = 0; i < N_LIMITS; i++) {
        double most, has = (double)th_file_size(path);
        if (!th_lab_setting(p, limits[i].name)) continue;
        TH_TRY(th_lab_amount(p, limits[i].name, 0, &most, why));
        if (limits[i].at) TH_TRY(th_value_of(json, limits[i].at, &has, why));
        if (has > most) {
            th_lab_say(found, TH_LAB_FAILED, "It has %.0f %s; at most %.0f are allowed.", has, limits[i].what, most);
            return TH_OK;
        }
        if (n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%.0f of %.0f %s", n ? ", " : "", has, most,
                                  limits[i].what);
    }
    th_lab_say(found, TH_LAB_PASSED, "%s.", n ? text : "It is made as it should be");
    return TH_OK;
}

/* A path in quotes for a line of words. */
static th_err inspect(th_lab_run *run, const th_lab_prop *p, const json_t **json, const char **complaint, th_why *why)
{
    char line[512];
    snprintf(line, sizeof line, "inspect '%.400s'", file_of(p));
    return th_lab_ask_verb(run, run->dir, line, json, complaint, why);
}

/* ---- how right it is ---- */

/* What "test" says in the sealed project, with the learner's models and settings in it. */
static th_err test(th_lab_run *run, const th_lab_prop *p, const json_t **json, const char **complaint, th_why *why)
{
    const char *dir, *line = th_lab_setting(p, "test");
    const char *const bring[] = {"thimble.ini", FILE_FLOAT, FILE_INT8, file_of(p)};
    bool there;
    TH_TRY(th_lab_sealed(run, p, &dir, why));
    for (size_t i = 0; i < sizeof bring / sizeof bring[0]; i++) TH_TRY(th_lab_bring(run, bring[i], dir, &there, why));
    return th_lab_ask_verb(run, dir, line ? line : "test .", json, complaint, why);
}

/* The accuracy of a kind ("int8"), or of what knows normal its AUC. */
static bool right_of(const json_t *json, const char *kind, double *value)
{
    const json_t *o = json_object_get(json, kind), *n = json_object_get(o, "accuracy");
    if (!n) n = json_object_get(o, "auc");
    *value = json_number_value(n);
    return json_is_number(n);
}

static th_err value_of(const th_lab_prop *p, const json_t *json, double *value, th_why *why)
{
    const char *is = th_lab_setting(p, "is");
    if (is) return th_value_of(json, is, value, why);
    if (right_of(json, strcmp(file_of(p), FILE_FLOAT) == 0 ? "float" : "int8", value)) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "`test` says neither accuracy nor auc: name the figure with \"is\"");
}

static th_err judge_drop(const th_lab_prop *p, const json_t *json, th_lab_found *found, th_why *why)
{
    double most, whole, small;
    TH_TRY(th_lab_amount(p, "drop", 0, &most, why));
    if (!right_of(json, "float", &whole) || !right_of(json, "int8", &small)) {
        th_lab_say(found, TH_LAB_FAILED, "Both are needed: the float model and the int8 one.");
        return TH_OK;
    }
    const double lost = 100 * (whole - small);
    th_lab_say(found, lost <= most + 1e-9 ? TH_LAB_PASSED : TH_LAB_FAILED,
               "Float is right in %.1f %%, int8 in %.1f %%: %.1f points are lost; at most %g may be.", 100 * whole,
               100 * small, lost, most);
    return TH_OK;
}

static th_err judge_bar(const th_lab_prop *p, const json_t *json, th_lab_found *found, th_why *why)
{
    th_lab_bar bar;
    double value;
    char text[96];
    TH_TRY(value_of(p, json, &value, why));
    TH_TRY(th_lab_bar_read(th_lab_setting(p, "bar"), &bar, why));
    th_lab_bar_say(&bar, 1, text);
    th_lab_say(found, value >= bar.lo && value <= bar.hi ? TH_LAB_PASSED : TH_LAB_FAILED,
               "On data that it has never seen it reaches %.3g; wanted is %s.", value, text);
    return TH_OK;
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    char path[TH_PATH_BYTES];
    const json_t *json;
    const char *complaint;
    TH_TRY(th_path_join(path, run->dir, file_of(p), why));
    if (!th_file_exists(path)) {
        th_lab_say(found, TH_LAB_FAILED, "There is no %s yet.%s", file_of(p),
                   strcmp(file_of(p), FILE_INT8) == 0
                       ? " thimble train makes the float model, thimble quantize this one."
                       : "");
        return TH_OK;
    }
    const bool judged = th_lab_setting(p, "bar") || th_lab_setting(p, "drop");
    TH_TRY(judged ? test(run, p, &json, &complaint, why) : inspect(run, p, &json, &complaint, why));
    if (complaint) {
        th_lab_say(found, TH_LAB_FAILED, "It can't be tried: %s", complaint);
        return TH_OK;
    }
    if (th_lab_setting(p, "drop")) return judge_drop(p, json, found, why);
    if (judged) return judge_bar(p, json, found, why);
    return ops_fit(p, json, found) ? hold_to_limits(run, p, json, found, why) : TH_OK;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    (void)lab;
    double value;
    th_lab_bar bar;
    size_t at = 0;
    const char *text = th_lab_setting(p, "bar");
    if (!th_lab_path_ok(file_of(p)) || strchr(file_of(p), '\''))
        return th_why_set(why, TH_EFORMAT, "file = %.60s is no path in the lab's folder", file_of(p));
    for (size_t i = 0; i < N_LIMITS; i++) TH_TRY(th_lab_amount(p, limits[i].name, 0, &value, why));
    TH_TRY(th_lab_amount(p, "drop", 0, &value, why));
    if (!text && !th_lab_setting(p, "drop")) return TH_OK;
    if (!th_lab_next(p, "sealed", &at))
        return th_why_set(why, TH_EFORMAT, "a bar needs \"sealed\" lines: data that the learner does not have");
    return text ? th_lab_bar_read(text, &bar, why) : TH_OK;
}

const th_lab_kind th_lab_kind_model = {.name = "model", .settings = settings, .check = check, .grade = grade};
