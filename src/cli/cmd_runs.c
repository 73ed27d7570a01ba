/* thimble runs: what was trained in a project, from what, how well. */
#include "cli/cmd.h"
#include "cli/runs_print.h"
#include "cli/table.h"
#include "os/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All runs of a project that are looked at. */
typedef struct view {
    th_project project;
    th_store *store;
    th_run_list list;
    th_run_full *full; /* [n] */
    size_t n;
} view;

static th_err no_runs(const char *dir, th_why *why)
{
    return th_why_set(why, TH_ENOENT, "there are no runs in %s yet. Make one with: thimble train", dir);
}

static th_err open_project(view *v, const char *dir, bool writes, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_load(dir, &v->project, why));
    TH_TRY(th_project_path(&v->project, TH_FILE_STORE, path, why));
    if (!th_file_exists(path)) return no_runs(dir, why);
    TH_TRY(th_store_open(path, writes, &v->store, why));
    TH_TRY(th_runs_all(v->store, &v->list, why));
    return v->list.n ? TH_OK : no_runs(dir, why);
}

static void close_project(view *v)
{
    for (size_t i = 0; i < v->n; i++) th_run_full_free(&v->full[i]);
    free(v->full);
    th_runs_free(&v->list);
    th_store_close(v->store);
    free(v);
}

/* A run that stands as running, while no training holds the project's lock, was killed. */
static bool is_training(const view *v)
{
    char path[TH_PATH_BYTES];
    return th_project_path(&v->project, TH_FILE_TRAIN_LOCK, path, NULL) == TH_OK && th_lock_is_held(path);
}

static th_err load(view *v, const th_run *const *runs, size_t n, th_why *why)
{
    v->full = calloc(n + 1, sizeof *v->full);
    if (!v->full) return th_why_set(why, TH_ENOMEM, "out of memory for the runs");
    for (; v->n < n; v->n++) TH_TRY(th_run_full_load(v->store, runs[v->n], &v->full[v->n], why));
    return TH_OK;
}

static th_err find(const view *v, const char *word, const th_run **run, th_why *why)
{
    *run = th_runs_find(&v->list, word);
    if (*run) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no run \"%s\". thimble runs %s lists them", word, v->project.dir);
}

/* How a verb prints what it loaded. */
typedef th_err print_fn(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);

static th_err print(const th_args *a, view *v, print_fn *table, bool with_epochs, th_why *why)
{
    const th_runs_print p = {.training = is_training(v), .with_epochs = with_epochs};
    if (th_arg_on(a, "json") && th_arg_on(a, "csv"))
        return th_why_set(why, TH_EUSAGE, "--json and --csv: one of them at a time");
    if (th_arg_on(a, "json")) return th_runs_json(&p, v->full, v->n, why);
    if (th_arg_on(a, "csv")) return th_runs_csv(&p, v->full, v->n, why);
    return table(&p, v->full, v->n, why);
}

static th_err list(const th_args *a, view *v, th_why *why)
{
    TH_TRY(open_project(v, th_word(a, 0, "."), false, why));
    const th_run **runs = calloc(v->list.n + 1, sizeof *runs);
    if (!runs) return th_why_set(why, TH_ENOMEM, "out of memory for the runs");
    for (size_t i = 0; i < v->list.n; i++) runs[i] = &v->list.run[i];
    th_err err = load(v, runs, v->list.n, why);
    if (!err) err = print(a, v, th_runs_table, false, why);
    free(runs);
    return err;
}

/* `show` and `compare`: the runs that are named. */
static th_err named(const th_args *a, view *v, print_fn *table, th_why *why)
{
    const th_run *runs[TH_COMPARE_RUNS];
    const char *dir = th_arg(a, "project");
    TH_TRY(open_project(v, dir ? dir : ".", false, why));
    for (int i = 0; i < a->n_words; i++) TH_TRY(find(v, a->word[i], &runs[i], why));
    TH_TRY(load(v, runs, (size_t)a->n_words, why));
    return print(a, v, table, true, why);
}

static th_err show(const th_args *a, view *v, th_why *why)
{
    return named(a, v, th_runs_show, why);
}

static th_err compare(const th_args *a, view *v, th_why *why)
{
    return named(a, v, th_runs_compare, why);
}

