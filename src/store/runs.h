/* store/runs.h -- trainings in the store: written while they run, read by `thimble runs` and the report. */
#ifndef TH_STORE_RUNS_H
#define TH_STORE_RUNS_H

#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* The texts of a run, in the order of the columns, which have the members' names. */
#define TH_RUN_TEXTS(X)                                                                                                \
    X(name)                                                                                                            \
    X(started)                                                                                                         \
    X(finished)                                                                                                        \
    X(state)                                                                                                           \
    X(message) X(job) X(preset) X(options) X(model) X(seed) X(path) X(data_hash) X(data_version) X(code) X(metric)

/* Figures of `thimble test` that are kept with a run, as they are shown. */
#define TH_RUN_RESULTS(X)                                                                                              \
    X("test_accuracy_float") X("test_accuracy_int8") X("test_balanced_float") X("test_balanced_int8")

typedef struct th_run {
    int64_t id;
#define X(member) const char *member;
    TH_RUN_TEXTS(X) /* read: never NULL, "" for what is not known yet */
#undef X
    int64_t threads, parameters, macs;
    int64_t epochs;     /* planned */
    int64_t best_epoch; /* 0: none yet */
} th_run;

/* A figure of an epoch (metrics), or of the run (results: epoch 0). */
typedef struct th_run_value {
    int64_t epoch;
    const char *name;
    double value;
} th_run_value;

typedef struct th_run_values {
    th_run_value *v; /* by epoch, then by name */
    size_t n;
} th_run_values;

typedef struct th_run_list {
    th_run *run; /* by id */
    size_t n;
} th_run_list;

/* ---- writing ---- */

/* A new run in the state "running", or with `resume` the newest one of the same job again.  Runs that still stand as
 * "running" are given up as stopped: the caller holds the project's training lock, so nobody runs them.
 * r: job, preset, options, model, seed, path, data_hash, data_version (store/versions.h), code, metric and numbers are
 * taken; name may be NULL. */
TH_NODISCARD th_err th_runs_start(th_store *s, const th_run *r, bool resume, int64_t *id, th_why *why);

/* All of them or none; what is there already is replaced. */
TH_NODISCARD th_err th_runs_put(th_store *s, int64_t id, const th_run_value *v, size_t n, th_why *why);

/* state: done, stopped or failed; message may be NULL; best_epoch 0: none. */
TH_NODISCARD th_err th_runs_finish(th_store *s, int64_t id, const char *state, const char *message, int64_t best_epoch,
                                   th_why *why);
TH_NODISCARD th_err th_runs_artefact(th_store *s, int64_t id, const char *kind, const char *path, const char *hash,
                                     th_why *why);

/* A figure of the newest run that made a file of this hash.  Errors: TH_ENOENT when none did. */
TH_NODISCARD th_err th_runs_result(th_store *s, const char *hash, const char *name, double value, th_why *why);

/* Errors: TH_EEXIST (another run has the name), TH_EUSAGE (a number, empty or too long). */
TH_NODISCARD th_err th_runs_name(th_store *s, int64_t id, const char *name, th_why *why);
TH_NODISCARD th_err th_runs_delete(th_store *s, int64_t id, th_why *why);

/* ---- reading ---- */

TH_NODISCARD th_err th_runs_all(const th_store *s, th_run_list *list, th_why *why);
void th_runs_free(th_run_list *list);

/* The run of this number or name among those read; NULL when there is none. */
const th_run *th_runs_find(const th_run_list *list, const char *word);

TH_NODISCARD th_err th_runs_metrics(const th_store *s, int64_t id, th_run_values *values, th_why *why);
TH_NODISCARD th_err th_runs_results(const th_store *s, int64_t id, th_run_values *values, th_why *why);
void th_runs_values_free(th_run_values *values);

/* The value of (epoch, name); NaN when it is not there. */
double th_runs_value(const th_run_values *values, int64_t epoch, const char *name);
int64_t th_runs_epochs(const th_run_values *values); /* the last epoch that is there, 0 for none */

/* The value of "name = value" in lines of options, into buf; false when there is none. */
bool th_runs_option(const th_run *r, const char *name, char *buf, size_t cap);

#endif
