/* cli/bench.h -- the parts of `thimble bench`: every way of measuring makes one JSON object per model, and the tables
 * are printed from those. */
#ifndef TH_CLI_BENCH_H
#define TH_CLI_BENCH_H

#include "cli/cmd.h"
#include "cli/target.h"

#include <jansson.h>

/* What was measured of a board: where it lies in the object of a model and in a baseline's row. */
enum { TH_CELL_INSTRUCTIONS, TH_CELL_RAM, TH_CELL_FLASH_CODE, TH_CELL_FLASH_MODEL, TH_CELLS };
extern const char *const th_cell_name[TH_CELLS]; /* keys in JSON */

/* A cell counts as worse for --check when it grew by more than so many percent. */
#define TH_WORSE_PERCENT 1.0

/* ---- on a board ---- */

/* Builds the firmware and runs it once on the self test's first inputs (codegen.h), which must give this computer's
 * bytes.
 *   what  TH_BENCH_PACKAGE: the executor and a package in place of generated C; _LAYERS: also what each layer takes;
 *         _WINDOWS: of a model that watches a sensor also what the features of a window take
 *         ("features_instructions"), counted on rows of noise; stack and instructions are then of that run
 *   *row  {"model","file","macs","flash_code","flash_model","arena","static","stack_bound","ram"}; of a board that can
 *         be emulated also "stack","instructions","instructions_per_mac","ms_estimate",.. and "layers"; a new reference
 * Errors: those of th_target_open, th_export_firmware and th_emulator_run; TH_EIO when the bytes differ. */
TH_NODISCARD th_err th_bench_board(const char *word, const th_board *board, unsigned what, json_t **row, th_why *why);
enum { TH_BENCH_PACKAGE = 1, TH_BENCH_LAYERS = 2, TH_BENCH_WINDOWS = 4 };

/* File name without folders and without .tflite or .thm; of a project its own name. */
void th_bench_model_name(const th_target *t, char *name, size_t cap);

/* ---- on this computer ---- */

typedef struct th_host_bench {
    int threads;   /* of the last way */
    int rounds;    /* the ways take turns so often */
    bool families; /* every family of kernels that this machine has, not only plain and the chosen one */
    bool layers;
} th_host_bench;

/* *row  {"model","file","macs","times":[{"kernels","threads","ms","times_plain","gmacs_per_s","arena"}]}, with `layers`
 *       in each way on one thread {"layers":[{"op","kernel","macs","us"}]}; a new reference
 * The first way is always the plain kernels on one thread.  Times are the least of all rounds, after a first one that
 * does not count: processor time on one thread, elapsed time on more.  The chosen family is the fastest of this machine
 * or the one that THIMBLE_ISA names.
 * Errors: those of th_target_find, th_model_load and th_plan_make_host, TH_EINTR. */
TH_NODISCARD th_err th_bench_host(const char *word, const th_host_bench *how, json_t **row, th_why *why);

/* ---- training ---- */

/* `thimble bench train`: steps of training for --seconds, in short rounds in turn with multiply-adds in registers.
 * JSON: {"net","batch","threads","kernels","train_macs","samples_per_s","mean_samples_per_s","ms_per_step","gflops",
 *        "peak_gflops","peak_share","memory_mb"}, of the best round; with --net all an array of them in "nets".
 * Errors: TH_EUSAGE, those of th_net_new, TH_EINTR. */
TH_NODISCARD th_err th_bench_train(const th_args *a, th_why *why);

/* ---- against a baseline (docs/benchmarks.md has the format) ---- */

/* [{"who","board","model","macs", cells..}]; path NULL: the one inside the program, bench/baseline.tsv.
 * Errors: those of files; TH_EFORMAT with the line. */
TH_NODISCARD th_err th_baseline_load(const char *path, json_t **rows, th_why *why);

/* Adds "baseline" (who "thimble") and "cmsis_nn" (who "cmsis-nn") to the object of a model, where there is a row of its
 * name, MACs and board: {cell: {"was", "change_percent", "is": "better"|"same"|"worse"}}. */
void th_baseline_compare(const json_t *rows, const char *board, json_t *row);

/* Cells that are more than TH_WORSE_PERCENT above the baseline; -1 when the model has none. */
int th_baseline_worse(const json_t *row);

/* The rows of `rows`, with those of `models` in place of what they measured before, into a file. */
TH_NODISCARD th_err th_baseline_save(const char *path, const json_t *rows, const char *board, const json_t *models,
                                     th_why *why);

/* ---- tables; at most 100 columns ---- */

void th_bench_board_head(const th_board *board, bool package);
void th_bench_board_row(const json_t *row);
void th_bench_board_legend(const th_board *board, bool compared); /* what the headings mean */
void th_bench_host_head(const th_host_bench *how);
void th_bench_host_row(const json_t *row);
void th_bench_host_legend(void);

#endif
