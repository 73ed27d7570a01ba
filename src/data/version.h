/* data/version.h -- the data of a project as a version (store/versions.h). */
#ifndef TH_DATA_VERSION_H
#define TH_DATA_VERSION_H

#include "data/dataset.h"
#include "store/versions.h"

/* The id of these samples, in any order; what th_versions_now says after they are saved. Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_dataset_id(const th_dataset *set, char id[TH_HASH_BYTES], th_why *why);

/* Saves the set and keeps it as a version, unless the newest one is just this: then nothing is written.
 *   made   false when a version with this content was there; that one is the head now
 * Errors: TH_ENOENT (no samples), those of th_dataset_save. */
TH_NODISCARD th_err th_dataset_commit(const th_project *p, th_dataset *set, const char *message, char id[TH_HASH_BYTES],
                                      bool *made, th_why *why);

#endif
