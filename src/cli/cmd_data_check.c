/* thimble data check: findings, each with what to do. */
#include "check/check.h"
#include "cli/check_mend.h"
#include "cli/table.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

#define SHOWN      5    /* items of a finding on the terminal */
#define MOST_ITEMS 1000 /* in JSON */

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("check", part);
}

static void print_finding(const th_check_row *row, const th_finding *f, size_t shown)
{
    const char *command = NULL;
    printf("%s: %s", th_severity_name(row->severity), row->what);
    if (f->n > 1) printf(" (%zu)", f->n);
    puts("");
    for (size_t i = 0; i < f->n && i < shown; i++) {
        printf("    %s\n", f->item[i].text);
        if (!command && *f->item[i].command) command = f->item[i].command;
    }
    if (f->n > shown) printf("    ... and %zu more\n", f->n - shown);
    printf("  %s\n", row->todo);
    if (command) printf("  %s\n", command);
    puts("");
}

/* ---- JSON ---- */

static json_t *text_json(const char *text)
{
    json_t *t = json_string(text);
    return t ? t : json_stringn_nocheck(text, strlen(text)); /* a text that was cut within a letter */
}

static json_t *item_json(const th_dataset *set, const th_check_item *item)
{
    json_t *samples = json_array();
    for (int i = 0; i < item->n_samples; i++) {
        const th_sample *s = &set->samples[item->sample[i]];
        json_array_append_new(samples,
                              json_pack("{s:s,s:o,s:o,s:s}", "hash", s->hash, "name", text_json(th_sample_shown(s)),
                                        "label", text_json(s->label), "split", th_split_name(s->split)));
    }
    json_t *o = json_pack("{s:o,s:o,s:f,s:o}", "text", text_json(item->text), "command", text_json(item->command),
                          "score", item->score, "samples", samples);
    json_t *mend = th_mend_item(set, item);
    if (mend) json_object_set_new(o, "mend", mend);
    return o;
}

static json_t *finding_json(const th_dataset *set, const th_check_row *row, const th_finding *f)
{
    json_t *items = json_array();
    for (size_t i = 0; i < f->n && i < MOST_ITEMS; i++) json_array_append_new(items, item_json(set, &f->item[i]));
    json_t *o = json_pack("{s:s,s:s,s:I,s:s,s:s,s:o,s:o}", "kind", row->name, "severity",
                          th_severity_name(row->severity), "count", (json_int_t)f->n, "what", row->what, "todo",
                          row->todo, "samples", th_finding_hashes(set, f, MOST_ITEMS), "items", items);
    json_t *mend = th_mend_finding(set, row, f, MOST_ITEMS);
    json_object_set_new(o, mend ? "mend" : "advice", mend ? mend : json_string(row->todo));
    return o;
}

static th_err report(const th_args *a, const th_project *p, const th_dataset *set, const th_check_report *r,
                     th_why *why)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->n; i++) {
        const th_check_row *row = th_check_row_at(i);
        if (!r->finding[i].n) continue;
        print_finding(row, &r->finding[i], th_arg_on(a, "all") ? SIZE_MAX : SHOWN);
        json_array_append_new(list, finding_json(set, row, &r->finding[i]));
    }
    printf("%zu samples: %zu kinds of errors, %zu of warnings\n", set->n, r->n_errors, r->n_warnings);
    json_t *object = json_pack("{s:s,s:I,s:I,s:I,s:o}", "task", p->task, "samples", (json_int_t)set->n, "errors",
                               (json_int_t)r->n_errors, "warnings", (json_int_t)r->n_warnings, "findings", list);
    th_json_keep(p, TH_FILE_CHECK, object);
    if (th_arg_on(a, "json"))
        TH_TRY(th_json_print(object, why));
    else
        json_decref(object);
    return r->n_errors ? th_why_set(why, TH_EFORMAT, "training makes no sense before the errors are mended") : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    th_check_report r;
    int64_t seed;
    th_interrupt_catch();
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    if (a->n_words && th_arg(a, "project") && strcmp(th_arg(a, "project"), ".") != 0)
        return th_why_set(why, TH_EUSAGE, "the project is named twice: %s and --project %s", a->word[0],
                          th_arg(a, "project"));
    TH_TRY(a->n_words ? th_project_load(a->word[0], &p, why) : th_arg_project(a, &p, why));
    if (th_project_task(&p)->input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "task %s makes its data itself: there is nothing to check", p.task);
    TH_TRY(th_dataset_load(&p, &set, why));
    const th_check_cfg cfg = {.seed = (uint64_t)seed, .progress = on_progress};
    th_err err = th_check_run(&p, set, &cfg, &r, why);
    if (!err) err = report(a, &p, set, &r, why);
    th_check_free(&r);
    th_dataset_free(set);
    return err;
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project"},
    {"seed", "N", "1", "of the folds and of the search for twins"},
    {"all", NULL, NULL, "show every item, not the worst five of each finding"},
    {"json", NULL, NULL, "end with one line of JSON: every item with its samples and command"},
    {0}};

const th_cmd th_cmd_data_check = {
    .name = "data check",
    .words = "[PROJECT]",
    .summary = "look for what is wrong with the data, and say what to do",
    .detail =
        "Sounds, signals, strokes, pictures: what is there twice or nearly, leaks between train and test, labels\n"
        "that look wrong, balance, overdriven, silent, blurred, stuck or of a wrong rate, missing and damaged\n"
        "files. Exit code 1 when something would spoil the training, 0 for warnings. docs/data.md has all checks.",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
