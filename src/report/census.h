/* report/census.h -- counting the clips of a dataset: by label and split, people, sources. */
#ifndef TH_REPORT_CENSUS_H
#define TH_REPORT_CENSUS_H

#include "data/dataset.h"

typedef struct th_census_item {
    const char *name; /* points into the dataset */
    size_t n;
} th_census_item;

typedef struct th_census {
    size_t n_clips, synthetic, no_speaker;
    size_t clips[TH_MAX_LABELS][TH_N_SPLITS]; /* by label of the project */
    size_t split[TH_N_SPLITS];
    size_t people[TH_N_SPLITS]; /* different speakers */
    size_t people_both;         /* speakers of training clips that also test */
    th_census_item *source;     /* [n_sources] most clips first */
    size_t n_sources;
    double hours;
} th_census;

/* Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_census_make(const th_project *p, const th_dataset *set, th_census *t);
void th_census_free(th_census *t);

#endif
