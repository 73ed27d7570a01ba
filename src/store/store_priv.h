/* store/store_priv.h -- statements, for the files of this layer. */
#ifndef TH_STORE_STORE_PRIV_H
#define TH_STORE_STORE_PRIV_H

#include "store/store.h"

#include <sqlite3.h>

/* Tables of one kind of file, and how they came to be: step i brings a file from version i to i + 1. */
typedef struct th_schema {
    int id; /* PRAGMA application_id */
    const char *const *steps;
    int n_steps;
    const char *when_damaged; /* a sentence: what is lost, what to do */
} th_schema;

struct th_store {
    sqlite3 *db;
    char *path;
    const th_schema *schema;
};

/* th_store_open for another kind of file. */
TH_NODISCARD th_err th_store_open_as(const char *path, const th_schema *schema, bool writes, th_store **s, th_why *why);

/* The error of the last call on s->db, as a sentence. */
th_err th_store_fail(const th_store *s, th_why *why);

/* Prepares `sql` and binds what follows by `types`, one letter each: i int64_t, d double, s const char * (NULL is
 * NULL). On success sqlite3_finalize(*q) is the caller's. */
TH_NODISCARD th_err th_store_prepare(const th_store *s, sqlite3_stmt **q, th_why *why, const char *sql,
                                     const char *types, ...);

/* The same, run to its end; rows are not looked at. */
TH_NODISCARD th_err th_store_run(const th_store *s, th_why *why, const char *sql, const char *types, ...);

/* The end of a transaction: kept when `err` is TH_OK, else taken back. */
TH_NODISCARD th_err th_store_end(th_store *s, th_err err, th_why *why);

/* After a change of the samples, inside its transaction: drops descriptions that nothing uses, counts the change. */
TH_NODISCARD th_err th_samples_changed(const th_store *s, th_why *why);

/* Next row: *more tells whether there is one. */
TH_NODISCARD th_err th_store_step(const th_store *s, sqlite3_stmt *q, bool *more, th_why *why);

#endif
