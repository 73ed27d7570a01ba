/* data/import.h -- from somebody's recordings to the project's own clips. */
#ifndef TH_DATA_IMPORT_H
#define TH_DATA_IMPORT_H

#include "data/source.h"
#include "data/split.h"

typedef void th_import_progress(void *ctx, double part); /* 0 to 1 */

typedef struct th_import_cfg {
    int32_t per_label; /* at most so many training clips of each label but silence; 0: all. Val and test are complete */
    const char *hmac_key;         /* recordings of Edge Impulse must be signed with it; NULL: any */
    th_split_cfg split;           /* where the source brings no lists */
    th_import_progress *progress; /* or NULL */
    void *ctx;
} th_import_cfg;

typedef struct th_import_report {
    size_t added, already, duplicates, refused, left_out; /* clips; left_out: by per_label */
    bool by_speaker, has_lists;                           /* how it was split */
    size_t n_speakers;
    th_found_list *found; /* layout and problems; th_source_free it */
} th_import_report;

/* A clip that stays below this is a word; longer ones are refused, as silence they are cut. */
#define TH_MAX_WORD_SECONDS  10
#define TH_MAX_NOISE_SECONDS 1800

/* Reads every recording below src, stores it in data/objects and adds it to `set`; writes the index every
 * few seconds and at the end.  What is there already (by content) is left alone, so the same command can be
 * run again after an interruption.  One bad file stops nothing: report->found->problem names it.
 * Errors: those of th_source_find, TH_EINTR (what was imported is in the index), TH_EIO (disk full: the same). */
TH_NODISCARD th_err th_import(const th_project *p, th_dataset *set, const char *src, const th_import_cfg *cfg,
                              th_import_report *report, th_why *why);

/* One recording in the same way, of a microphone that listens now: n samples at the project's rate.  Long ones of
 * "silence" become clips.
 *   about    what is known: word, name, subject and the other texts; label and split are found here
 *   split    shares and seed
 *   added    samples; they are the last ones of the set, which is not saved
 * Errors: TH_EEXIST (the same sound is there), TH_EIO, TH_ENOMEM. */
TH_NODISCARD th_err th_import_recorded(const th_project *p, th_dataset *set, const th_sample *about, const int16_t *pcm,
                                       int32_t n, const th_split_cfg *split, size_t *added, th_why *why);

/* Content -> number of the sample; for finding duplicates.  The set may grow meanwhile, and lose nothing. */
typedef struct th_hash_index th_hash_index;
TH_NODISCARD th_err th_hash_index_new(const th_dataset *set, th_hash_index **h, th_why *why);
void th_hash_index_free(th_hash_index *h);
int64_t th_hash_index_find(const th_hash_index *h, const char *hash); /* -1 when there is none */
void th_hash_index_add(th_hash_index *h, size_t sample);

#endif
