/* check/check.h -- what is wrong with the data, and what to do about it, before training shows it.
 *
 *   every file once --content.c--> th_fact of each sample, its view (sound.c, picture.c, signal.c)
 *   views --twins.c--> pairs that are alike        examples, folds --mislabelled.c--> labels that others doubt
 *   th_check_rows: one row for each check -> findings
 *
 * The same data and seed give the same findings on any number of threads. */
#ifndef TH_CHECK_CHECK_H
#define TH_CHECK_CHECK_H

#include "data/dataset.h"

typedef enum th_severity { TH_INFO = 0, TH_WARNING = 1, TH_ERROR = 2 } th_severity;
const char *th_severity_name(th_severity s); /* "info", "warning", "error" */

#define TH_CHECK_SAMPLES 2 /* that one item is about, at most */

/* What a machine can do about it: a verb of thimble data, remove, set or split, and what it needs. */
typedef struct th_mend {
    const char *verb; /* NULL: people must do something */
    size_t sample;    /* of remove and set */
    const char *key;  /* "label" of set; "by" of split; NULL: none */
    char value[100];  /* of the key */
} th_mend;

/* One thing that was found. */
typedef struct th_check_item {
    size_t sample[TH_CHECK_SAMPLES]; /* numbers in the set; the command is about the first */
    int n_samples;                   /* 0: it is about a label or a subject, which the text names */
    char text[256];                  /* "yes/a.wav: 3.1 % of its samples at full scale" */
    char command[224];               /* that mends it, "" when no command can */
    th_mend mend;                    /* the same for a program */
    double score;                    /* how sure or how bad, larger is worse; 0 when there are no degrees */
} th_check_item;

/* What one check has found. */
typedef struct th_finding {
    th_check_item *item; /* [n] worst first */
    size_t n, cap;       /* n 0: nothing */
} th_finding;

/* A row of the table. */
typedef struct th_check_row {
    const char *name, *what, *todo; /* "near-duplicate"; what it is; one sentence what to do */
    th_severity severity;
    bool single; /* somebody has to decide each item: what mends one is a suggestion */
} th_check_row;

typedef struct th_check_report {
    th_finding *finding; /* [n] one for each row */
    size_t n;
    size_t n_errors, n_warnings; /* rows that found something */
} th_check_report;

typedef struct th_check_cfg {
    uint64_t seed;
    int n_threads;                            /* 0: as many as there are processors */
    void (*progress)(void *ctx, double part); /* 0 to 1, or NULL */
    void *ctx;
} th_check_cfg;

/* Row i of the table, NULL after the last. */
const th_check_row *th_check_row_at(size_t i);

/* Reads every file of the set.  Errors: TH_ENOMEM, TH_EINTR, those of a disk that
 * cannot be read; findings are no errors here.  th_check_free in any case. */
TH_NODISCARD th_err th_check_run(const th_project *p, const th_dataset *set, const th_check_cfg *cfg,
                                 th_check_report *report, th_why *why);
void th_check_free(th_check_report *report);

/* The finding of a check by its name; NULL when there is no such check. */
const th_finding *th_check_find(const th_check_report *report, const char *name);

#endif
