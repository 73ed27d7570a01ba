#include "report/report.h"

#include "base/hash.h"
#include "base/text.h"
#include "report/sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_section *const sections[] = {
    &th_section_curves, &th_section_values, &th_section_runs,  &th_section_confusion, &th_section_clips,
    &th_section_wake,   &th_section_stream, &th_section_light, &th_section_versus,    &th_section_quantize,
    &th_section_memory, &th_section_time,   &th_section_data,  &th_section_limits,    &th_section_words,
};
#define N_SECTIONS (sizeof sections / sizeof *sections)

const th_task *th_report_task(const th_report *r)
{
    return th_project_task(r->project);
}

static bool fits(const th_section *s, const th_report *r)
{
    const th_task *t = th_report_task(r);
    const unsigned is = (t->input == TH_IN_SOUND ? TH_FOR_SOUND : 0u) | (t->input == TH_IN_NUMBER ? 0u : TH_FOR_DATA) |
                        (t->input == TH_IN_PICTURE ? TH_FOR_PICTURES : 0u) |
                        (t->output == TH_OUT_LABELS ? TH_FOR_LABELS : TH_FOR_VALUES) |
                        (th_task_learner(t, "knn") ? TH_FOR_ROWS : 0u);
    return (s->tasks & is) == s->tasks;
}

static void add_note(th_report *r, const char *text, const char *what)
{
    const size_t n = strlen(r->notes);
    th_text_fmt(r->notes + n, sizeof r->notes - n, "%s%s%s", n ? "\n" : "", text, what);
}

static th_err load_json(th_report *r, th_report_file which, const char *name, const char *verb)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (th_project_path(r->project, name, path, NULL) || !th_file_exists(path)) return TH_OK;
    if (th_file_read(path, 64u << 20, &bytes, &n, NULL)) {
        add_note(r, "Cannot be read: ", name);
        return TH_OK;
    }
    r->file[which] = json_loadb((const char *)bytes, n, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (json_is_object(r->file[which])) return TH_OK;
    json_decref(r->file[which]);
    r->file[which] = NULL;
    char text[160];
    th_text_fmt(text, sizeof text, "%s is damaged; make it again with: thimble %s", name, verb);
    add_note(r, text, "");
    return TH_OK;
}

static void load_model(th_report *r)
{
    static const char *const names[2] = {TH_FILE_INT8, TH_FILE_FLOAT};
    char path[TH_PATH_BYTES];
    th_why why = {0};
    for (int i = 0; i < 2 && !r->model; i++) {
        if (th_project_path(r->project, names[i], path, NULL) || !th_file_exists(path)) continue;
        th_model *model = NULL;
        th_err err = th_model_load(path, &model, &why);
        if (!err && th_report_task(r)->input == TH_IN_SOUND) err = th_pipeline_from(model, &r->pipe, &why);
        if (!err) err = th_plan_make(&model->graphs[0], &r->plan, &why);
        if (err) {
            th_model_free(model);
            add_note(r, why.err ? why.text : th_err_text(err), "");
            why = (th_why){0};
            continue;
        }
        r->model = model;
        r->is_int8 = i == 0;
    }
}

/* Newest first, as many as there is room for. */
static th_err read_runs(th_report *r, const th_store *s, th_why *why)
{
    TH_TRY(th_runs_all(s, &r->list, why));
    for (size_t i = r->list.n; i > 0; i--) {
        th_run_full full;
        TH_TRY(th_run_full_load(s, &r->list.run[i - 1], &full, why));
        const bool epochs = th_runs_epochs(&full.metrics) > 0;
        r->all_runs += epochs;
        if (epochs && r->n_runs < TH_REPORT_RUNS)
            r->runs[r->n_runs++] = full;
        else
            th_run_full_free(&full);
    }
    for (int32_t a = 0, b = r->n_runs - 1; a < b; a++, b--) {
        const th_run_full swap = r->runs[a];
        r->runs[a] = r->runs[b];
        r->runs[b] = swap;
    }
    return TH_OK;
}

static void load_runs(th_report *r)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    th_why why = {0};
    if (th_project_path(r->project, TH_FILE_STORE, path, NULL) || !th_file_exists(path)) return;
    th_err err = th_store_open(path, false, &s, &why);
    if (!err) err = read_runs(r, s, &why);
    th_store_close(s);
    if (err && err != TH_ENOENT) add_note(r, why.err ? why.text : th_err_text(err), "");
}

