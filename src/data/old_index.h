/* data/old_index.h -- projects of before the store: sounds in data/clips, a line for each in data/index.tsv. */
#ifndef TH_DATA_OLD_INDEX_H
#define TH_DATA_OLD_INDEX_H

#include "data/dataset.h"

/* Brings such a project over, when this is one: its files become those of the store (without a copy where the file
 * system has links), its lines samples in one transaction.  Then data/index.tsv is called index.tsv.old, and the clips
 * of before are taken away.  Killed at any moment, the next call goes on; lines whose file is missing stay in
 * index.tsv.old only.
 * Errors: TH_EFORMAT, TH_ETRUNC (a damaged index: nothing is changed), TH_EIO. */
TH_NODISCARD th_err th_old_index_bring(const th_project *p, th_why *why);

/* The lines of an index: file (inside data/clips), label, split, word, subject and source are filled in; the source is
 * split into the data set and the name in it.
 *   text   "# thimble index 1", a line of column names, a line per clip (fields separated by tabs; tab, newline,
 *          backslash written \\t \\n \\\\), "# end".  Cut anywhere, or with anything else, it is refused with its line
 *   name   of the file, for errors */
TH_NODISCARD th_err th_old_index_parse(th_span text, const char *name, th_sample_take *take, void *ctx, th_why *why);

/* th_dataset_load of the store alone. */
TH_NODISCARD th_err th_dataset_load_store(const th_project *p, th_dataset **set, th_why *why);

#endif
