/* thimble data synth: a data set from synthetic voices. */
#include "cli/table.h"
#include "data/synth.h"
#include "os/run.h"

#include <stdio.h>

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("synth", part);
}

static th_err synth_into(const th_args *a, const th_project *p, th_dataset *set, th_why *why)
{
    int64_t per_label, seed;
    th_tally t;
    th_synth_report r;
    TH_TRY(th_arg_int(a, "per-label", 1, 100000, 150, &per_label, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    const th_synth_cfg cfg = {
        .per_label = (int32_t)per_label, .seed = (uint64_t)seed, .voice = th_arg(a, "voice"), .progress = on_progress};
    TH_TRY(th_synth(p, set, &cfg, &r, why));
    TH_TRY(th_tally_make(p, set, &t, why));
    printf("%zu clips made, %zu were here already\n\n", r.added, r.already);
    th_tally_print(p, &t);
    puts("\nSynthetic voices show that everything works; how well it hears people, only recordings of people tell.");
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
    {"per-label", "N", "150", "clips of each word; unknown gets twice as many"},
    {"seed", "N", "1", "another number, other voices, rooms and noises"},
    {"voice", "LANG", NULL, "language of espeak-ng for all labels, like de (default: by the script of the label)"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_synth = {
    .name = "data synth",
    .words = "",
    .summary = "make clips with synthetic voices, to try things out",
    .detail = "20 voices of espeak-ng at many speeds and pitches, each word in a generated room with noise.\n\n"
              "Example:\n  thimble new demo --labels yes,no && thimble data synth --project demo",
    .opts = opts,
    .run = run,
};
