/* data/dataset.h -- the clips of a project and their index (data/index.tsv, written atomically). */
#ifndef TH_DATA_DATASET_H
#define TH_DATA_DATASET_H

#include "data/project.h"

typedef enum th_split { TH_TRAIN = 0, TH_VAL = 1, TH_TEST = 2 } th_split;
#define TH_N_SPLITS 3
const char *th_split_name(th_split s); /* "train", "val", "test" */

typedef struct th_clip {
    const char *file;    /* relative to PROJECT/data/clips, or absolute for a folder that is only tested */
    const char *label;   /* one of the project's labels */
    const char *word;    /* what was said, as the source calls it ("marvin" for an "unknown") */
    const char *speaker; /* "" when not known */
    const char *source;  /* where it came from; starts with "synthetic:" for synthetic clips */
    th_split split;
    uint64_t hash; /* FNV-1a of the 16-bit samples */
    int32_t start; /* first sample of the file; 0 but for pieces of a long file in a folder that is only tested */
    int32_t n_samples;
} th_clip;

typedef struct th_dataset {
    th_clip *clips;
    size_t n, cap;
    char *clip_dir; /* PROJECT/data/clips */
    int32_t rate_hz;
    size_t n_skipped; /* by th_dataset_scan: files that could not be used */
} th_dataset;

/* An empty one.  th_dataset_load: reads data/index.tsv (none yet: an empty one).
 *
 * A clip whose label is not among the project's labels any more, and an "unknown" whose word has become
 * one of them, get their label anew from the word: the labels in thimble.ini can be changed at any time. */
TH_NODISCARD th_err th_dataset_new(const th_project *p, th_dataset **set, th_why *why);
TH_NODISCARD th_err th_dataset_load(const th_project *p, th_dataset **set, th_why *why);
TH_NODISCARD th_err th_dataset_save(const th_project *p, const th_dataset *set, th_why *why);
void th_dataset_free(th_dataset *set);
/* data/index.tsv as text: a line "# thimble index 1", a line of column names, one line per clip (fields
 * separated by tabs; tab, newline, backslash written \\t \\n \\\\), a line "# end".  A text that was cut
 * anywhere, or holds anything else, is refused with its line number.
 *   name   of the file, for errors.   print: fresh memory (free() it) */
TH_NODISCARD th_err th_dataset_parse(th_span text, const char *name, const th_project *p, th_dataset **set,
                                     th_why *why);
TH_NODISCARD th_err th_dataset_print(const th_dataset *set, uint8_t **text, size_t *n, th_why *why);

/* Copies the strings. */
TH_NODISCARD th_err th_dataset_add(th_dataset *set, const th_clip *clip, th_why *why);

/* Samples of a clip at the project's rate, mono, fresh memory. */
TH_NODISCARD th_err th_dataset_samples(const th_dataset *set, const th_clip *clip, int16_t **pcm, int32_t *n,
                                       th_why *why);

/* Exactly n_out samples of a clip for a network: the loudest window when longer, centred and
 * padded with zeros when shorter. `offset` shifts the window, for augmentation (0 at test). */
int32_t th_clip_start(const int16_t *pcm, int32_t n, int32_t n_out); /* its first sample; below 0 when padded */
void th_clip_window(const int16_t *pcm, int32_t n, int32_t offset, int16_t *out, int32_t n_out);

/* Path of a clip's file. */
TH_NODISCARD th_err th_dataset_path(const th_dataset *set, const th_clip *clip, char buf[TH_PATH_BYTES], th_why *why);

/* Label of a word in this project: itself, or "unknown". */
const char *th_dataset_label(const th_project *p, const char *word);

/* Every clip below dir in any of the layouts of `data import`, in memory only, all with split TH_TEST:
 * for `thimble test --data`. Split lists are ignored. */
TH_NODISCARD th_err th_dataset_scan(const th_project *p, const char *dir, th_dataset **set, th_why *why);

#endif
