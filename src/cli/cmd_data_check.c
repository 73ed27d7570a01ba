/* thimble data check: findings, each with what to do. */
#include "cli/table.h"
#include "data/lint.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("check", part);
}

static void print_finding(th_lint_kind kind, const th_finding *f)
{
    printf("%s: %s", th_lint_is_error(kind) ? "error" : "warning", th_lint_what(kind));
    if (f->count > 1) printf(" (%zu)", f->count);
    puts("");
    for (size_t i = 0; i < f->count && i < TH_LINT_EXAMPLES; i++) printf("    %s\n", f->example[i]);
    if (f->count > TH_LINT_EXAMPLES) printf("    ... and %zu more\n", f->count - TH_LINT_EXAMPLES);
    printf("  %s\n\n", th_lint_todo(kind));
}

static json_t *finding_json(th_lint_kind kind, const th_finding *f)
{
    json_t *examples = json_array();
    for (size_t i = 0; i < f->count && i < TH_LINT_EXAMPLES; i++)
        json_array_append_new(examples, json_stringn_nocheck(f->example[i], strlen(f->example[i])));
    return json_pack("{s:s,s:s,s:I,s:s,s:s,s:o}", "kind", th_lint_name(kind), "severity",
                     th_lint_is_error(kind) ? "error" : "warning", "count", (json_int_t)f->count, "what",
                     th_lint_what(kind), "todo", th_lint_todo(kind), "examples", examples);
}

static th_err report(const th_args *a, const th_dataset *set, const th_lint_report *r, th_why *why)
{
    json_t *list = json_array();
    for (int i = 0; i < TH_N_LINTS; i++) {
        if (!r->finding[i].count) continue;
        print_finding((th_lint_kind)i, &r->finding[i]);
        json_array_append_new(list, finding_json((th_lint_kind)i, &r->finding[i]));
    }
    printf("%zu clips: %zu kinds of errors, %zu of warnings\n", set->n, r->n_errors, r->n_warnings);
    json_t *object = json_pack("{s:I,s:I,s:I,s:o}", "clips", (json_int_t)set->n, "errors", (json_int_t)r->n_errors,
                               "warnings", (json_int_t)r->n_warnings, "findings", list);
    if (th_arg_on(a, "json"))
        TH_TRY(th_json_print(object, why));
    else
        json_decref(object);
    return r->n_errors ? th_why_set(why, TH_EFORMAT, "training makes no sense before the errors are mended") : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    static th_lint_report r;
    th_dataset *set;
    th_interrupt_catch();
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    th_err err = th_lint(&p, set, on_progress, NULL, &r, why);
    if (!err) err = report(a, set, &r, why);
    th_dataset_free(set);
    return err;
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project"}, {"json", NULL, NULL, "end with one line of JSON"}, {0}};

const th_cmd th_cmd_data_check = {
    .name = "data check",
    .words = "",
    .summary = "look for what is wrong with the clips, and say what to do",
    .detail = "Rate, overdrive, silence, duplicates, speakers on both sides of the division, balance, too few clips,\n"
              "missing and damaged files. Exit code 1 when something would spoil the training, 0 for warnings.",
    .opts = opts,
    .run = run,
};
