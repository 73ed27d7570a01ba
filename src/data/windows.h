/* data/windows.h -- from recordings to examples: windows of a sensor's rows as features, strokes as points or pictures.
 *
 * Windows: rows are brought to the recipe's rate (between two by a straight line) and cut, one window every hop from
 * the recording's first row on; a window is never across two recordings, and those are cut at pauses.  Its label is the
 * one that at least three quarters of its rows have, and a window without one is left out: half sitting, half standing
 * up is neither; of anomalies the one of its last row, because an alarm is about
 * now. Features: dsp/block.h.  With baseline = group the features of each group's windows (a machine, an experiment)
 * are held against those of its normal ones (dsp/baseline.h). Strokes: `points` of them evenly spaced along the way,
 * the middle of their box at 0 and its larger side 2 long; or a picture of 32 x 32 (dsp/raster.h). */
#ifndef TH_DATA_WINDOWS_H
#define TH_DATA_WINDOWS_H

#include "data/card.h"
#include "data/layout.h"
#include "dsp/block.h"

typedef struct th_windows th_windows;

/* The block of features that the card's recipe describes (card->axes is set), and rows from window to window.
 * Errors: TH_EFORMAT (the text names the word). */
TH_NODISCARD th_err th_windows_block(const th_card *card, th_block_cfg *cfg, int32_t *hop_rows, th_why *why);

/* The shape of a stroke's example. */
th_examples_shape th_windows_stroke(const th_recipe *recipe);

/* Makes examples with the recipe and labels of the card, which lives as long; card->axes 0 becomes that of the first
 * recording.  early: as in data/groups.h.  Errors: TH_EFORMAT (blocks that make no sense: the text names the word),
 * TH_ENOMEM. */
TH_NODISCARD th_err th_windows_new(th_card *card, bool early, th_windows **w, th_why *why);
void th_windows_free(th_windows *w);

/* What is normal in r's group, for baseline = group; does nothing otherwise.  Before th_windows_add of that group. */
TH_NODISCARD th_err th_windows_learn(th_windows *w, const th_recording *r, th_why *why);

/* Adds the examples of a recording.  Errors: TH_ESHAPE (other channels than those before it), TH_EFORMAT (baseline, and
 * nothing was learnt of its group), TH_ENOMEM. */
TH_NODISCARD th_err th_windows_add(th_windows *w, const th_recording *r, th_why *why);

/* baseline = group: of groups with very many examples some are taken out (th_groups_thin).  Before th_windows_take. */
TH_NODISCARD th_err th_windows_thin(th_windows *w, th_why *why);

/* Takes all examples out again, and what was left out; what was learnt stays. */
void th_windows_clear(th_windows *w);

/* The examples; w has none then.  NULL when there are none. */
th_examples *th_windows_take(th_windows *w);

/* Recordings that were too short for a window, and windows whose label the card has not. */
void th_windows_left_out(const th_windows *w, size_t *too_short, size_t *no_label, char other[TH_LABEL_BYTES]);

#endif
