/* thimble bench: what models cost, as a table, and whether that has become better or worse. */
#include "cli/bench.h"
#include "cli/quantized.h"
#include "cli/table.h"

#include "deploy/emulator.h"
#include "deploy/firmware.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

static const th_opt options[] = {
    {"board", "B", TH_BOARD_DEFAULT, "count instructions and bytes on this emulated board"},
    {"host", NULL, NULL, "measure time on this computer (the default where the board's tools are missing)"},
    {"layers", NULL, NULL, "also each layer's share"},
    {"as", "KIND", "c", "with a board: c: generated C; package: a model package (.thm) and its executor"},
    {"check", NULL, NULL, "with a board: exit code 1 when a count or size is more than 1 % worse than the baseline"},
    {"baseline", "FILE", NULL, "compare with the rows of FILE (default: those of bench/baseline.tsv, in the program)"},
    {"save", "FILE", NULL, "write the baseline with what was measured now to FILE"},
    {"threads", "N", "1", "on this computer: also with N threads"},
    {"rounds", "N", "30", "on this computer: how often the kernels take turns"},
    {"families", NULL, NULL, "on this computer: the kernels of every family that it can run"},
    {"net", "NAME", NULL, "of train: the network; --net all: each of them in turn"},
    {"batch", "N", "32", "of train: samples of a step"},
    {"seconds", "S", "2", "of train: how long to measure"},
    {"kernels", "NAME", NULL, "of train: avx512, avx2, vec4 or plain (default: the widest that this computer has)"},
    {"json", NULL, NULL, "one JSON object in place of the table"},
    {NULL, NULL, NULL, NULL},
};

typedef struct job {
    const th_args *args;
    const th_board *board; /* NULL: this computer */
    th_host_bench host;
    bool package, json;
    json_t *baseline, *rows; /* of the file; measured */
    int compared, worse, unknown, failed;
} job;

/* ---- what is to be done ---- */

static th_err only_with(const th_args *a, const char *const *names, const char *what, th_why *why)
{
    for (; *names; names++)
        if (th_arg_on(a, *names)) return th_why_set(why, TH_EUSAGE, "--%s is for %s", *names, what);
    return TH_OK;
}

static th_err check_args(const th_args *a, th_why *why)
{
    const char *as = th_arg(a, "as");
    if (a->n_words == 0)
        return th_why_set(why, TH_EUSAGE,
                          "which models? Usage: thimble bench MODEL.. [--board B|--host]\n"
                          "  MODEL is a file .tflite or .thm, or the folder of a project; there can be several:\n"
                          "  thimble bench kws.tflite vww.thm --board m7 --layers\n"
                          "  thimble bench --help lists all options");
    if (th_arg(a, "board") && th_arg_on(a, "host"))
        return th_why_set(why, TH_EUSAGE, "--board measures on an emulated board, --host on this computer: give one");
    if (as && strcmp(as, "c") != 0 && strcmp(as, "package") != 0)
        return th_why_set(why, TH_EUSAGE, "--as takes c or package, not \"%s\"", as);
    if (as && strcmp(as, "c") != 0 && (th_arg_on(a, "check") || th_arg(a, "save")))
        return th_why_set(why, TH_EUSAGE, "the baseline has figures of generated C: leave --as package away");
    return TH_OK;
}

/* The board, or NULL for this computer. */
static th_err choose_board(const th_args *a, const th_board **board, th_why *why)
{
    th_why missing = {0};
    *board = NULL;
    if (th_arg_on(a, "host")) return TH_OK;
    TH_TRY(th_board_find(th_arg(a, "board"), board, why));
    th_err err = th_firmware_tools(*board, &missing);
    if (!err && (*board)->emulator) err = th_emulator_tools(*board, &missing);
    if (!err) return TH_OK;
    if (th_arg(a, "board") || th_arg_on(a, "check") || th_arg(a, "save") || th_arg(a, "baseline"))
        return th_why_set(why, err, "%s", missing.text);
    fprintf(stderr, "note: measuring on this computer (--host), since of the board %s %s\n", (*board)->name,
            missing.text);
    *board = NULL;
    return TH_OK;
}

static th_err start(job *j, th_why *why)
{
    static const char *const of_boards[] = {"check", "baseline", "save", "as", NULL};
    static const char *const of_hosts[] = {"threads", "rounds", "families", NULL};
    const th_args *a = j->args;
    int64_t threads, rounds;
    TH_TRY(check_args(a, why));
    TH_TRY(th_arg_int(a, "threads", 1, 64, 1, &threads, why));
    TH_TRY(th_arg_int(a, "rounds", 1, 100000, 30, &rounds, why));
    if (th_arg_on(a, "host")) TH_TRY(only_with(a, of_boards, "boards, and this is --host", why));
    TH_TRY(choose_board(a, &j->board, why));
    if (j->board) TH_TRY(only_with(a, of_hosts, "this computer, so add --host", why));
    j->host = (th_host_bench){(int)threads, (int)rounds, th_arg_on(a, "families"), th_arg_on(a, "layers")};
    j->json = th_arg_on(a, "json");
    j->package = th_arg(a, "as") && strcmp(th_arg(a, "as"), "package") == 0;
    j->rows = json_array();
    if (!j->rows) return th_why_set(why, TH_ENOMEM, "out of memory");
    return j->board ? th_baseline_load(th_arg(a, "baseline"), &j->baseline, why) : TH_OK;
}

