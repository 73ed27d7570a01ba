/* store/versions.h -- the data as it was: each version names all its samples, and is called by its content. */
#ifndef TH_STORE_VERSIONS_H
#define TH_STORE_VERSIONS_H

#include "store/samples.h"

typedef struct th_data_version {
    int64_t number;             /* of its rows, for th_samples_read */
    char id[TH_HASH_BYTES];     /* hash of the digests of its samples: equal data, equal id, on any computer */
    char parent[TH_HASH_BYTES]; /* "": the first */
    char time[24];              /* 2026-11-22T18:05:09Z */
    char *message;              /* fresh memory of th_versions_all */
    int64_t n;                  /* samples */
    bool head;                  /* what is there now was made from this one */
} th_data_version;

typedef struct th_data_version_list {
    th_data_version *v; /* newest first */
    size_t n;
} th_data_version_list;

TH_NODISCARD th_err th_versions_all(const th_store *s, th_data_version_list *list, th_why *why);
void th_versions_free(th_data_version_list *list);

/* The one whose id begins with `word` (4 characters at least), "head", or head~2, the one two before.
 * Errors: TH_ENOENT (none), TH_EUSAGE (several), both with what there is. */
TH_NODISCARD th_err th_versions_find(const th_data_version_list *list, const char *word, const th_data_version **v,
                                     th_why *why);

/* The id that the samples would get if they were committed now. */
TH_NODISCARD th_err th_versions_now(const th_store *s, char id[TH_HASH_BYTES], th_why *why);

/* Keeps the samples as they are.  *made: false when a version with this content is there already; then that one is the
 * head again. */
TH_NODISCARD th_err th_versions_commit(th_store *s, const char *message, char id[TH_HASH_BYTES], bool *made,
                                       th_why *why);

/* Makes the samples of a version those of now.  What is not committed is lost, unless `careful`: then TH_EEXIST. */
TH_NODISCARD th_err th_versions_checkout(th_store *s, const th_data_version *v, bool careful, th_why *why);

#endif
