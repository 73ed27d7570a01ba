/* A lab against its own solution, its typical mistakes and its bars. */
#include "course/lab_priv.h"

#include "course/lab_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct checking {
    const th_lab *lab;
    th_lab_tell *tell;
    void *ctx;
    int *bad;
} checking;

static void say(const checking *c, bool good, const char *fmt, ...) TH_PRINTF(3, 4);
static void say(const checking *c, bool good, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = th_lab_vtext(fmt, args);
    va_end(args);
    if (!good) (*c->bad)++;
    c->tell(c->ctx, good, text ? text : "out of memory");
    free(text);
}

/* ---- the learner that the course brings along ---- */

/* "[[key]]" in a line of answers.ini, and "[[worst]]" of a choice: computed for what lies in the folder. */
static th_err fill_line(th_lab_run *run, const char *name, char *value, size_t cap, th_why *why)
{
    const bool worst = strstr(value, "[[worst]]") != NULL;
    char key[64] = "";
    th_values v = {0};
    double number;
    const th_lab_prop *p = NULL;
    for (size_t i = 0; i < run->lab->n_props; i++)
        if (strcmp(run->lab->prop[i].own->name, name) == 0) p = &run->lab->prop[i];
    if (!p || !p->kind->key)
        return th_why_set(why, TH_EFORMAT, "answers.ini: %s has no key that could stand for [[key]]", name);
    TH_TRY(p->kind->key(run, p, worst, key, why));
    char *filled = NULL;
    th_err err = th_values_set(&v, worst ? "worst" : "key", key, why);
    if (!err) err = th_values_fill(&v, value, true, &filled, why);
    th_values_free(&v);
    if (err) return err;
    /* "1.5 * 2" is computed; anything else stands as it is */
    if (th_value_of(NULL, filled, &number, NULL) == TH_OK)
        snprintf(value, cap, "%.9g", number);
    else
        snprintf(value, cap, "%s", filled);
    free(filled);
    return TH_OK;
}

static th_err write_answers(th_lab_run *run, const th_lab_ini *ini, const char *path, th_why *why)
{
    char *text = NULL;
    size_t n;
    th_err err = TH_OK;
    FILE *out = open_memstream(&text, &n);
    if (!out) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t s = 0; s < ini->n; s++) {
        for (size_t i = 0; i < ini->section[s].n && !err; i++) {
            const th_lab_line *e = &ini->section[s].entry[i];
            char value[4096];
            snprintf(value, sizeof value, "%s", e->value);
            if (strstr(value, "[[key]]") || strstr(value, "[[worst]]"))
                err = fill_line(run, e->name, value, sizeof value, why);
            fprintf(out, "%s = %s\n", e->name, value);
        }
    }
    if (fclose(out) && !err) err = th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)text, n}, why);
    free(text);
    return err;
}

/* After the steps, so that keys may be about what was trained. */
static th_err fill_answers(const th_lab *lab, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_lab_ini ini;
    TH_TRY(th_path_join(path, dir, "answers.ini", why));
    if (!th_file_exists(path)) return TH_OK;
    th_err err = th_lab_answers_read(dir, &ini, why);
    th_lab_run *run = calloc(1, sizeof *run);
    if (!run && !err) err = th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) {
        run->lab = lab;
        err = th_path_absolute(run->dir, dir, why);
        if (!err) err = write_answers(run, &ini, path, why);
        th_lab_said_free(run->said);
    }
    free(run);
    th_lab_ini_free(&ini);
    return err;
}

/* Lines of `steps` below `prefix`, in the folder. */
static th_err do_steps(const th_lab *lab, const char *prefix, const char *dir, th_why *why)
{
    char path[1024];
    th_span text;
    snprintf(path, sizeof path, "%s%ssteps", lab->folder, prefix);
    if (th_shelf_file(lab->shelf, path, &text, NULL)) return TH_OK;
    const char *at = (const char *)text.p, *end = at + text.n;
    while (at < end) {
        char line[1024], *filled = NULL;
        th_why own = {0};
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        snprintf(line, sizeof line, "%.*s", (int)(stop - at < 1023 ? stop - at : 1023), at);
        at = stop + 1;
        if (!line[strspn(line, " \t\r")] || line[0] == '#') continue;
        TH_TRY(th_values_fill(&lab->values, line, false, &filled, why));
        const th_err err = th_lab_do(lab, filled, dir, &own);
        free(filled);
        if (err) return th_why_set(why, err, "%ssteps: thimble %.100s: %s", prefix, line, own.text);
    }
    return TH_OK;
}

