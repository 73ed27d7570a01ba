#include "data/version.h"

#include <stdlib.h>
#include <string.h>

#define DIGEST (TH_HASH_BYTES - 1)

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST);
}

th_err th_dataset_id(const th_dataset *set, char id[TH_HASH_BYTES], th_why *why)
{
    size_t kept = 0;
    char *digests = malloc(set->n * DIGEST + TH_HASH_BYTES);
    if (!digests) return th_why_set(why, TH_ENOMEM, "out of memory for the index of the data");
    for (size_t i = 0; i < set->n; i++) th_sample_digest(&set->samples[i], digests + i * DIGEST);
    qsort(digests, set->n, DIGEST, by_digest);
    for (size_t i = 0; i < set->n; i++) { /* equal descriptions are one in the store */
        const char *digest = digests + i * DIGEST;
        if (kept && memcmp(digests + (kept - 1) * DIGEST, digest, DIGEST) == 0) continue;
        memmove(digests + kept++ * DIGEST, digest, DIGEST);
    }
    th_hash_of((th_span){(const uint8_t *)digests, kept * DIGEST}, id);
    free(digests);
    return TH_OK;
}

static th_err is_head(const char *path, const char *id, bool *head, th_why *why)
{
    th_store *s;
    th_data_version_list list;
    *head = false;
    if (!th_file_exists(path)) return TH_OK;
    TH_TRY(th_store_open(path, false, &s, why));
    const th_err err = th_versions_all(s, &list, why);
    for (size_t i = 0; !err && i < list.n; i++) *head = *head || (list.v[i].head && strcmp(list.v[i].id, id) == 0);
    if (!err) th_versions_free(&list);
    th_store_close(s);
    return err;
}

th_err th_dataset_commit(const th_project *p, th_dataset *set, const char *message, char id[TH_HASH_BYTES], bool *made,
                         th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    bool head;
    *made = false;
    if (!set->n)
        return th_why_set(why, TH_ENOENT,
                          "there is no data to keep. First: thimble data import FOLDER, or thimble data synth");
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    TH_TRY(th_dataset_id(set, id, why));
    TH_TRY(is_head(path, id, &head, why));
    if (head) return TH_OK;
    TH_TRY(th_dataset_save(p, set, why));
    TH_TRY(th_store_open(path, true, &s, why));
    const th_err err = th_versions_commit(s, message, id, made, why);
    th_store_close(s);
    return err;
}
