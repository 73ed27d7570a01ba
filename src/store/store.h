/* store/store.h -- PROJECT/thimble.db: one SQLite file for what a project knows.
 *
 *   runs       what was trained: options, model, seed, threads, processor path, data, code, how it ended
 *   metrics    (run, epoch, name) -> value
 *   results    (run, name) -> value of later tests of the run's model
 *   artefacts  (run, kind) -> file and the hash of its content
 *   samples .. what the project learns from, and its versions (store/samples.h)
 *
 * PRAGMA user_version is the version of the schema; store.c holds one step for each, and a file of an older version is
 * brought up to date when it is opened.  The journal is a rollback journal, not WAL: one file that can be
 * copied, that can be read from a read-only folder, and that a killed program leaves in order.
 * docs/decisions/10-store.md has the reasons. */
#ifndef TH_STORE_STORE_H
#define TH_STORE_STORE_H

#include "base/why.h"

#include <stdbool.h>

typedef struct th_store th_store;

/* For reading only, or (writes) made when it is not there.
 * Errors: TH_ENOENT (only reading, no file), TH_EFORMAT (damaged or another program's database), TH_EUNSUP (of a newer
 * Thimble), TH_EIO (read-only folder, full disk, locked by another program for 5 s); texts say what to do. */
TH_NODISCARD th_err th_store_open(const char *path, bool writes, th_store **s, th_why *why);
void th_store_close(th_store *s); /* NULL is fine */

/* What is done between these stands in the file wholly or not at all. */
TH_NODISCARD th_err th_store_begin(th_store *s, th_why *why);
TH_NODISCARD th_err th_store_commit(th_store *s, th_why *why);
void th_store_rollback(th_store *s);

#endif
