/* thimble data synth: data from synthetic voices, and from physics. */
#include "cli/table.h"
#include "data/synth.h"
#include "os/run.h"

#include <stdio.h>

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("synth", part);
}

static th_err synth_into(const th_args *a, th_project *p, th_dataset *set, th_why *why)
{
    int64_t count, seed;
    th_tally t;
    th_synth_report r;
    TH_TRY(th_arg_int(a, th_arg(a, "count") ? "count" : "per-label", 1, 100000, 0, &count, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    const th_synth_cfg cfg = {
        .count = (int32_t)count, .seed = (uint64_t)seed, .voice = th_arg(a, "voice"), .progress = on_progress};
    TH_TRY(th_synth(p, set, &cfg, &r, why));
    TH_TRY(th_tally_make(p, set, &t, why));
    printf("%zu %s made, %zu were here already\n", r.added, r.what, r.already);
    if (r.new_settings) puts("thimble.ini now has settings that suit them");
    putchar('\n');
    th_tally_print(p, &t);
    puts("\nAll of it is synthetic, and marked so: it shows that everything works. How well the model does its work in "
         "the world,\nonly recordings of the real thing tell.");
    if (!th_arg_on(a, "json")) return TH_OK;
    return th_tally_print_json(
        p, &t, json_pack("{s:I,s:I}", "made", (json_int_t)r.added, "already", (json_int_t)r.already), why);
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    int lock;
    th_interrupt_catch();
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_data_lock(&p, &lock, why));
    th_err err = th_dataset_load(&p, &set, why);
    if (!err) err = synth_into(a, &p, set, why);
    th_dataset_free(set);
    th_lock_release(lock);
    return err;
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project"},
    {"count", "N", NULL,
     "examples of each label (default: 150 words, 50 machines, 60 strokes, 40 walks, 1000 pictures)"},
    {"per-label", "N", NULL, "the same"},
    {"seed", "N", "1", "another number: other voices, machines, writers, people, places"},
    {"voice", "LANG", NULL, "of words: language of espeak-ng for all labels, like de (default: by the script of each)"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_synth = {
    .name = "data synth",
    .words = "",
    .summary = "make data with synthetic voices, or from physics, to try things out",
    .detail =
        "What is made follows the project's task and labels (docs/data.md, \"Synthetic data\"):\n"
        "  keyword   20 voices of espeak-ng at many speeds and pitches, each word in a generated room with noise\n"
        "  anomaly   a rotating machine: normal, imbalance, misalignment, outer_race, inner_race, ball\n"
        "  gesture   a hand that draws: 0 to 9, circle, square, triangle, zigzag, wave, check, line, eight\n"
        "  activity  people: standing, walking, running, turning, sitting, jumping; or the labels of the machine\n"
        "  image     drawn scenes: person, no_person\n"
        "The same --seed makes the same data.\n\n"
        "Examples:\n"
        "  thimble new demo --labels yes,no && thimble data synth --project demo\n"
        "  thimble new pump --task anomaly && thimble data synth --project pump && thimble train pump",
    .opts = opts,
    .run = run,
};
