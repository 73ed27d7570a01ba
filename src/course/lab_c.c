/* Functions in C: each file is compiled and run once for each grading, each property is one case of its harness. */
#include "course/lab_priv.h"

#include "course/lab_guard.h"
#include "course/lab_sandbox.h"
#include "course/lab_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = TH_BOX_FILES, MOST_BYTES = 256 << 10, MOST_INSTRUCTIONS = 600000000 };

static const char *const settings[] = {"file", "headers", "harness",      "ring",  "stack",
                                       "ram",  "case",    "instructions", "lines", NULL};

/* What a harness said of the learner's file. */
struct th_lab_cases {
    struct th_lab_cases *next;
    char key[1024];
    th_box_run run;
};

typedef struct files {
    th_box_file file[MOST_FILES];
    char name[MOST_FILES][128];
    uint8_t *bytes[MOST_FILES]; /* of the learner's, to be freed */
    size_t n;
} files;

static void files_free(files *f)
{
    for (size_t i = 0; i < f->n; i++) free(f->bytes[i]);
}

/* The learner's files; *missing: the first that is not there. */
static th_err read_hers(const th_lab_run *run, const th_lab_prop *p, files *f, const char **missing, th_why *why)
{
    char path[TH_PATH_BYTES];
    const char *at = th_lab_setting(p, "file");
    *missing = NULL;
    while (f->n < MOST_FILES && th_lab_part(&at, ',', f->name[f->n], sizeof f->name[0])) {
        const char *name = f->name[f->n];
        size_t n;
        TH_TRY(th_path_join(path, run->dir, name, why));
        if (!th_file_exists(path)) {
            *missing = name;
            return TH_OK;
        }
        TH_TRY(th_file_read(path, MOST_BYTES, &f->bytes[f->n], &n, why));
        f->file[f->n] = (th_box_file){name, {f->bytes[f->n], n}};
        f->n++;
    }
    return TH_OK;
}

/* Headers are the recipe's: hers may have been changed. */
static th_err read_headers(const th_lab *lab, const th_lab_prop *p, files *f, th_why *why)
{
    char path[1024];
    const char *at = th_lab_setting(p, "headers");
    while (at && f->n < MOST_FILES && th_lab_part(&at, ',', f->name[f->n], sizeof f->name[0])) {
        const char *name = f->name[f->n];
        snprintf(path, sizeof path, "%sstarter/%s", lab->folder, name);
        TH_TRY(th_shelf_file(lab->shelf, path, &f->file[f->n].text, why));
        f->file[f->n++].name = name;
    }
    return TH_OK;
}

static th_err read_harness(const th_lab *lab, const th_lab_prop *p, th_box_file *harness, th_why *why)
{
    char path[1024];
    const char *name = th_lab_setting(p, "harness");
    snprintf(path, sizeof path, "%s%s", lab->folder, name);
    harness->name = name;
    return th_shelf_file(lab->shelf, path, &harness->text, why);
}

static th_err limits(const th_lab_prop *p, th_box_cfg *cfg, th_why *why)
{
    double stack, ram, instructions;
    TH_TRY(th_lab_amount(p, "stack", 4096, &stack, why));
    TH_TRY(th_lab_amount(p, "ram", 65536, &ram, why));
    TH_TRY(th_lab_amount(p, "instructions", 20e6, &instructions, why));
    if (!(stack >= 256 && stack <= 1 << 18 && ram >= 256 && ram <= 1 << 18 && instructions >= 1000 &&
          instructions <= MOST_INSTRUCTIONS))
        return th_why_set(why, TH_EFORMAT, "stack and ram are 256 to 262144 bytes, instructions 1000 to %d",
                          MOST_INSTRUCTIONS);
    cfg->stack = ((uint32_t)stack + 7) & ~7u;
    cfg->ram = (uint32_t)ram;
    cfg->instructions = (uint32_t)instructions;
    return TH_OK;
}

static th_err go(th_lab_run *run, const th_lab_prop *p, const files *hers, const files *headers, th_box_run *out,
                 th_why *why)
{
    char folder[TH_PATH_BYTES];
    snprintf(folder, sizeof folder, "%.4000s/c-%zu", run->work, ++run->n_sealed);
    th_box_cfg cfg = {.hers = hers->file,
                      .n_hers = hers->n,
                      .headers = headers->file,
                      .n_headers = headers->n,
                      .ring = th_lab_setting(p, "ring"),
                      .folder = folder,
                      .seed = (uint32_t)run->lab->cfg.seed};
    TH_TRY(read_harness(run->lab, p, &cfg.harness, why));
    TH_TRY(limits(p, &cfg, why));
    return th_box_go(&cfg, out, why);
}

/* All that decides what comes out. */
static void key_of(const th_lab_prop *p, char *key, size_t cap)
{
    static const char *const parts[] = {"file", "headers", "harness", "ring", "stack", "ram", "instructions"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && n < cap; i++) {
        const char *value = th_lab_setting(p, parts[i]);
        n += (size_t)snprintf(key + n, cap - n, "%s|", value ? value : "");
    }
}

