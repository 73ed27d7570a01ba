/* report/versus.h -- model/compare.json of `thimble compare`: what each model reaches and costs, and which one to take.
 *
 *   {"board": "nano33ble", "measure": "accuracy", "rows": [{"name": "forest", "learner": true, "score": 0.95,
 *    "deviation": 0.006, "flash": 24500, "ram": 284, "instructions": 2544, "features_instructions": 9000, "data":
 * VERSION, "recipe": HASH, "file": "model/compare/forest.tflite", "model": HASH, ..}, ..]} */
#ifndef TH_REPORT_VERSUS_H
#define TH_REPORT_VERSUS_H

#include "data/project.h"

#include <jansson.h>

#define TH_VERSUS_ROWS 16

/* One model; -1 where a figure is not known. */
typedef struct th_versus_row {
    const char *name;        /* of the object that it was read from */
    const char *problem;     /* why it cannot be had on the board; NULL */
    double score, deviation; /* int8; parts of 1: accuracy, F1 of alarms, or the normal that stay quiet */
    double flash, ram;       /* bytes */
    double instructions;     /* of one answer, with the features where these were counted */
    const json_t *all;       /* what else is known of it */
    bool learner;
    bool stale; /* of other data, settings or another model than there are now */
} th_versus_row;

typedef struct th_versus {
    th_versus_row row[TH_VERSUS_ROWS];
    int n;
    int best, take; /* rows that are not stale and have no problem: the highest score; the least flash of those that are
                     * within its standard deviation.  -1: there is none */
    const char *measure; /* "accuracy", "f1", "quiet" */
    const char *board;
} th_versus;

/* What rows are held against: the version of the data and the settings as they are now. */
typedef struct th_versus_now {
    char data[72], recipe[24]; /* "": not known, then nothing is stale by it */
} th_versus_now;

void th_versus_know(const th_project *p, th_versus_now *now);

/* The rows of `file`, best score first; rows that are not as described are left out. */
void th_versus_read(const th_project *p, const json_t *file, const th_versus_now *now, th_versus *v);

/* "Take forest: .."; "" when nothing can be said.  Our own words, but the names are foreign text. */
void th_versus_sentence(const th_versus *v, char *buf, size_t cap);

/* "accuracy", "F1 of alarms", "normal without alarm". */
const char *th_versus_measure(const th_versus *v);

/* Standard deviation of a part of n that was counted, sqrt(p (1 - p) / n), with p at least 1/2 of one case away from 0
 * and 1, so that a test without an error is not taken for certainty. */
double th_versus_deviation(double part, double n);

/* The same of F1 = 2 J / (1 + J) with J = hits / n, n the hits, misses and false alarms: 2 / (1 + J)^2 times that of J.
 */
double th_versus_deviation_f1(double hits, double n);

#endif
