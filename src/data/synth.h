/* data/synth.h -- data for labs and demos where nobody has a sensor yet: spoken by a machine, or computed from the
 * physics of what it shows.  It is always marked as synthetic, and says little about the real thing: see
 * "thimble data import". */
#ifndef TH_DATA_SYNTH_H
#define TH_DATA_SYNTH_H

#include "data/import.h"

typedef struct th_synth_cfg {
    int32_t count; /* examples of each label, 0: what is usual; of words "unknown" gets twice as many */
    uint64_t seed;
    const char *voice;            /* of words: espeak-ng's language for all labels, or NULL: by the script of each */
    th_import_progress *progress; /* or NULL */
    void *ctx;
} th_synth_cfg;

typedef struct th_synth_report {
    size_t added, already;
    const char *what;  /* that was made: "words of synthetic voices" */
    bool new_settings; /* thimble.ini was filled in: settings that suit it */
} th_synth_report;

/* Makes examples of the project's labels, or of the usual ones where it has none yet (then they are filled in), adds
 * them to the set and saves it.  Which kind (data/synth_kind.h): words for sounds; else the one of the project's task,
 * unless its labels are those of another kind that its network can take.  The same seed gives the same
 * examples, so that a second run adds nothing.
 *
 * Words: each voice says every label once and some other words; each word stands in its own generated room and
 * noise.  Clips are clip_ms long and go to train, val and test (70/15/15) by voice.
 *
 * Errors: TH_EUNSUP (a label that nothing here can make: the text lists them), TH_EUSAGE (a task without data),
 * TH_ETOOL (espeak-ng missing or failing), TH_EINTR, TH_EIO, those of th_task_import. */
TH_NODISCARD th_err th_synth(th_project *p, th_dataset *set, const th_synth_cfg *cfg, th_synth_report *report,
                             th_why *why);

#endif
