/* data/source.h -- what a folder of recordings holds, by the names alone: nothing is read yet.
 *
 *   a folder per label      LABEL/FILE.wav, or LABEL/SPEAKER/FILE.wav
 *   Speech Commands         the same with testing_list.txt, validation_list.txt; SPEAKER_nohash_N.wav;
 *                           _background_noise_/ is cut into silence
 *   Free Spoken Digit       recordings/DIGIT_SPEAKER_INDEX.wav; index 0 to 4 tests (upstream), 5 to 9 validates
 *   Edge Impulse            training/LABEL.ANYTHING.wav, .json or .cbor (data/acquisition.h), testing/; info.labels
 *                           and structured_labels.labels (data/side_labels.h); a segment is a clip of its own
 *   arabic-speech-commands  dataset/LABEL/SPEAKER_NO_ROUND.wav with train.csv, val.csv, test.csv; where there is
 *                           no test.csv, half of the speakers of val.csv test */
#ifndef TH_DATA_SOURCE_H
#define TH_DATA_SOURCE_H

#include "data/dataset.h"

typedef struct th_found {
    char *path;       /* to open */
    char *name;       /* SRC's own name / path below it: for people and for the index */
    char *word;       /* what is said; TH_LABEL_SILENCE for noise */
    char *subject;    /* who speaks; "" when not known */
    int32_t from, to; /* samples from .. to - 1 of the file at its own rate; to 0: all */
    bool has_split;
    th_split split;
} th_found;

typedef struct th_found_list {
    th_found *item; /* sorted by folder, then name */
    size_t n, cap;
    const char *layout; /* for people: "a folder per label" */
    bool has_lists;     /* split lists were there */
    char **problem;     /* folders that could not be read, files that are no sound, ... */
    size_t n_problems;
    size_t n_other; /* files that are no sound by their name (README, ..) */
} th_found_list;

/* Errors: TH_ENOENT (no such folder, or no recordings in any known layout: the text says which there are),
 * TH_EFORMAT (two folders whose names differ by case only), TH_ENOMEM. */
TH_NODISCARD th_err th_source_find(const th_project *p, const char *dir, th_found_list **list, th_why *why);
void th_source_free(th_found_list *list);

/* Whether a file of that name (its ending) can be read as sound. */
bool th_source_is_sound(const char *name);

/* Adds a recording and copies the texts; `name` as in th_found.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_source_add(th_found_list *list, const char *path, const char *name, const char *word,
                                  const char *subject, th_why *why);

/* The layout of Edge Impulse (source_edge.c): adds nothing where there is none.  `shown`: what to call the folder. */
TH_NODISCARD th_err th_source_edge(const th_project *p, const char *dir, const char *shown, th_found_list *list,
                                   th_why *why);

/* Adds a sentence to list->problem. */
void th_source_problem(th_found_list *list, const char *fmt, ...) TH_PRINTF(2, 3);

/* The words that were found with their counts, most frequent first: "yes (267), no (261), ...", cut to fit. */
void th_source_words(const th_found_list *list, bool with_counts, char *buf, size_t cap);

#endif
