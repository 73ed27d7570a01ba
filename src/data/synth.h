/* data/synth.h -- a small data set from synthetic voices (espeak-ng, a separate program), for trying things
 * out.  It says little about real people: see "thimble data import". */
#ifndef TH_DATA_SYNTH_H
#define TH_DATA_SYNTH_H

#include "data/import.h"

typedef struct th_synth_cfg {
    int32_t per_label; /* clips of each keyword and of silence; "unknown" gets twice as many */
    uint64_t seed;
    const char *voice;            /* espeak-ng's language for all labels, or NULL: by the script of each label */
    th_import_progress *progress; /* or NULL */
    void *ctx;
} th_synth_cfg;

typedef struct th_synth_report {
    size_t added, already;
} th_synth_report;

/* Each voice says every label once and some other words; each word stands in its own generated room and
 * noise.  Clips are clip_ms long and go to train, val and test (70/15/15) by voice.  The same seed gives the
 * same clips (with the same espeak-ng), so that a second run adds nothing.
 * Errors: TH_ETOOL (espeak-ng missing or failing), TH_EUNSUP (a label that no voice can say), TH_EINTR, TH_EIO. */
TH_NODISCARD th_err th_synth(const th_project *p, th_dataset *set, const th_synth_cfg *cfg, th_synth_report *report,
                             th_why *why);

#endif
