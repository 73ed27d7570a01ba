/* thimble data import. */
#include "cli/table.h"
#include "cli/unpacked.h"
#include "base/text.h"
#include "data/import.h"
#include "data/task_import.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("import", part);
}

/* --labels become the project's labels; clips that are here already find their new label by their word. */
static th_err take_labels(const char *labels, th_project *p, th_why *why)
{
    char **list;
    int n;
    if (!labels) return TH_OK;
    TH_TRY(th_list_split(labels, &list, &n, why));
    const th_err err = th_project_set_labels(p, (const char *const *)list, n, why);
    th_list_free(list, n);
    return err;
}

#define SHOWN_PROBLEMS 20

static void print_import(const th_import_report *r, const char *src)
{
    const th_found_list *l = r->found;
    fprintf(stderr, "%s: %s; %zu recordings, %zu speakers known\n", src, l->layout ? l->layout : "recordings", l->n,
            r->n_speakers);
    for (size_t i = 0; i < l->n_problems && i < SHOWN_PROBLEMS; i++) fprintf(stderr, "  %s\n", l->problem[i]);
    if (l->n_problems > SHOWN_PROBLEMS) fprintf(stderr, "  ... and %zu more\n", l->n_problems - SHOWN_PROBLEMS);
    if (!r->has_lists && !r->by_speaker && strcmp(l->layout, "Free Spoken Digit") != 0)
        fprintf(stderr,
                "  The speakers are not known, or fewer than %d: single clips were divided into train, val and test, "
                "so the same voice\n"
                "  may be on both sides and the test looks better than the device will be. A folder per speaker inside "
                "each label\n"
                "  (LABEL/SPEAKER/FILE.wav) tells thimble who speaks.\n",
                TH_MIN_SPEAKERS);
    printf("%zu clips imported, %zu were here already, %zu duplicates skipped, %zu refused, %zu left out by "
           "--per-label\n\n",
           r->added, r->already, r->duplicates, r->refused, r->left_out);
}

static json_t *import_json(const th_import_report *r)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < r->found->n_problems; i++)
        json_array_append_new(problems, json_string(r->found->problem[i]));
    return json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:b,s:o}", "layout", r->found->layout ? r->found->layout : "",
                     "imported", (json_int_t)r->added, "already", (json_int_t)r->already, "duplicates",
                     (json_int_t)r->duplicates, "refused", (json_int_t)r->refused, "left_out", (json_int_t)r->left_out,
                     "by_speaker", r->has_lists || r->by_speaker, "problems", problems);
}