/* FNV-1a of a file of the project as 16 digits; false when it cannot be read. */
static bool hash_of(const th_project *p, const char *name, char hash[24])
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (th_project_path(p, name, path, NULL) || !th_file_exists(path) || th_file_read(path, 0, &bytes, &n, NULL))
        return false;
    th_text_fmt(hash, 24, "%016llx", (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){bytes, n}));
    free(bytes);
    return true;
}

/* Figures of an earlier model must not stand beside a new one unnoticed: each file holds as "model" the
 * FNV-1a of the model that it was made from. */
static void check_age(th_report *r)
{
    static const struct {
        th_report_file file;
        const char *model, *text;
    } made[] = {
        {TH_R_TEST, TH_FILE_FLOAT,
         "The test figures are those of an earlier model. Make them again with: thimble test"},
        {TH_R_STREAM, TH_FILE_INT8,
         "The figures of the long recording are those of an earlier model or other settings. Make them again with: "
         "thimble test --stream FILE.wav"},
        {TH_R_EMULATE, TH_FILE_INT8,
         "The figures of the board are those of an earlier model or other settings. Make them again with: thimble "
         "emulate"},
        {TH_R_LIGHT, TH_FILE_INT8,
         "The figures in other light are those of an earlier model. Make them again with: thimble test --light"},
        {TH_R_CURVE, TH_FILE_INT8,
         "The curve of false alarms is that of an earlier model or other settings. Make it again with: thimble test "
         "--curve"},
    };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char hash[24];
        if (hash_of(r->project, made[i].model, hash) &&
            strcmp(th_json_str(r->file[made[i].file], "model", hash), hash) != 0)
            add_note(r, made[i].text, "");
    }
}

/* The folder's own name, also when the project is "." or ends with a slash. */
static void set_name(th_report *r)
{
    char dir[TH_PATH_BYTES];
    snprintf(dir, sizeof dir, "%s", r->project->dir);
    if (strcmp(dir, ".") == 0 && th_dir_current(dir, NULL)) return;
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') dir[--n] = '\0';
    const char *slash = strrchr(dir, '/'), *name = slash ? slash + 1 : dir;
    if (strcmp(name, "..") != 0) snprintf(r->name, sizeof r->name, "%.*s", (int)sizeof r->name - 1, name);
}

th_err th_report_load(const th_project *project, th_report *r, th_why *why)
{
    *r = (th_report){.project = project};
    set_name(r);
    static const struct {
        const char *name, *verb;
    } files[TH_R_FILES] = {
        [TH_R_HISTORY] = {TH_FILE_HISTORY, "train"},
        [TH_R_TEST] = {TH_FILE_TEST, "test"},
        [TH_R_STREAM] = {TH_FILE_STREAM, "test --stream FILE.wav"},
        [TH_R_LIGHT] = {TH_FILE_LIGHT, "test --light"},
        [TH_R_QUANTIZE] = {TH_FILE_QUANTIZE, "quantize"},
        [TH_R_EMULATE] = {TH_FILE_EMULATE, "emulate"},
        [TH_R_CURVE] = {TH_FILE_CURVE, "test --curve"},
        [TH_R_VERSUS] = {TH_FILE_VERSUS, "compare"},
    };
    for (int i = 0; i < TH_R_FILES; i++) TH_TRY(load_json(r, (th_report_file)i, files[i].name, files[i].verb));
    load_model(r);
    load_runs(r);
    check_age(r);
    th_why own = {0};
    const th_err err = th_dataset_load(project, &r->data, &own);
    if (err == TH_ENOMEM) return th_why_set(why, err, "out of memory");
    if (err) {
        r->data = NULL;
        add_note(r, own.err ? own.text : th_err_text(err), "");
    }
    return TH_OK;
}

void th_report_free(th_report *r)
{
    for (int i = 0; i < TH_R_FILES; i++) json_decref(r->file[i]);
    for (int32_t i = 0; i < r->n_runs; i++) th_run_full_free(&r->runs[i]);
    th_runs_free(&r->list);
    th_plan_free(r->plan);
    th_model_free(r->model);
    th_dataset_free(r->data);
    *r = (th_report){0};
}

void th_report_see(th_html *h, const char *markup)
{
    th_html_put(h, "<p class=\"see\"><b>What to see.</b> ");
    th_html_put(h, markup);
    th_html_put(h, "</p>\n");
}

void th_report_key(th_html *h, const char *const (*pairs)[2], int n)
{
    th_html_put(h, "<ul class=\"key\">");
    for (int i = 0; i < n; i++) th_html_fmt(h, "<li><i class=\"k-%s\"></i>%s</li>", pairs[i][0], pairs[i][1]);
    th_html_put(h, "</ul>\n");
}

