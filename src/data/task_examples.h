/* data/task_examples.h -- from a project's data to examples that its network takes, for every task but those of sound.
 */
#ifndef TH_DATA_TASK_EXAMPLES_H
#define TH_DATA_TASK_EXAMPLES_H

#include "data/card.h"
#include "data/dataset.h"
#include "data/layout.h"

/* Examples of one part of a project's data, by the recipe and labels of the card (th_task_card, or a model's); a label
 * of test data that the card has not is -1.  What the card does not know yet (axes, device) is filled in.  Of anomalies
 * TH_TRAIN and TH_VAL have the normal ones alone.  Of the sine points of the curve: with noise to learn from, without
 * to test with. Errors: TH_ENOENT: there are none, those of reading. */
TH_NODISCARD th_err th_task_examples(const th_project *p, th_split split, th_card *card, th_examples **e, th_why *why);

/* Of anomalies the windows that watch and show a fault: recordings that a user put into val.  *e is NULL when there are
 * none.  Errors: those of th_task_examples. */
TH_NODISCARD th_err th_task_faults(const th_project *p, th_card *card, th_examples **e, th_why *why);

/* Gives away a signal of the data as the recording that it was.  Errors: those of reading and of take. */
TH_NODISCARD th_err th_task_recording(const th_dataset *set, const th_sample *s, th_recording_take *take, void *ctx,
                                      th_why *why);

/* A card with all that thimble.ini says: task, recipe, labels, pixels.
 *   preset   in place of thimble.ini's; NULL.  Where it takes one line of numbers (a classic learner, mlp) and blocks
 *            are rows, p->summary stands in their place. */
TH_NODISCARD th_err th_task_card(const th_project *p, const char *preset, th_card *card, th_why *why);

/* The shape of the examples of th_task_examples, without making them.  card: of th_task_card; axes, where it does not
 * know them, become those of the first recording; while there is none axes_else, and *assumed becomes true.
 * Errors: TH_EFORMAT (blocks), those of th_dataset_load. */
TH_NODISCARD th_err th_task_shape(const th_project *p, int32_t axes_else, th_card *card, th_examples_shape *shape,
                                  bool *assumed, th_why *why);

/* "-1..1" -> what bytes 0 and 255 become; NULL leaves them.  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_pixels_parse(const char *text, float *lo, float *hi, th_why *why);

#endif
