/* cli/cmd.h -- verbs: one row per verb in cli/main.c, one option table each.
 *
 * Parsing, help and defaults all come from the tables.  Results go to stdout, progress and errors
 * to stderr.  Exit 0 done, 1 failed, 2 wrong usage. */
#ifndef TH_CLI_CMD_H
#define TH_CLI_CMD_H

#include "base/option.h"
#include "base/why.h"

#include <stdbool.h>
#include <stdint.h>

#define TH_MAX_OPTS  64
#define TH_MAX_WORDS 64
#define TH_MAX_GIVEN 256

/* One option as it was given. */
typedef struct th_given {
    int row; /* of the option table */
    const char *value;
} th_given;

typedef struct th_args {
    const struct th_cmd *cmd;
    const char *value[TH_MAX_OPTS]; /* by row of the option table; NULL when not given; "" for a switch that is */
    const char *word[TH_MAX_WORDS]; /* what stands without -- */
    int n_words;
    th_given given[TH_MAX_GIVEN]; /* all of them in their order, for options that may be repeated */
    int n_given;
} th_args;

typedef struct th_cmd {
    const char *name;    /* "train", or "data import" */
    const char *words;   /* "[PROJECT]": shown in the usage line */
    const char *summary; /* one line for the list */
    const char *detail;  /* paragraphs with an example, or NULL */
    const th_opt *opts;  /* ended by a row with name NULL */
    int min_words, max_words;
    th_err (*run)(const th_args *a, th_why *why);
} th_cmd;

/* The verbs; each is defined in cmd_<verb>.c. */
extern const th_cmd th_cmd_new, th_cmd_data_import, th_cmd_data_record, th_cmd_data_synth, th_cmd_data_list,
    th_cmd_data_check, th_cmd_data_map, th_cmd_data_split, th_cmd_data_stream, th_cmd_data_pairs, th_cmd_data_commit,
    th_cmd_data_log, th_cmd_data_diff, th_cmd_data_checkout, th_cmd_data_set, th_cmd_data_remove, th_cmd_data_export,
    th_cmd_data_clean, th_cmd_model, th_cmd_train, th_cmd_test, th_cmd_quantize, th_cmd_inspect, th_cmd_run,
    th_cmd_edit, th_cmd_deploy, th_cmd_emulate, th_cmd_bench, th_cmd_report, th_cmd_runs, th_cmd_runs_show,
    th_cmd_runs_compare, th_cmd_runs_name, th_cmd_runs_delete, th_cmd_compare, th_cmd_serve, th_cmd_calc,
    th_cmd_course_list, th_cmd_course_read, th_cmd_course_check, th_cmd_course_export, th_cmd_course_import,
    th_cmd_course_translate, th_cmd_course_start, th_cmd_course_grade, th_cmd_course_try, th_cmd_course_verify,
    th_cmd_course_answers, th_cmd_course_record;

/* All of them in the order of the workflow, ended by NULL. */
extern const th_cmd *const th_verbs[];

/* Value of an option by name; NULL when it was not given. */
const char *th_arg(const th_args *a, const char *name);
bool th_arg_on(const th_args *a, const char *name);

/* Numbers: whole text or TH_EUSAGE with a text that names option and range. `def` when not given. */
TH_NODISCARD th_err th_arg_int(const th_args *a, const char *name, int64_t lo, int64_t hi, int64_t def, int64_t *out,
                               th_why *why);
TH_NODISCARD th_err th_arg_float(const th_args *a, const char *name, double lo, double hi, double def, double *out,
                                 th_why *why);

/* Word i, or `def`. */
const char *th_word(const th_args *a, int i, const char *def);

/* Comma-separated list: fresh array of fresh strings (trimmed), free with th_list_free. */
TH_NODISCARD th_err th_list_split(const char *text, char ***items, int *n, th_why *why);
void th_list_free(char **items, int n);

/* A progress bar on stderr where that is a terminal, nothing elsewhere. */
void th_progress(const char *what, double part); /* 0 to 1; 1 ends the line */

#endif
