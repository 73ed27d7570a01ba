/* thimble new: a project folder with a thimble.ini that explains itself. */
#include "cli/cmd.h"
#include "data/project.h"
#include "model/spec.h"

#include <stdio.h>
#include <string.h>

static th_err set_preset(th_project *p, const char *name, th_why *why)
{
    if (!name) return TH_OK;
    char text[TH_PRESET_BYTES];
    th_preset preset;
    if (!th_task_learner(th_project_task(p), name)) TH_TRY(th_preset_make(name, text, &preset, why));
    snprintf(p->preset, sizeof p->preset, "%s", name);
    return TH_OK;
}

/* The folder's name for each %s. */
static void print_next(const char *text, const char *dir)
{
    for (const char *at; (at = strstr(text, "%s")); text = at + 2) printf("%.*s%s", (int)(at - text), text, dir);
    fputs(text, stdout);
}

static th_err run(const th_args *a, th_why *why)
{
    const char *dir = th_word(a, 0, ""), *task = th_arg(a, "task"), *labels = th_arg(a, "labels");
    char **list;
    int n;
    static th_project p;
    const th_task *row = th_task_find(task ? task : "keyword");
    TH_TRY(th_list_split(labels ? labels : row ? row->labels : "", &list, &n, why));
    th_err err = th_project_defaults(task ? task : "keyword", (const char *const *)list, n, &p, why);
    if (!err && labels && row->output == TH_OUT_VALUES)
        err = th_why_set(why, TH_EUSAGE, "task %s has no labels: leave out --labels", row->name);
    th_list_free(list, n);
    if (!err) err = set_preset(&p, th_arg(a, "preset"), why);
    if (!err) err = th_project_create(&p, dir, why);
    if (err) return err;
    printf("%s is a project now; its settings are in %s/%s. Next:\n", dir, dir, TH_FILE_INI);
    print_next(row->next, dir);
    return TH_OK;
}

static const th_opt opts[] = {
    {"task", "TASK", "keyword", "what the device does: keyword, image, activity, gesture, anomaly or sine"},
    {"labels", "A,B,..", "yes,no", "keyword: words to hear (unknown and silence come with them); others: by the data"},
    {"preset", "NAME", "by task", "the network; all of them: thimble model --list"},
    {0},
};

const th_cmd th_cmd_new = {
    .name = "new",
    .words = "DIR",
    .summary = "make a project folder",
    .detail = "  thimble new lights --task keyword --labels on,off    hears words\n"
              "  thimble new hello --task sine                        needs no data: train it at once\n"
              "  thimble new steps --task activity                    a sensor; image, gesture, anomaly likewise\n\n"
              "docs/tasks.md shows each task from its data to the test.",
    .opts = opts,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