th_err th_lab_play(const th_lab *lab, const char *what, const char *dir, th_why *why)
{
    static const char *const not_files[] = {"steps", "expect", NULL};
    char prefix[300];
    snprintf(prefix, sizeof prefix, "%.290s/", what);
    TH_TRY(th_lab_lay(lab, prefix, dir, not_files, why));
    TH_TRY(do_steps(lab, prefix, dir, why));
    return fill_answers(lab, dir, why);
}

/* Starts the lab in a private folder, does there what `what` does, and grades. */
static th_err play(const th_lab *lab, const char *what, json_t **result, th_why *why)
{
    char above[TH_PATH_BYTES], dir[TH_PATH_BYTES];
    TH_TRY(th_dir_temp(above, why));
    th_err err = th_path_join(dir, above, "lab", why);
    if (!err) err = th_lab_start(lab, "check", dir, why);
    if (!err) err = th_lab_play(lab, what, dir, why);
    if (!err) err = th_lab_grade(lab, dir, "practice", result, why);
    th_dir_remove(above);
    return err;
}

/* ---- solution and wrong ones ---- */

static void check_solution(const checking *c)
{
    json_t *result = NULL;
    th_why why = {0};
    if (play(c->lab, "solution", &result, &why)) {
        say(c, false, "%s: the solution can't be graded: %s", c->lab->id, why.text);
        return;
    }
    const double score = json_number_value(json_object_get(result, "score")),
                 of = json_number_value(json_object_get(result, "of")),
                 unseen = json_number_value(json_object_get(result, "unseen"));
    say(c, score + unseen >= of, "%s: the solution has %g of %g points%s", c->lab->id, score, of,
        unseen > 0 ? " (tools are missing here: the rest was not looked at)" : "");
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(result, "properties"), i, p)
    {
        if (strcmp(json_string_value(json_object_get(p, "state")), "failed") == 0)
            say(c, false, "%s: solution, %s: %s", c->lab->id, json_string_value(json_object_get(p, "name")),
                json_string_value(json_object_get(p, "saw")));
    }
    json_decref(result);
}

static bool says(const json_t *p, const char *phrase)
{
    const char *saw = json_string_value(json_object_get(p, "saw")), *why = json_string_value(json_object_get(p, "why"));
    return (saw && strstr(saw, phrase)) || (why && strstr(why, phrase));
}

static void judge_wrong(const checking *c, const char *name, const th_lab_ini *expect, const json_t *result)
{
    const char *property = th_lab_get(&expect->section[0], "property"),
               *phrase = th_lab_get(&expect->section[0], "says");
    const json_t *found = NULL, *p;
    size_t i;
    json_array_foreach(json_object_get(result, "properties"), i, p)
    {
        if (property && strcmp(json_string_value(json_object_get(p, "name")), property) == 0) found = p;
    }
    if (!property || !phrase || !*phrase || !found) {
        say(c, false, "%s: wrong/%s/expect needs `property`, one of the recipe's, and `says`", c->lab->id, name);
        return;
    }
    const char *state = json_string_value(json_object_get(found, "state")),
               *saw = json_string_value(json_object_get(found, "saw"));
    const bool unseen = strcmp(state, "unseen") == 0, failed = strcmp(state, "failed") == 0;
    if (unseen)
        say(c, true, "%s: wrong/%s was not looked at: %s", c->lab->id, name, saw);
    else if (!failed)
        say(c, false, "%s: wrong/%s fulfils %s, which it must not: %s", c->lab->id, name, property, saw);
    else
        say(c, says(found, phrase), "%s: wrong/%s fails %s%s: %s", c->lab->id, name, property,
            says(found, phrase) ? "" : ", but without the phrase that is expected", saw);
}

