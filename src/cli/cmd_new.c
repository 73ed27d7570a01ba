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
    TH_TRY(th_preset_make(name, text, &preset, why));
    snprintf(p->preset, sizeof p->preset, "%s", name);
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    const char *dir = th_word(a, 0, ""), *task = th_arg(a, "task"), *labels = th_arg(a, "labels");
    char **list;
    int n;
    static th_project p;
    TH_TRY(th_list_split(labels ? labels : "yes,no", &list, &n, why));
    th_err err = th_project_defaults(task ? task : "keyword", (const char *const *)list, n, &p, why);
    th_list_free(list, n);
    if (!err) err = set_preset(&p, th_arg(a, "preset"), why);
    if (!err) err = th_project_create(&p, dir, why);
    if (err) return err;
    printf("%s is a project now; its settings are in %s/%s. Next:\n"
           "  thimble data import FOLDER --project %s    recordings of your own, a folder per word\n"
           "  thimble data synth --project %s            or synthetic voices, to try things out\n"
           "  thimble train %s\n",
           dir, dir, TH_FILE_INI, dir, dir, dir);
    return TH_OK;
}

static const th_opt opts[] = {
    {"task", "TASK", "keyword", "what the device does: keyword (hears words)"},
    {"labels", "A,B,..", "yes,no", "the words to hear; unknown and silence are added"},
    {"preset", "NAME", "ds-cnn-s", "the network; all of them: thimble model --list"},
    {0},
};

const th_cmd th_cmd_new = {
    .name = "new",
    .words = "DIR",
    .summary = "make a project folder",
    .detail = "Example:\n  thimble new lights --task keyword --labels on,off",
    .opts = opts,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