/* ---- model by model ---- */

static th_err measure(job *j, const char *word, json_t **row, th_why *why)
{
    if (!j->board) return th_bench_host(word, &j->host, row, why);
    const unsigned what =
        (j->package ? (unsigned)TH_BENCH_PACKAGE : 0u) | (j->host.layers ? (unsigned)TH_BENCH_LAYERS : 0u);
    TH_TRY(th_bench_board(word, j->board, what, row, why));
    if (!j->package) th_baseline_compare(j->baseline, j->board->name, *row);
    const int worse = th_baseline_worse(*row);
    j->unknown += worse < 0;
    j->worse += worse > 0 ? worse : 0;
    j->compared += json_object_get(*row, "baseline") || json_object_get(*row, "cmsis_nn");
    return TH_OK;
}

/* A model that can't be measured is told about, and the others go on. */
static th_err add(job *j, const char *word, th_why *why)
{
    json_t *row = NULL;
    th_why inner = {0};
    const th_err err = measure(j, word, &row, &inner);
    if (err == TH_EINTR || err == TH_ENOMEM || err == TH_EUSAGE || (err && j->args->n_words == 1))
        return th_why_set(why, err, "%s", inner.text);
    if (err) {
        j->failed++;
        row = json_pack("{s:o,s:o}", "file", th_name_json(word), "failed", th_name_json(inner.text));
        fprintf(stderr, "%s: not measured: %s\n", word, inner.text);
    } else if (!j->json) {
        (j->board ? th_bench_board_row : th_bench_host_row)(row);
        fflush(stdout);
    }
    json_array_append_new(j->rows, row);
    return TH_OK;
}

static th_err finish_json(const job *j, th_why *why)
{
    json_t *o = json_object();
    if (j->board) {
        json_object_set_new(o, "board", json_string(j->board->name));
        json_object_set_new(o, "as", json_string(j->package ? "package" : "c"));
        json_object_set_new(o, "worse", json_integer(j->worse));
    } else {
        json_object_set_new(o, "host", json_true());
        json_object_set_new(o, "rounds", json_integer(j->host.rounds));
    }
    json_object_set(o, "models", j->rows);
    return th_json_print(o, why);
}

static th_err verdict(const job *j, th_why *why)
{
    if (j->failed) return th_why_set(why, TH_EIO, "%d of %d models could not be measured", j->failed, j->args->n_words);
    if (!th_arg_on(j->args, "check")) return TH_OK;
    if (j->worse)
        return th_why_set(why, TH_ERANGE, "--check: %d figure%s more than %d %% worse than the baseline", j->worse,
                          j->worse == 1 ? " is" : "s are", (int)TH_WORSE_PERCENT);
    if (j->unknown)
        return th_why_set(why, TH_ENOENT,
                          "--check: the baseline has no row for %d of %d models on %s; --save FILE writes one",
                          j->unknown, j->args->n_words, j->board->name);
    return TH_OK;
}

static th_err run_job(job *j, th_why *why)
{
    TH_TRY(start(j, why));
    th_interrupt_catch();
    if (!j->json && j->board)
        th_bench_board_head(j->board, j->package);
    else if (!j->json)
        th_bench_host_head(&j->host);
    for (int i = 0; i < j->args->n_words; i++) TH_TRY(add(j, j->args->word[i], why));
    if (j->json) TH_TRY(finish_json(j, why));
    if (!j->json && !j->host.layers) puts(""); /* layers leave a free line behind them */
    if (!j->json && j->board)
        th_bench_board_legend(j->board, j->compared > 0);
    else if (!j->json)
        th_bench_host_legend();
    if (th_arg(j->args, "save") && !j->failed)
        TH_TRY(th_baseline_save(th_arg(j->args, "save"), j->baseline, j->board->name, j->rows, why));
    return verdict(j, why);
}

static th_err run(const th_args *a, th_why *why)
{
    static const char *const of_train[] = {"net", "batch", "seconds", "kernels", NULL};
    if (a->n_words == 1 && strcmp(a->word[0], "train") == 0) return th_bench_train(a, why);
    TH_TRY(only_with(a, of_train, "thimble bench train", why));
    job j = {.args = a};
    const th_err err = run_job(&j, why);
    json_decref(j.baseline);
    json_decref(j.rows);
    return err;
}

const th_cmd th_cmd_bench = {
    .name = "bench",
    .words = "MODEL.tflite|MODEL.thm|PROJECT..|train [--board B|--host]",
    .summary = "what models cost, against a baseline: instructions or time, RAM, flash",
    .detail =
        "On a board the emulator counts: the same figures in every run. They are compared with those of a baseline\n"
        "and with TensorFlow Lite Micro and CMSIS-NN where these were counted. On this computer the time of the\n"
        "plain kernels and of the fastest (THIMBLE_ISA=NAME: of that family) is taken in turns.\n\n"
        "  thimble bench kws.tflite vww.tflite --layers\n"
        "  thimble bench kws.tflite --board nano33ble --check\n"
        "  thimble bench kws.tflite --host --threads 2\n\n"
        "thimble bench train measures training (forward, backward and the optimiser's step) of a network on made-up\n"
        "data, and the most that this computer can do, of which it prints the share:\n\n"
        "  thimble bench train --net ds-cnn --batch 100 --threads 2",
    .opts = options,
    .min_words = 0,
    .max_words = TH_MAX_WORDS,
    .run = run,
};