/* The run of a property's harness, made when it is the first. */
static th_err cases_of(th_lab_run *run, const th_lab_prop *p, const th_box_run **out, th_why *why)
{
    char key[sizeof run->cases->key];
    key_of(p, key, sizeof key);
    for (const struct th_lab_cases *c = run->cases; c; c = c->next) {
        *out = &c->run;
        if (strcmp(c->key, key) == 0) return TH_OK;
    }
    struct th_lab_cases *c = calloc(1, sizeof *c);
    files *f = calloc(2, sizeof *f);
    if (!c || !f) {
        free(c);
        free(f);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    const char *missing = NULL;
    memcpy(c->key, key, sizeof key);
    c->next = run->cases;
    run->cases = c;
    *out = &c->run;
    th_err err = read_hers(run, p, &f[0], &missing, why);
    if (!err) err = read_headers(run->lab, p, &f[1], why);
    if (!err && missing) {
        c->run.end = TH_BOX_REFUSED;
        c->run.text = th_lab_text("There is no file %s.", missing);
    } else if (!err) {
        err = go(run, p, &f[0], &f[1], &c->run, why);
    }
    files_free(&f[0]);
    free(f);
    return err;
}

void th_lab_cases_free(struct th_lab_cases *cases)
{
    while (cases) {
        struct th_lab_cases *next = cases->next;
        th_box_free(&cases->run);
        free(cases);
        cases = next;
    }
}

static void judge(const th_box_run *r, const char *name, th_lab_found *found)
{
    const th_box_case *c = NULL;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->cases[i].name, name) == 0) c = &r->cases[i];
    const char *text = r->text ? r->text : "";
    if (r->end == TH_BOX_MISSING)
        th_lab_say(found, TH_LAB_UNSEEN, "%s", text);
    else if (r->end == TH_BOX_REFUSED)
        th_lab_say(found, TH_LAB_FAILED, "%s", text);
    else if (c && c->text)
        th_lab_say(found, TH_LAB_FAILED, "%s", c->text);
    else if (c && c->ok)
        th_lab_say(found, TH_LAB_PASSED, "It does.");
    else if (r->end == TH_BOX_STOPPED && c)
        th_lab_say(found, TH_LAB_FAILED, "%s", text);
    else if (r->end == TH_BOX_STOPPED)
        th_lab_say(found, TH_LAB_FAILED, "It did not come to this one. %s", text);
    else
        th_lab_say(found, TH_LAB_FAILED, "It did not come to this one.");
}

static th_err count_lines(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    double most;
    const char *missing;
    size_t lines = 0;
    TH_TRY(th_lab_amount(p, "lines", 0, &most, why));
    files *f = calloc(1, sizeof *f);
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = read_hers(run, p, f, &missing, why);
    for (size_t i = 0; i < f->n; i++) lines += th_lab_code_lines(f->file[i].text);
    files_free(f);
    free(f);
    if (err) return err;
    if (missing)
        th_lab_say(found, TH_LAB_FAILED, "There is no file yet.");
    else
        th_lab_say(found, (double)lines <= most ? TH_LAB_PASSED : TH_LAB_FAILED, "%zu lines of code; at most %g.",
                   lines, most);
    return TH_OK;
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    const th_box_run *r = NULL;
    const char *name = th_lab_setting(p, "case");
    th_why own = {0};
    if (th_lab_get(p->own, "lines")) return count_lines(run, p, found, why);
    const th_err err = cases_of(run, p, &r, &own);
    if (err) return th_why_set(why, err, "%s, line %d: %s", run->lab->file, p->own->line, own.text);
    judge(r, name ? name : p->own->name, found);
    return TH_OK;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    char name[128];
    double lines;
    th_box_cfg cfg;
    size_t n = 0;
    const char *at = th_lab_setting(p, "file");
    while (th_lab_part(&at, ',', name, sizeof name)) {
        const size_t len = strlen(name);
        if (!th_lab_path_ok(name) || strchr(name, '/') || len < 3 || strcmp(name + len - 2, ".c") != 0)
            return th_why_set(why, TH_EFORMAT, "file = %.60s is no name of a C file", name);
        n++;
    }
    if (n == 0 || n > MOST_FILES) return th_why_set(why, TH_EFORMAT, "c needs its \"file\" (at most %d)", MOST_FILES);
    TH_TRY(th_lab_amount(p, "lines", 0, &lines, why));
    if (th_lab_get(p->own, "lines")) return TH_OK;
    if (!th_lab_setting(p, "harness")) return th_why_set(why, TH_EFORMAT, "c needs its \"harness\"");
    TH_TRY(limits(p, &cfg, why));
    files *f = calloc(1, sizeof *f);
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = read_headers(lab, p, f, why);
    free(f);
    th_box_file harness;
    return err ? err : read_harness(lab, p, &harness, why);
}

const th_lab_kind th_lab_kind_c = {.name = "c", .settings = settings, .check = check, .grade = grade};
