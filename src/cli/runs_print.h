/* cli/runs_print.h -- runs as tables, JSON and CSV on stdout. */
#ifndef TH_CLI_RUNS_PRINT_H
#define TH_CLI_RUNS_PRINT_H

#include "store/compare.h"

typedef struct th_runs_print {
    bool training;    /* a training of the project runs now */
    bool with_epochs; /* JSON and CSV: all epochs, not only the best one */
} th_runs_print;

TH_NODISCARD th_err th_runs_table(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);
TH_NODISCARD th_err th_runs_show(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);
TH_NODISCARD th_err th_runs_compare(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);

/* {"runs":[{"id", .., "options":{}, "best":{}, "results":{}, "epochs":[{}]}]} */
TH_NODISCARD th_err th_runs_json(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);

/* A line per run; with epochs: run,epoch,metric,value.  RFC 4180. */
TH_NODISCARD th_err th_runs_csv(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why);

#endif
