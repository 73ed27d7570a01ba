/* data/describe.h -- what is known of a sample, as JSON, and how it is changed: the same for the command line and the
 * studio. */
#ifndef TH_DATA_DESCRIBE_H
#define TH_DATA_DESCRIBE_H

#include "data/dataset.h"

#include <jansson.h>

/* All that is known of it; what is empty or 0 is left out. */
json_t *th_sample_json(const th_sample *s);

#define TH_DESCRIBE_KEYS "label, labels, word, name, subject, device, consent, licence, source, group, notes, split"

/* May a sample's `key` become `value`?  Errors: TH_EUSAGE: no such key (it comes from the file, like hash), a label
 * that can be none or, of sounds, is none of the project's. */
TH_NODISCARD th_err th_describe_check(const th_project *p, const char *key, const char *value, th_why *why);

/* Sample i's `key` becomes `value`, both checked.  A sound's label is also its word, from which labels are made
 * anew. */
TH_NODISCARD th_err th_describe(const th_project *p, th_dataset *set, size_t i, const char *key, const char *value,
                                th_why *why);

#endif
