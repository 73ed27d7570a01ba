/* data/split.h -- which clips train, which choose the best epoch (val), which only test.
 *
 * A person's voice on both sides would make a test look better than the device will be, so whole
 * speakers are divided; only where they are not known, or too few, single clips are. */
#ifndef TH_DATA_SPLIT_H
#define TH_DATA_SPLIT_H

#include "data/dataset.h"

#define TH_MIN_SPEAKERS 5 /* with fewer, clips are divided instead of speakers */
#define TH_MIN_TO_SPLIT 5 /* a label with fewer clips stays in training */

typedef struct th_split_item {
    const char *label, *subject; /* subject: who speaks, "" when not known */
    const char *key;             /* names the clip; decides its place in the draw.  "FILE#12": piece 12 of a long
                                    recording, whose pieces are divided in the order of time */
    bool fixed;                  /* split is given and stays */
    th_split split;              /* result */
} th_split_item;

typedef struct th_split_cfg {
    double val, test; /* shares, 0 to 0.4 each */
    uint64_t seed;
    size_t min_subjects; /* with fewer, clips are divided; 0: TH_MIN_SPEAKERS */
} th_split_cfg;

/* Fills `split` of every item that is not fixed.  A speaker with a fixed item goes where that one is.
 * Every label with TH_MIN_TO_SPLIT clips gets at least one in val and in test (where no speaker stands
 * in the way).  The same items and seed give the same result.
 *   by_speaker   true when speakers were divided, false when there were too few
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_split_choose(th_split_item *items, size_t n, const th_split_cfg *cfg, bool *by_speaker,
                                    th_why *why);

/* One more: items[k] beside the others, which are all fixed.  As th_split_choose where whole speakers are divided; a
 * clip alone goes where the clips of its label are fewer than their share, so that the shares come out right in a row
 * of recordings. */
TH_NODISCARD th_err th_split_next(th_split_item *items, size_t n, size_t k, const th_split_cfg *cfg, th_why *why);

/* Split of piece i of the n pieces of one recording: training first, then val, then test. */
th_split th_split_piece(size_t i, size_t n, const th_split_cfg *cfg);

/* Which part of a folder that is no project's data is tested: one of th_split, or all of it. */
enum { TH_PART_TOLD = -1, TH_PART_ALL = -2 };

/* What TH_PART_TOLD comes to where so many of the folder's examples are told to be for each use: those for testing;
 * where there are none those for validation; else all, as when nothing is told. */
int th_split_tested(const size_t told[TH_N_SPLITS]);

/* "train", "val", "test", "all"; NULL: TH_PART_TOLD.  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_split_part(const char *name, int *part, th_why *why);

/* The draw: a number that depends on seed and text only. */
uint64_t th_split_draw(uint64_t seed, const char *text);

#endif