void th_report_op(th_html *h, const char *op)
{
    char text[64];
    size_t n = 0;
    for (; n < sizeof text - 1 && op[n]; n++)
        text[n] = (char)(op[n] == '_' ? ' ' : op[n] >= 'A' && op[n] <= 'Z' ? op[n] - 'A' + 'a' : op[n]);
    text[n] = '\0';
    th_html_text(h, text);
}

const char *th_report_size(double bytes, char buf[32])
{
    if (bytes < 0.0)
        snprintf(buf, 32, "-");
    else if (bytes < 1024.0)
        snprintf(buf, 32, "%.0f bytes", bytes);
    else
        snprintf(buf, 32, "%.1f KB", bytes / 1024.0);
    return buf;
}

static const char *project_name(const th_report *r)
{
    return *r->name ? r->name : "this project";
}

static void write_head(th_html *h, const th_report *r)
{
    th_html_put(h, "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                   "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
    th_html_text(h, project_name(r));
    th_html_put(h, " - Thimble report</title>\n<style>\n");
    for (const char *const *line = th_report_style; *line; line++) th_html_put(h, *line);
    th_html_put(h,
                "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the figures</a>\n<header>\n<h1>");
    th_html_name(h, project_name(r));
    th_html_put(h, "</h1>\n<p class=\"lead\">A small neural network that ");
    th_html_put(h, th_report_task(r)->input == TH_IN_SOUND ? "listens for " : th_report_task(r)->what);
    int n = 0;
    if (th_report_task(r)->input != TH_IN_SOUND && r->project->n_labels) th_html_put(h, ": ");
    for (int32_t i = 0; i < r->project->n_labels; i++) {
        const char *label = r->project->labels[i];
        if (strcmp(label, TH_LABEL_UNKNOWN) == 0 || strcmp(label, TH_LABEL_SILENCE) == 0) continue;
        if (n++) th_html_put(h, ", ");
        th_html_put(h, "\xe2\x80\x9c");
        th_html_name(h, label);
        th_html_put(h, "\xe2\x80\x9d");
    }
    th_html_put(h, ". This page shows what it learned, how good it is, and what it costs on a small board.</p>\n"
                   "<nav aria-label=\"Sections\"><ul>");
    for (size_t i = 0; i < N_SECTIONS; i++)
        if (fits(sections[i], r))
            th_html_fmt(h, "<li><a href=\"#%s\">%s</a></li>", sections[i]->id, sections[i]->title);
    th_html_put(h, "</ul></nav>\n</header>\n<main id=\"main\">\n");
}

static void write_notes(th_html *h, const th_report *r)
{
    if (!r->notes[0]) return;
    th_html_put(h, "<p class=\"todo\" role=\"note\"><b class=\"warn\">Please note.</b> ");
    for (const char *p = r->notes; *p;) {
        char line[sizeof r->notes];
        const size_t n = strcspn(p, "\n");
        memcpy(line, p, n);
        line[n] = '\0';
        th_html_text(h, line);
        p += n;
        if (*p == '\n' && p++) th_html_put(h, "<br/>");
    }
    th_html_put(h, "</p>\n");
}

static void write_section(th_html *h, const th_section *s, const th_report *r)
{
    th_html_fmt(h, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n", s->id, s->id,
                s->id, s->title);
    if (!s->ready || s->ready(r))
        s->write(h, r);
    else
        th_html_fmt(h, "<p class=\"todo\">Nothing here yet. Run <code>%s</code> to see %s.</p>\n", s->needs, s->what);
    th_html_put(h, "</section>\n");
}

th_err th_report_page(const th_report *r, th_html *h, th_why *why)
{
    write_head(h, r);
    write_notes(h, r);
    th_report_headline(h, r);
    for (size_t i = 0; i < N_SECTIONS; i++)
        if (fits(sections[i], r)) write_section(h, sections[i], r);
    th_html_put(h, "</main>\n<footer><p>Made by <code>thimble report</code>. This file needs nothing beside it: "
                   "it can be mailed, printed and read offline. ");
    if (th_report_task(r)->input == TH_IN_SOUND)
        th_html_put(h, "The sound clips inside it are recordings of people; ask them before you pass it on.");
    th_html_put(h, "</p></footer>\n</body>\n</html>\n");
    return h->failed ? th_why_set(why, TH_ENOMEM, "out of memory while writing the report") : TH_OK;
}

th_err th_report_write(const th_report *r, char path[TH_PATH_BYTES], th_why *why)
{
    TH_TRY(th_project_path(r->project, TH_FILE_REPORT, path, why));
    th_html h = {0};
    th_err err = th_report_page(r, &h, why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)h.text, h.n}, why);
    th_html_free(&h);
    return err;
}
