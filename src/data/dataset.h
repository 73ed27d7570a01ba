/* data/dataset.h -- what a project learns from: files called by their content (data/objects) and an index of them in
 * thimble.db (store/samples.h).
 *
 *   sound     data/objects/ab/REST.wav   16 bits, mono, at the project's rate (th_dataset_samples)
 *   signal    ..csv   a line of channel names, then a line per row: numbers with commas between (th_dataset_signal)
 *   picture   ..png, ..jpg   as it came (th_dataset_path and data/picture.h) */
#ifndef TH_DATA_DATASET_H
#define TH_DATA_DATASET_H

#include "data/project.h"
#include "data/signal.h"
#include "store/samples.h"

typedef struct th_dataset {
    th_sample *samples; /* loaded: by label, name, hash, whatever the order in which they came; added: at the end */
    size_t n, cap;
    char *object_dir; /* PROJECT/data/objects */
    int32_t rate_hz;  /* of sounds: the project's */
    int64_t revision; /* of the index when it was loaded: th_dataset_save writes over nothing newer */
    size_t n_skipped; /* by th_dataset_scan: files that could not be used */
} th_dataset;

/* An empty one.  th_dataset_load: the samples of the project (none yet: an empty one).  A project of before the store
 * (data/index.tsv, data/clips) is brought over first (data/old_index.h).
 *
 * A sound whose label is not among the project's labels any more, and an "unknown" whose word has become
 * one of them, get their label anew from the word: the labels in thimble.ini can be changed at any time. */
TH_NODISCARD th_err th_dataset_new(const th_project *p, th_dataset **set, th_why *why);
TH_NODISCARD th_err th_dataset_load(const th_project *p, th_dataset **set, th_why *why);

/* Makes the samples of the set those of the project, in one transaction.
 * Errors: TH_EEXIST when another program has changed the index since it was loaded, those of th_store_open. */
TH_NODISCARD th_err th_dataset_save(const th_project *p, th_dataset *set, th_why *why);
void th_dataset_free(th_dataset *set);

/* The same when only the few samples in `e` are other than those in the index (th_samples_change), which takes no
 * longer when there are many. */
TH_NODISCARD th_err th_dataset_save_few(const th_project *p, th_dataset *set, const th_samples_edit *e, th_why *why);

/* th_samples_restore, then the set has to be loaded again.  Errors: TH_ENOENT, TH_EEXIST. */
TH_NODISCARD th_err th_dataset_restore(const th_project *p, th_dataset *set, const char *hash, th_why *why);

/* A copy of a sample in fresh memory: free(copy->block).  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_sample_copy(const th_sample *s, th_sample *copy, th_why *why);

/* By label, name, hash, source: as they are loaded. */
void th_dataset_sort(th_dataset *set);

/* Copies all that the sample points at; texts that are NULL become "".  Segments and boxes are sorted, equal ones are
 * one. Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_dataset_add(th_dataset *set, const th_sample *s, th_why *why);

/* Takes out the samples i < n with gone[i]; the others keep their order. */
void th_dataset_remove(th_dataset *set, const bool *gone, size_t n);

/* Gives a text of sample i another value: by its member's name as TH_SAMPLE_TEXTS has it.
 * Errors: TH_EUSAGE (no such member), TH_ENOMEM. */
TH_NODISCARD th_err th_dataset_set(th_dataset *set, size_t i, const char *member, const char *value, th_why *why);

/* Text of a member by its name; NULL when there is no such member. */
const char *th_sample_text(const th_sample *s, const char *member);

/* ---- new content: the file is written, and the sample added with kind, hash, suffix and n_rows ---------------- */

/* n samples at the project's rate. */
TH_NODISCARD th_err th_dataset_put_sound(th_dataset *set, const th_sample *s, const int16_t *pcm, int32_t n,
                                         th_why *why);

/* rows [n][channels]; s->channels names them ("x,y,z"), s->rate_hz is given.
 * Errors: TH_EUSAGE (no channels, a name twice or empty), TH_ERANGE (a value that is no number; the text names the
 * row). */
TH_NODISCARD th_err th_dataset_put_signal(th_dataset *set, const th_sample *s, const float *rows, int32_t n,
                                          th_why *why);

/* The bytes of a PNG or JPEG file; s->width and height are given. Errors: TH_EFORMAT (neither). */
TH_NODISCARD th_err th_dataset_put_picture(th_dataset *set, const th_sample *s, th_span bytes, th_why *why);

/* Hash that a sound's file will have. */
TH_NODISCARD th_err th_sound_hash(int32_t rate_hz, const int16_t *pcm, int32_t n, char hash[TH_HASH_BYTES],
                                  th_why *why);

/* ---- content ------------------------------------------------------------------------------------------------- */

/* Samples of a sound at the project's rate, mono, fresh memory. */
TH_NODISCARD th_err th_dataset_samples(const th_dataset *set, const th_sample *s, int16_t **pcm, int32_t *n,
                                       th_why *why);

/* Rows of a signal [*n][*channels], fresh memory.  Errors: TH_EFORMAT (what is no number, a row of another length: with
 * its line), those of reading. */
TH_NODISCARD th_err th_dataset_signal(const th_dataset *set, const th_sample *s, float **rows, int32_t *n,
                                      int32_t *channels, th_why *why);

/* Path of a sample's file. */
TH_NODISCARD th_err th_dataset_path(const th_dataset *set, const th_sample *s, char buf[TH_PATH_BYTES], th_why *why);

/* What to call it for people: its name, or the file that is only tested. */
const char *th_sample_shown(const th_sample *s);

/* Exactly n_out samples of a sound for a network: the loudest window when longer, centred and
 * padded with zeros when shorter. `offset` shifts the window, for augmentation (0 at test). */
int32_t th_clip_start(const int16_t *pcm, int32_t n, int32_t n_out); /* its first sample; below 0 when padded */
void th_clip_window(const int16_t *pcm, int32_t n, int32_t offset, int16_t *out, int32_t n_out);

/* Calls give(ctx, label, rows) for each label of a sample: its own, or those of its segments. */
typedef void th_label_give(void *ctx, const char *label, int32_t rows);
void th_sample_labels(const th_sample *s, th_label_give *give, void *ctx);

/* Label of a word in this project: itself, or "unknown". */
const char *th_dataset_label(const th_project *p, const char *word);

/* Label of a sample in this project as its labels are now: see th_dataset_load. */
const char *th_dataset_label_now(const th_project *p, const th_sample *s);

/* The sounds below dir in any of the layouts of `data import`, in memory only, all with split TH_TEST: for
 * `thimble test --data`.  part: which part of the folder (data/split.h).  Noise that is told to be for nothing in a
 * folder that is divided is divided as th_import does, in time. */
TH_NODISCARD th_err th_dataset_scan(const th_project *p, const char *dir, int part, th_dataset **set, th_why *why);

#endif
