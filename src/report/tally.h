/* report/tally.h -- counting the clips of a dataset: by label and split, people, sources. */
#ifndef TH_REPORT_TALLY_H
#define TH_REPORT_TALLY_H

#include "data/dataset.h"

typedef struct th_tally_item {
    const char *name; /* points into the dataset */
    size_t n;
} th_tally_item;

typedef struct th_tally {
    size_t n_clips, synthetic, no_speaker;
    size_t clips[TH_MAX_LABELS][TH_N_SPLITS]; /* by label of the project */
    size_t split[TH_N_SPLITS];
    size_t people[TH_N_SPLITS];               /* different speakers */
    size_t people_both;                       /* speakers of training clips that also test */
    th_tally_item *source;                    /* [n_sources] most clips first */
    size_t n_sources;
    double hours;
} th_tally;

/* Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_tally_make(const th_project *p, const th_dataset *set, th_tally *t);
void th_tally_free(th_tally *t);

#endif
