/* cli/check_mend.h -- what mends a finding of data check, as the body of a job of the studio (docs/api.md, Jobs):
 *
 *   {"verb": "data remove", "options": {"hash": ["3fa9..", ..]}}      {"verb": "data split", "options": {"by":
 * "subject"}}
 *   {"verb": "data set", "words": ["label=no"], "options": {"hash": ["3fa9.."]}}      {"steps": [one of these, ..]} */
#ifndef TH_CLI_CHECK_MEND_H
#define TH_CLI_CHECK_MEND_H

#include "check/check.h"

#include <jansson.h>

/* Of one item; NULL: only people can mend it, or no options name its sample alone. */
json_t *th_mend_item(const th_dataset *set, const th_check_item *item);

/* Of the first `most` items at once; NULL as well when each needs somebody's decision. */
json_t *th_mend_finding(const th_dataset *set, const th_check_row *row, const th_finding *f, size_t most);

/* The content of all samples that a finding is about, each once, at most `most`. */
json_t *th_finding_hashes(const th_dataset *set, const th_finding *f, size_t most);

#endif
