#include "cli/train_record.h"

#include "base/hash.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>

#define EVERY_S 1.0  /* between two writes: each waits for the disk */
#define AGAIN_S 30.0 /* after one that failed */

/* One try to bring the store up to date; s is open. */
static th_err write_to(th_train_record *rec, th_store *s, const th_epoch_report *epochs, int32_t n, th_why *why)
{
    if (!rec->id) TH_TRY(th_runs_start(s, rec->run, rec->resume, &rec->id, why));
    const size_t most = (size_t)(n - rec->put) * TH_N_METRICS;
    if (!most) return TH_OK;
    th_run_value *v = calloc(most, sizeof *v);
    if (!v) return th_why_set(why, TH_ENOMEM, "out of memory for the record of the training");
    for (size_t i = 0; i < most; i++) {
        const th_epoch_report *e = &epochs[rec->put + (int32_t)(i / TH_N_METRICS)];
        v[i] = (th_run_value){e->epoch, th_metric_name((th_metric)(i % TH_N_METRICS)), e->value[i % TH_N_METRICS]};
    }
    const th_err err = th_runs_put(s, rec->id, v, most, why);
    free(v);
    if (!err) rec->put = n;
    return err;
}

/* The file is opened for each write, so that nothing of it is held while the training runs. */
static th_err flush(th_train_record *rec, const th_epoch_report *epochs, int32_t n, th_store **keep, th_why *why)
{
    th_store *s;
    th_err err = th_store_open(rec->path, true, &s, why);
    if (!err) err = write_to(rec, s, epochs, n, why);
    if (!err && keep)
        *keep = s;
    else
        th_store_close(s);
    return err;
}

static void note(th_train_record *rec, th_err err, const th_why *why)
{
    rec->failing = err != TH_OK;
    rec->tried_s = th_clock_s();
    if (!err || rec->noted) return;
    rec->noted = true;
    fprintf(stderr, "note: the training goes on, but is not recorded for thimble runs: %s\n",
            why->err ? why->text : th_err_text(err));
}

void th_train_record_start(th_train_record *rec, const th_project *p, const th_run *run, bool resume)
{
    th_why why = {0};
    *rec = (th_train_record){.run = run, .resume = resume};
    th_err err = th_project_path(p, TH_FILE_STORE, rec->path, &why);
    if (!err) err = flush(rec, NULL, 0, NULL, &why);
    note(rec, err, &why);
}

void th_train_record_epochs(th_train_record *rec, const th_epoch_report *epochs, int32_t n, bool now)
{
    th_why why = {0};
    const double waited = th_clock_s() - rec->tried_s;
    if (!now && waited < (rec->failing ? AGAIN_S : EVERY_S)) return;
    note(rec, flush(rec, epochs, n, NULL, &why), &why);
}

static th_err hash_file(const char *path, char hash[24], th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    snprintf(hash, 24, "%016llx", (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){bytes, n}));
    free(bytes);
    return TH_OK;
}

void th_train_record_end(th_train_record *rec, const th_epoch_report *epochs, int32_t n, const char *state,
                         const char *message, const th_project *p, const char *model)
{
    th_why why = {0};
    th_store *s = NULL;
    int64_t best = 0;
    char hash[24], path[TH_PATH_BYTES];
    for (int32_t i = 0; i < n; i++)
        if (epochs[i].best) best = epochs[i].epoch;
    th_err err = flush(rec, epochs, n, &s, &why);
    if (!err && model) {
        err = th_project_path(p, model, path, &why);
        if (!err) err = hash_file(path, hash, &why);
        if (!err) err = th_runs_artefact(s, rec->id, "model", model, hash, &why);
    }
    if (!err) err = th_runs_finish(s, rec->id, state, message, best, &why);
    th_store_close(s);
    note(rec, err, &why);
}

void th_train_record_result(const th_project *p, uint64_t model, const char *name, double value)
{
    char path[TH_PATH_BYTES], hash[24];
    th_store *s;
    if (th_project_path(p, TH_FILE_STORE, path, NULL) || !th_file_exists(path)) return;
    if (th_store_open(path, true, &s, NULL)) return;
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)model);
    (void)!th_runs_result(s, hash, name, value, NULL);
    th_store_close(s);
}
