/* store/compare.h -- in what runs differ, for `thimble runs compare` and the report. */
#ifndef TH_STORE_COMPARE_H
#define TH_STORE_COMPARE_H

#include "store/runs.h"

#define TH_COMPARE_RUNS 8
#define TH_COMPARE_TEXT 64

/* A run with its figures. */
typedef struct th_run_full {
    const th_run *run;
    th_run_values metrics, results;
} th_run_full;

TH_NODISCARD th_err th_run_full_load(const th_store *s, const th_run *run, th_run_full *full, th_why *why);
void th_run_full_free(th_run_full *full);

/* The epoch whose weights the run keeps; while it has not ended, the last one. 0: no epoch yet. */
int64_t th_run_best(const th_run_full *full);

typedef struct th_compare_row {
    char name[48];
    char value[TH_COMPARE_RUNS][TH_COMPARE_TEXT]; /* "" where a run has none; long ones are cut */
} th_compare_row;

typedef struct th_compare {
    th_compare_row *row;
    size_t n;
} th_compare;

/* What made the runs [n], n <= TH_COMPARE_RUNS: preset, seed, threads, path, data, code, each option, layers (by a
 * hash); only rows in which two differ, unless `all`.  Free with th_compare_free.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_compare_make(const th_run *const *runs, int n, bool all, th_compare *c, th_why *why);
void th_compare_free(th_compare *c);

#endif