static void check_wrong(const checking *c, const char *name)
{
    char prefix[300], path[1024];
    th_span text;
    th_lab_ini expect = {0};
    th_why why = {0};
    json_t *result = NULL;
    snprintf(prefix, sizeof prefix, "wrong/%.200s", name);
    snprintf(path, sizeof path, "%s%s/expect", c->lab->folder, prefix);
    th_err err = th_shelf_file(c->lab->shelf, path, &text, &why);
    if (!err) err = th_lab_ini_read(text, "expect", false, &expect, &why);
    if (!err) err = play(c->lab, prefix, &result, &why);
    if (err)
        say(c, false, "%s: wrong/%s can't be graded: %s", c->lab->id, name, why.text);
    else
        judge_wrong(c, name, &expect, result);
    th_lab_ini_free(&expect);
    json_decref(result);
}

typedef struct wrongs {
    const checking *c;
    size_t prefix, n;
    char last[256];
} wrongs;

static bool wrong_one(void *ctx, const char *path, th_span bytes)
{
    wrongs *w = ctx;
    char name[256];
    const char *at = path + w->prefix, *end = strchr(at, '/');
    (void)bytes;
    if (!end || end - at > 200) return true;
    snprintf(name, sizeof name, "%.*s", (int)(end - at), at);
    if (strcmp(name, w->last) == 0) return true;
    snprintf(w->last, sizeof w->last, "%s", name);
    w->n++;
    check_wrong(w->c, name);
    return true;
}

static void check_wrongs(const checking *c)
{
    char prefix[1024];
    snprintf(prefix, sizeof prefix, "%swrong/", c->lab->folder);
    wrongs w = {.c = c, .prefix = strlen(prefix)};
    th_shelf_each(c->lab->shelf, prefix, wrong_one, &w);
    if (w.n < 3) say(c, false, "%s: %zu wrong ones; three typical mistakes are wanted", c->lab->id, w.n);
}

/* ---- bars ---- */

/* Settings that are bars, as `bar` would say them. */
static void check_bars(const checking *c)
{
    static const struct {
        const char *name, *sign, *runs;
    } bars[] = {{"bar", "", "runs"},
                {"recall", ">= ", "runs"},
                {"false_per_hour", "<= ", "false_runs"},
                {"drop", "<= ", "runs"}};
    for (size_t i = 0; i < c->lab->n_props; i++) {
        const th_lab_prop *p = &c->lab->prop[i];
        for (size_t k = 0; k < sizeof bars / sizeof bars[0]; k++) {
            const char *value = th_lab_setting(p, bars[k].name);
            char text[128];
            th_lab_bar bar;
            th_why why = {0};
            if (!value) continue;
            snprintf(text, sizeof text, "%s%s", bars[k].sign, value);
            if (th_lab_bar_read(text, &bar, &why) || th_lab_bar_check(p, bars[k].runs, &bar, &why))
                say(c, false, "%s: %s, %s: %s", c->lab->id, p->own->name, bars[k].name, why.text);
        }
    }
}

static th_err check_one(const th_shelf *shelf, const char *id, const th_lab_cfg *cfg, checking *c, th_why *why)
{
    th_lab *lab = NULL;
    th_why own = {0};
    const th_err err = th_lab_open(shelf, id, cfg, &lab, &own);
    if (err == TH_EFORMAT) {
        (*c->bad)++;
        c->tell(c->ctx, false, own.text);
        return TH_OK;
    }
    if (err) return th_why_set(why, err, "%s", own.text);
    c->lab = lab;
    check_bars(c);
    check_solution(c);
    check_wrongs(c);
    th_lab_close(lab);
    return TH_OK;
}

th_err th_lab_check(const th_shelf *shelf, const char *id, const th_lab_cfg *cfg, th_lab_tell *tell, void *ctx,
                    int *bad, th_why *why)
{
    size_t n;
    const th_page *pages = th_shelf_pages(shelf, &n);
    checking c = {.tell = tell, .ctx = ctx, .bad = bad};
    size_t tried = 0;
    const size_t len = id ? strlen(id) : 0;
    *bad = 0;
    for (size_t i = 0; i < n; i++) {
        const char *own = pages[i].id;
        const bool below = !id || (strncmp(own, id, len) == 0 && (own[len] == '/' || !own[len]));
        if (pages[i].kind != TH_PAGE_LAB || !below) continue;
        tried++;
        TH_TRY(check_one(shelf, own, cfg, &c, why));
    }
    return tried ? TH_OK : th_why_set(why, TH_ENOENT, "there is no lab \"%.100s\"", id ? id : "");
}
