/* data/filter.h -- which samples are meant. */
#ifndef TH_DATA_FILTER_H
#define TH_DATA_FILTER_H

#include "data/dataset.h"

#define TH_FILTER_HASHES 255

typedef struct th_filter {
    const char *label, *subject, *group, *source, *name, *hash; /* NULL: any */
    int kind, split;                                            /* -1: any */
    bool any;                                                   /* nothing was asked for: all samples */
    const char *or_hash[TH_FILTER_HASHES];                      /* [n_or] others that are as good as `hash` */
    int n_or;
} th_filter;

bool th_filter_takes(const th_filter *f, const th_sample *s);

/* "train", "val", "test" -> the split; "sound", "signal", "picture" -> the kind. Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_split_read(const char *text, th_split *split, th_why *why);
TH_NODISCARD th_err th_kind_read(const char *text, int *kind, th_why *why);

#endif
