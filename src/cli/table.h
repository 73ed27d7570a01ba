/* cli/table.h -- what the verbs about data share: the project they work on, and the table of clips. */
#ifndef TH_CLI_TABLE_H
#define TH_CLI_TABLE_H

#include "cli/cmd.h"
#include "data/dataset.h"
#include "data/lock.h"

#include <jansson.h>

/* The project of --project (default: the current folder). */
TH_NODISCARD th_err th_arg_project(const th_args *a, th_project *p, th_why *why);

typedef struct th_tally {
    size_t clips[TH_MAX_LABELS][TH_N_SPLITS];
    double seconds[TH_MAX_LABELS];
    size_t speakers[TH_MAX_LABELS]; /* different ones */
    size_t all_speakers;
    size_t samples, synthetic; /* all there are; those of them that no sensor recorded */
} th_tally;

TH_NODISCARD th_err th_tally_make(const th_project *p, const th_dataset *set, th_tally *t, th_why *why);

/* Label by split on stdout, or the same as one compact JSON object with `extra` members (stolen; may be NULL). */
void th_tally_print(const th_project *p, const th_tally *t);
TH_NODISCARD th_err th_tally_print_json(const th_project *p, const th_tally *t, json_t *extra, th_why *why);

/* One compact line on stdout; takes the reference. TH_ENOMEM when `object` is NULL. */
TH_NODISCARD th_err th_json_print(json_t *object, th_why *why);

/* Keeps it as PROJECT/name for the studio and the report, without taking the reference; a folder that can't be written
 * costs a note on stderr. */
void th_json_keep(const th_project *p, const char *name, const json_t *object);

/* Text padded to `width` characters (not bytes). */
void th_print_padded(const char *text, int width);

#endif
