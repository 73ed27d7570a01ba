/* data/divide.h -- `thimble data split`: the samples of a project divided into train, val and test, so that what is
 * tested is not known from training.
 *
 * Samples that share a subject, a group or their content form a unit, and units are divided whole.  Where that leaves
 * too few units, groups (or subjects) that were not asked for do not hold them together; where that is not enough,
 * equal content does not: th_divided.twins counts what is then on two sides. */
#ifndef TH_DATA_DIVIDE_H
#define TH_DATA_DIVIDE_H

#include "data/split.h"

/* One list: id, name on the command line. */
#define TH_DIVIDE_LIST(X)                                                                                              \
    X(TH_BY_BEST, "best")       /* subjects, else groups, else samples: the first of which there are enough */         \
    X(TH_BY_SUBJECT, "subject") /* nobody on two sides */                                                              \
    X(TH_BY_GROUP, "group")     /* no machine, experiment, session on two sides */                                     \
    X(TH_BY_TIME, "time")       /* long recordings are cut: the last part tests */                                     \
    X(TH_BY_SAMPLE, "sample")   /* each for itself */

typedef enum th_divide_by {
#define X(id, name) id,
    TH_DIVIDE_LIST(X)
#undef X
        TH_N_DIVIDE
} th_divide_by;

const char *th_divide_name(th_divide_by by);
bool th_divide_find(const char *name, th_divide_by *by);

typedef struct th_divide_cfg {
    th_split_cfg split;
    th_divide_by by;
    double gap_s; /* by time: what is left out between two parts; a window, so that none is on two sides */
} th_divide_cfg;

typedef struct th_divided {
    th_divide_by by; /* how it was done */
    size_t units;    /* that were divided whole; 0: by sample or time */
    size_t cut;      /* recordings */
    size_t twins;    /* contents that are on two sides all the same: all who are known share them */
} th_divided;

/* Fills `split` of every sample.  By time, a recording that is long enough for parts of two gaps each is replaced by
 * its parts ("NAME#0" trains, "#1" validates, "#2" tests; segments go along), pieces of a recording follow their order,
 * and all others are divided as by `best`; the files of before stay (older versions have them). The same samples and
 * seed give the same result, in whatever order they came. Errors: TH_ERANGE (fewer subjects or groups than sides: the
 * text says what there is), TH_ENOMEM, those of reading. */
TH_NODISCARD th_err th_dataset_divide(th_dataset *set, const th_divide_cfg *cfg, th_divided *done, th_why *why);

#endif
