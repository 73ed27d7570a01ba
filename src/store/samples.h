/* store/samples.h -- the index of a project's data, in the same database as its runs.
 *
 *   descriptions  all that is known of one sample; a row never changes, equal ones are one row (by their digest)
 *   segments      labelled parts of a description's rows        boxes   labelled parts of its picture
 *   samples       the descriptions that make up the data now
 *   undo          descriptions that were taken out and can be put back, the newest last
 *   versions, version_rows    the descriptions that made it up when it was committed (store/versions.h)
 *
 * So a version costs one small row per sample, and two versions differ by the descriptions that only one of them has.
 */
#ifndef TH_STORE_SAMPLES_H
#define TH_STORE_SAMPLES_H

#include "store/objects.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum th_split { TH_TRAIN = 0, TH_VAL = 1, TH_TEST = 2 } th_split;
#define TH_N_SPLITS 3
const char *th_split_name(th_split s); /* "train", "val", "test" */

typedef enum th_sample_kind { TH_SOUND = 0, TH_SIGNAL = 1, TH_PICTURE = 2 } th_sample_kind;
#define TH_N_SAMPLE_KINDS 3
const char *th_sample_kind_name(th_sample_kind kind); /* "sound", "signal", "picture" */

/* The texts of a sample: member, what it is.  The columns have the members' names. */
#define TH_SAMPLE_TEXTS(X)                                                                                             \
    X(hash, "content of its file (store/objects.h)")                                                                   \
    X(suffix, "of its file: wav, csv, png, jpg")                                                                       \
    X(name, "as the source calls it: a path below the source; FILE#12 is piece 12 of a long recording")                \
    X(label, "what it is an example of")                                                                               \
    X(labels, "further labels, joined by commas")                                                                      \
    X(word, "what the source calls it: \"marvin\" for an \"unknown\"")                                                 \
    X(subject, "who speaks, moves, is seen")                                                                           \
    X(device, "what recorded it")                                                                                      \
    X(consent, "what the subject agreed to")                                                                           \
    X(licence, "under which it may be used and passed on")                                                             \
    X(source, "the data set it came with; begins with synthetic: when no sensor recorded it")                          \
    X(group, "what must stay on one side of a split: an experiment, a machine, a session")                             \
    X(notes, "anything else")                                                                                          \
    X(channels, "of a signal: names joined by commas")

/* The numbers of a sample that are integers. */
#define TH_SAMPLE_COUNTS(X)                                                                                            \
    X(n_rows) /* samples of a sound, rows of a signal */                                                               \
    X(width)  /* of a picture, pixels */                                                                               \
    X(height)

typedef struct th_segment {
    int32_t from, to; /* rows from .. to - 1 */
    const char *label;
} th_segment;

typedef struct th_box { /* pixels from the upper left corner */
    float x, y, w, h;
    const char *label;
} th_box;

/* Frees the label of a segment or box whose text was allocated; NULL is fine. */
void th_part_label_free(const char *label);

typedef struct th_sample {
#define X(member, what) const char *member;
    TH_SAMPLE_TEXTS(X) /* read: never NULL, "" for what is not known; added: NULL is "" */
#undef X
    const char
        *file; /* "" for one of the store; else its path, absolute or below data/objects (only tested, not kept) */
    th_sample_kind kind;
    th_split split;
    double rate_hz; /* of sounds and signals; 0: rows have an order, but no times (strokes of a pen) */
#define X(member) int32_t member;
    TH_SAMPLE_COUNTS(X)
#undef X
    int32_t start;              /* first row in `file`; 0 in the store */
    const th_segment *segments; /* [n_segments] by from, to, label */
    const th_box *boxes;        /* [n_boxes] by x, y, w, h, label */
    size_t n_segments, n_boxes;
    void *block; /* th_dataset's: what the pointers above point into */
} th_sample;

/* Hash of all that is kept of a sample but `file`, `start` and `block`.  Members that are empty or 0 add nothing, so
 * that one more column changes no digest of before. */
void th_sample_digest(const th_sample *s, char digest[TH_HASH_BYTES]);

/* A set of descriptions: a version by its number (store/versions.h), or one of these. */
#define TH_ROWS_NOW  0  /* the samples as they are */
#define TH_ROWS_NONE -1 /* empty */

/* What a reader gives away is good until the function returns. */
typedef th_err th_sample_take(void *ctx, const th_sample *s, th_why *why);

/* Every sample of `rows` that is not in `without`, in no particular order. */
TH_NODISCARD th_err th_samples_read(const th_store *s, int64_t rows, int64_t without, th_sample_take *take, void *ctx,
                                    th_why *why);

/* Makes these the samples, in one transaction.
 *   revision   as th_samples_revision gave it when they were read; becomes the new one.  Below 0: whatever it was
 * Errors: TH_EEXIST when somebody else has written since, TH_ERANGE for a number that is none, those of th_store_open.
 */
TH_NODISCARD th_err th_samples_write(th_store *s, const th_sample *samples, size_t n, int64_t *revision, th_why *why);

/* Some samples go, others come, in one transaction; how long it takes depends on how many they are, not on how many
 * there are in all.
 *   out       [n_out] they are found by their digests
 *   in        [n_in]
 *   undo      what goes can be put back by th_samples_restore (the newest TH_UNDO_MOST of all that went)
 *   revision  as in th_samples_write
 * Errors: TH_ENOENT (one of `out` is not among the samples), those of th_samples_write; nothing is changed then. */
typedef struct th_samples_edit {
    const th_sample *out, *in;
    size_t n_out, n_in;
    bool undo;
} th_samples_edit;
#define TH_UNDO_MOST 10000
TH_NODISCARD th_err th_samples_change(th_store *s, const th_samples_edit *e, int64_t *revision, th_why *why);

/* The sample with this content becomes what it was before its last change with `undo`; one that went comes back.
 * Errors: TH_ENOENT (nothing is kept of it), TH_EEXIST as in th_samples_write. */
TH_NODISCARD th_err th_samples_restore(th_store *s, const char *hash, int64_t *revision, th_why *why);

/* What was taken out is forgotten: nothing can be put back any more. */
TH_NODISCARD th_err th_samples_forget(th_store *s, th_why *why);

/* Grows with each change of the samples; 0 when there never were any. */
TH_NODISCARD th_err th_samples_revision(const th_store *s, int64_t *revision, th_why *why);

/* Is the file with this content one of a sample, of now or of any version?  Those that can only be put back do not
 * count. */
TH_NODISCARD th_err th_samples_use(const th_store *s, const char *hash, bool *used, th_why *why);

#endif