static th_err import_into(const th_args *a, const char *src, const th_project *p, th_dataset *set, th_why *why)
{
    int64_t per_label, seed;
    TH_TRY(th_arg_int(a, "per-label", 1, 1000000, 0, &per_label, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    const th_import_cfg cfg = {.per_label = (int32_t)per_label,
                               .hmac_key = th_arg(a, "hmac-key"),
                               .split = {.val = 0.1, .test = 0.1, .seed = (uint64_t)seed},
                               .progress = on_progress};
    th_import_report r;
    th_tally t;
    TH_TRY(th_import(p, set, src, &cfg, &r, why));
    th_err err = th_tally_make(p, set, &t, why);
    if (!err && th_arg(a, "labels")) err = th_project_save_labels(p, why);
    if (!err) {
        print_import(&r, src);
        th_tally_print(p, &t);
        if (th_arg_on(a, "json")) err = th_tally_print_json(p, &t, import_json(&r), why);
    }
    if (!err && r.added + r.already + r.duplicates == 0)
        err = th_why_set(why, TH_EFORMAT, "none of the %zu recordings could be used; the first: %s", r.found->n,
                         r.found->n_problems ? r.found->problem[0] : "?");
    th_source_free(r.found);
    return err;
}

/* Projects of other things than sounds. */
static th_err import_task(const th_args *a, const char *src, th_project *p, th_dataset *set, th_why *why)
{
    int64_t seed;
    th_task_import_report r;
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    if (th_arg(a, "per-label")) return th_why_set(why, TH_EUSAGE, "--per-label is for sounds");
    const th_task_import_cfg cfg = {.device = th_arg(a, "device"),
                                    .hmac_key = th_arg(a, "hmac-key"),
                                    .split = {.val = 0.15, .test = 0.15, .seed = (uint64_t)seed}};
    TH_TRY(th_task_import(p, set, src, &cfg, &r, why));
    if (th_arg(a, "labels") && !r.new_labels) TH_TRY(th_project_save_labels(p, why));
    fprintf(stderr, "%s: %s\n", src, r.layout);
    if (r.bad) fprintf(stderr, "note: %zu files could not be used; the first: %s\n", r.bad, r.problem);
    if (r.new_settings) fprintf(stderr, "note: %s/%s has settings now that suit this data\n", p->dir, TH_FILE_INI);
    if (r.new_labels)
        fprintf(stderr, "note: %s/%s has the %d labels of the data now\n", p->dir, TH_FILE_INI, p->n_labels);
    printf("%zu imported, %zu were here already\n", r.added, r.already);
    size_t n[TH_N_SPLITS] = {0};
    for (size_t i = 0; i < set->n; i++) n[set->samples[i].split]++;
    printf("all: %zu to train, %zu to watch the training (val), %zu to test\nnext: thimble train %s\n", n[TH_TRAIN],
           n[TH_VAL], n[TH_TEST], p->dir);
    if (!th_arg_on(a, "json")) return TH_OK;
    return th_json_print(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I}", "layout", r.layout, "imported", (json_int_t)r.added,
                                   "already", (json_int_t)r.already, "unreadable", (json_int_t)r.bad, "train",
                                   (json_int_t)n[TH_TRAIN], "val", (json_int_t)n[TH_VAL], "test",
                                   (json_int_t)n[TH_TEST]),
                         why);
}

static th_err import_from(const th_args *a, const char *src, th_why *why)
{
    static th_project p;
    th_dataset *set;
    int lock;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(take_labels(th_arg(a, "labels"), &p, why));
    const bool sound = th_project_task(&p)->input == TH_IN_SOUND;
    if (sound && th_arg(a, "device"))
        return th_why_set(why, TH_EUSAGE, "--device is for data that several devices recorded");
    TH_TRY(th_data_lock(&p, &lock, why));
    th_err err = th_dataset_load(&p, &set, why);
    if (!err) err = sound ? import_into(a, src, &p, set, why) : import_task(a, src, &p, set, why);
    th_dataset_free(set);
    th_lock_release(lock);
    return err;
}

static th_err run_import(const th_args *a, th_why *why)
{
    th_unpacked src;
    th_interrupt_catch();
    th_err err = th_unpacked_open(th_word(a, 0, "."), &src, why);
    if (!err) err = import_from(a, src.path, why);
    th_unpacked_close(&src);
    return err;
}

static const th_opt import_opts[] = {
    {"project", "DIR", ".", "the project"},
    {"labels", "A,B,..", NULL, "the words to hear; written into thimble.ini"},
    {"per-label", "N", NULL, "at most N training clips of each label, from as many speakers as possible"},
    {"device", "NAME", "all", "of a sensor's data that several devices recorded: phone, watch"},
    {"hmac-key", "KEY", NULL, "take Edge Impulse recordings only when they are signed with this key"},
    {"seed", "N", "1", "decides the division where the source brings no lists, and --per-label"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_import = {
    .name = "data import",
    .words = "SRC",
    .summary = "bring recordings, rows of a sensor, pictures or strokes into the project",
    .detail =
        "SRC has a folder per label (LABEL/FILE.wav or LABEL/SPEAKER/FILE.wav; WAV, FLAC, OGG, MP3 at any rate), or "
        "is\n"
        "Speech Commands, Free Spoken Digit, arabic-speech-commands or Edge Impulse's. Words that are no label\n"
        "become \"unknown\"; other tasks read signals, strokes and pictures (docs/data.md). A .zip is unpacked first.\n"
        "_background_noise_ becomes \"silence\". Run it again at any time: what is here already is skipped.\n\n"
        "Examples:\n  thimble data import ~/recordings --labels on,off\n  thimble data import speech_commands "
        "--project lights",
    .opts = import_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_import,
};
