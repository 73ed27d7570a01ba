/* cli/train_record.h -- a training writes down what made it and how it goes, in PROJECT/thimble.db.
 *
 * The record is for people to look at later; a training never stops because it cannot be written.  Then one note says
 * so, and from time to time it is tried again, with all epochs that are missing. */
#ifndef TH_CLI_TRAIN_RECORD_H
#define TH_CLI_TRAIN_RECORD_H

#include "data/project.h"
#include "store/runs.h"
#include "train/train.h"

typedef struct th_train_record {
    char path[TH_PATH_BYTES]; /* of the store */
    const th_run *run;        /* what is known at the start; belongs to the caller */
    bool resume;
    int64_t id;     /* of the run in the store, 0: not there yet */
    int32_t put;    /* epochs that are written */
    double tried_s; /* clock of the last try */
    bool failing;   /* the last try went wrong */
    bool noted;     /* the note was given */
} th_train_record;

/* Remembers what to write and writes the start. */
void th_train_record_start(th_train_record *rec, const th_project *p, const th_run *run, bool resume);

/* epochs [n] done so far; what is new is written, at most once a second unless `now`. */
void th_train_record_epochs(th_train_record *rec, const th_epoch_report *epochs, int32_t n, bool now);

/* state, message: th_runs_finish; model: file that was made, or NULL. */
void th_train_record_end(th_train_record *rec, const th_epoch_report *epochs, int32_t n, const char *state,
                         const char *message, const th_project *p, const char *model);

/* The same for figures of `thimble test`: value of `name` for the run that made the model of this hash. Quiet when no
 * run did, or there is no store. */
void th_train_record_result(const th_project *p, uint64_t model, const char *name, double value);

#endif
