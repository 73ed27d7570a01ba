/* thimble data list, split. */
#include "cli/data_filter.h"
#include "data/describe.h"
#include "data/divide.h"
#include "report/table.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- list ---------------------------------------------------------------------------------- */

/* The samples that are asked for; the rest is taken out of the set. */
static th_err keep_only(th_dataset *set, const th_filter *f, th_why *why)
{
    const size_t n = set->n;
    bool *gone = calloc(n + 1, sizeof *gone);
    if (!gone) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) gone[i] = !th_filter_takes(f, &set->samples[i]);
    th_dataset_remove(set, gone, n);
    free(gone);
    return TH_OK;
}

static th_err print_samples(const th_dataset *set, th_why *why)
{
    static const char *const heads[] = {"name", "label", "split", "subject", "kind", "length", "hash"};
    const int columns = (int)(sizeof heads / sizeof heads[0]);
    th_table t = th_table_make(columns);
    for (int i = 0; i < columns; i++) th_table_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        th_table_cell(&t, "%s", s->name);
        th_table_cell(&t, "%s%s%s", s->label, *s->labels ? "," : "", s->labels);
        th_table_cell(&t, "%s", th_split_name(s->split));
        th_table_cell(&t, "%s", *s->subject ? s->subject : "-");
        th_table_cell(&t, "%s", th_sample_kind_name(s->kind));
        if (s->kind == TH_PICTURE)
            th_table_cell(&t, "%dx%d", (int)s->width, (int)s->height);
        else if (s->rate_hz > 0)
            th_table_cell(&t, "%.2f s", s->n_rows / s->rate_hz);
        else
            th_table_cell(&t, "%d rows", (int)s->n_rows);
        th_table_cell(&t, "%.12s", s->hash);
    }
    th_table_print(&t, stdout, th_stdout_is_terminal());
    const bool failed = t.failed;
    th_table_free(&t);
    printf("\n%zu samples\n", set->n);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err list(const th_args *a, const th_project *p, th_dataset *set, th_why *why)
{
    th_filter f;
    th_tally t;
    TH_TRY(th_filter_read(a, &f, why));
    const bool single = !f.any || th_arg_on(a, "samples");
    const size_t n_all = set->n;
    TH_TRY(keep_only(set, &f, why));
    TH_TRY(th_tally_make(p, set, &t, why));
    if (single)
        TH_TRY(print_samples(set, why));
    else
        th_tally_print(p, &t);
    if (n_all == 0) puts("\nNo data yet: thimble data import FOLDER, or thimble data synth");
    if (!th_arg_on(a, "json")) return TH_OK;
    json_t *extra = json_pack("{s:I}", "n", (json_int_t)set->n), *rows = single ? json_array() : NULL;
    for (size_t i = 0; rows && i < set->n; i++) json_array_append_new(rows, th_sample_json(&set->samples[i]));
    if (rows) json_object_set_new(extra, "samples", rows);
    return th_tally_print_json(p, &t, extra, why);
}

static th_err run_list(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    const th_err err = list(a, &p, set, why);
    th_dataset_free(set);
    return err;
}

static const th_opt list_opts[] = {
    {"project", "DIR", ".", "the project"},
    TH_FILTER_OPTIONS,
    {"samples", NULL, NULL, "every sample, also when nothing is asked for"},
    {"json", NULL, NULL, "end with one line of JSON, with all that is known of each sample that is listed"},
    {0},
};

const th_cmd th_cmd_data_list = {
    .name = "data list",
    .words = "",
    .summary = "count the samples by label and split, or list some of them",
    .detail = "  thimble data list --label yes --split test --subject \"\"",
    .opts = list_opts,
    .run = run_list,
};

/* ---- split --------------------------------------------------------------------------------- */

static void say_how(const th_divided *done)
{
    switch (done->by) {
    case TH_BY_SUBJECT: puts("Divided by speaker: nobody is on two sides.\n"); break;
    case TH_BY_GROUP: puts("Divided by group: none is on two sides.\n"); break;
    case TH_BY_TIME:
        printf("Divided by time: %zu long recordings were cut, their last part tests.\n\n", done->cut);
        break;
    case TH_BY_BEST:
    case TH_BY_SAMPLE:
    case TH_N_DIVIDE: puts("Divided by clip: the speakers are not known, or too few.\n"); break;
    }
}

/* A window, so that no two of them on different sides share a row. */
static double window_s(const th_project *p)
{
    return (th_project_task(p)->input == TH_IN_SIGNAL ? p->recipe.window_ms : p->clip_ms) / 1000.0;
}

static th_err split_project(const th_args *a, const th_project *p, th_dataset *set, th_why *why)
{
    double val, test, gap;
    int64_t seed;
    th_divided done;
    th_tally t;
    th_divide_cfg cfg = {.by = TH_BY_BEST};
    TH_TRY(th_arg_float(a, "val", 0, 40, 10, &val, why));
    TH_TRY(th_arg_float(a, "test", 0, 40, 10, &test, why));
    TH_TRY(th_arg_float(a, "gap", 0, 3600, window_s(p), &gap, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    if (th_arg(a, "by") && !th_divide_find(th_arg(a, "by"), &cfg.by))
        return th_why_set(why, TH_EUSAGE, "--by takes best, subject, group, time or sample, not \"%s\"",
                          th_arg(a, "by"));
    if (set->n == 0)
        return th_why_set(why, TH_ENOENT,
                          "there is nothing to divide. First: thimble data import FOLDER, or thimble data synth");
    cfg.split = (th_split_cfg){.val = val / 100, .test = test / 100, .seed = (uint64_t)seed};
    cfg.gap_s = gap;
    TH_TRY(th_dataset_divide(set, &cfg, &done, why));
    TH_TRY(th_dataset_save(p, set, why));
    TH_TRY(th_tally_make(p, set, &t, why));
    say_how(&done);
    if (done.twins)
        printf("%zu contents are on two sides, because people who are on different ones share them. thimble data check "
               "names them,\nthimble data remove takes them out.\n\n",
               done.twins);
    th_tally_print(p, &t);
    if (!th_arg_on(a, "json")) return TH_OK;
    return th_tally_print_json(p, &t,
                               json_pack("{s:b,s:s,s:I,s:I}", "by_speaker", done.by == TH_BY_SUBJECT, "by",
                                         th_divide_name(done.by), "units", (json_int_t)done.units, "cut",
                                         (json_int_t)done.cut),
                               why);
}

static th_err run_split(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    const th_err err = split_project(a, &p, set, why);
    th_dataset_free(set);
    return err;
}

static const th_opt split_opts[] = {
    {"project", "DIR", ".", "the project"},
    {"by", "WHAT", "best", "what stays on one side: subject, group, time, sample; best: the first that is known"},
    {"val", "P", "10", "percent of the data that chooses the best epoch"},
    {"test", "P", "10", "percent that only tests"},
    {"gap", "S", "a window", "with --by time: seconds left out between two parts of a recording"},
    {"seed", "N", "1", "another number, another division"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_split = {
    .name = "data split",
    .words = "",
    .summary = "divide the data anew into train, val and test, by subject",
    .detail =
        "Subjects (who speaks, moves), groups (a machine, an experiment) and equal content are never on two sides. By\n"
        "time, a long recording is cut in three, and its last part tests. This replaces the division that a data set\n"
        "brought along; thimble data checkout takes it back.",
    .opts = split_opts,
    .run = run_split,
};