static th_err rename_run(const th_args *a, view *v, th_why *why)
{
    const th_run *run;
    const char *dir = th_arg(a, "project");
    TH_TRY(open_project(v, dir ? dir : ".", true, why));
    TH_TRY(find(v, a->word[0], &run, why));
    TH_TRY(th_runs_name(v->store, run->id, a->word[1], why));
    printf("run %lld is now called %s\n", (long long)run->id, a->word[1]);
    return TH_OK;
}

static th_err delete (const th_args *a, view *v, th_why *why)
{
    const char *dir = th_arg(a, "project");
    TH_TRY(open_project(v, dir ? dir : ".", true, why));
    for (int i = 0; i < a->n_words; i++) {
        const th_run *run;
        TH_TRY(find(v, a->word[i], &run, why));
        if (strcmp(run->state, "running") == 0 && is_training(v))
            return th_why_set(why, TH_EUSAGE, "run %lld is running; stop it first", (long long)run->id);
    }
    for (int i = 0; i < a->n_words; i++) {
        const th_run *run;
        TH_TRY(find(v, a->word[i], &run, why));
        TH_TRY(th_runs_delete(v->store, run->id, why));
        printf("run %lld is deleted; models and clips stay\n", (long long)run->id);
    }
    return TH_OK;
}

static th_err with_view(const th_args *a, th_err (*verb)(const th_args *a, view *v, th_why *why), th_why *why)
{
    view *v = calloc(1, sizeof *v);
    if (!v) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = verb(a, v, why);
    close_project(v);
    return err;
}

static th_err run_list(const th_args *a, th_why *why)
{
    return with_view(a, list, why);
}

static th_err run_show(const th_args *a, th_why *why)
{
    return with_view(a, show, why);
}

static th_err run_compare(const th_args *a, th_why *why)
{
    return with_view(a, compare, why);
}

static th_err run_name(const th_args *a, th_why *why)
{
    return with_view(a, rename_run, why);
}

static th_err run_delete(const th_args *a, th_why *why)
{
    return with_view(a, delete, why);
}

#define JSON_AND_CSV                                                                                                   \
    {"json", NULL, NULL, "everything as one JSON object"},                                                             \
    {                                                                                                                  \
        "csv", NULL, NULL, "the same as a table for a spreadsheet"                                                     \
    }

static const th_opt list_opts[] = {JSON_AND_CSV, {0}};
static const th_opt named_opts[] = {{"project", "DIR", ".", "the project"}, JSON_AND_CSV, {0}};
static const th_opt change_opts[] = {{"project", "DIR", ".", "the project"}, {0}};

const th_cmd th_cmd_runs = {
    .name = "runs",
    .words = "[PROJECT]",
    .summary = "what was trained: options, data, code, curves, results",
    .detail = "Every training of a project stands in its thimble.db, with a number and, if you like, a name.\n\n"
              "  thimble runs                     all of them, one a line\n"
              "  thimble runs show 3              one: what made it, and its epochs\n"
              "  thimble runs compare 3 best      where they differ, and who is better\n"
              "  thimble runs --csv >runs.csv     for a spreadsheet",
    .opts = list_opts,
    .max_words = 1,
    .run = run_list,
};

const th_cmd th_cmd_runs_show = {
    .name = "runs show",
    .words = "RUN",
    .summary = "one run: what made it, and its epochs",
    .opts = named_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};

const th_cmd th_cmd_runs_compare = {
    .name = "runs compare",
    .words = "RUN RUN..",
    .summary = "in what runs differ, and how well they did",
    .detail = "  thimble runs compare 1 2 --csv    the curves: a line per run, epoch and figure",
    .opts = named_opts,
    .min_words = 2,
    .max_words = TH_COMPARE_RUNS,
    .run = run_compare,
};

const th_cmd th_cmd_runs_name = {
    .name = "runs name",
    .words = "RUN NAME",
    .summary = "give a run a name",
    .opts = change_opts,
    .min_words = 2,
    .max_words = 2,
    .run = run_name,
};

const th_cmd th_cmd_runs_delete = {
    .name = "runs delete",
    .words = "RUN..",
    .summary = "forget runs; models and clips stay",
    .opts = change_opts,
    .min_words = 1,
    .max_words = TH_COMPARE_RUNS,
    .run = run_delete,
};
