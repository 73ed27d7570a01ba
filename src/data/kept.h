/* data/kept.h -- examples of a project, kept on disk as they were computed: PROJECT/cache/train.kept, val.kept,
 * test.kept.  Of sounds: features of clips that nothing changes by chance (validation, calibration).
 *
 * A file holds the key of what it was made from: the data (their version's id: content, labels, parts), the features
 * and labels (the card), the size of pictures, the program's version.  With another key, damaged, or deleted, the
 * examples are made anew; nothing else is ever lost with it.
 *
 *   "THKX" format 1   key[64]   n h w c of int32   bytes of a value (1: u8, 4: f32)   axes   device[32]
 *   values   labels [n] int32   names, each with its NUL   BLAKE2b-256 of all before, as text
 *
 * Numbers are those of this machine: the folder is no place to share. */
#ifndef TH_DATA_KEPT_H
#define TH_DATA_KEPT_H

#include "data/card.h"
#include "data/dataset.h"

/* Of what the examples of a part are made from.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_kept_key(const th_project *p, const th_dataset *set, th_split split, const th_card *card,
                                char key[TH_HASH_BYTES], th_why *why);

/* Likewise of a keyword project: features of at most `at_most` clips of a part, as they are heard at test, with the
 * pipeline's labels and normalisation. */
TH_NODISCARD th_err th_kept_clips_key(const th_dataset *set, th_split split, const th_pipeline *pipe, int32_t at_most,
                                      char key[TH_HASH_BYTES], th_why *why);

/* The examples of this key, if axes and device are the card's, which gets them where it has none yet; NULL when there
 * are none. */
th_examples *th_kept_load(const th_project *p, th_split split, const char *key, th_card *card);

/* Of a file's bytes, which may be anybody's. */
th_examples *th_kept_parse(th_span bytes, const char *key, th_card *card);

/* Keeps them if it can: a folder that is full or read-only costs time, nothing else. */
void th_kept_save(const th_project *p, th_split split, const char *key, const th_card *card, const th_examples *e);

#endif
