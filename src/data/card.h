/* data/card.h -- what a model that was trained on examples (data/examples.h) says of itself: the metadata entry
 * "thimble.examples" in its .tflite, JSON: {"format": 1, "labels": [..], "pixels": [lo, hi]}, and for rows of numbers
 * {"mean": [..], "inv": [..]} of each column. */
#ifndef TH_DATA_CARD_H
#define TH_DATA_CARD_H

#include "data/examples.h"

#define TH_CARD_METADATA "thimble.examples"
#define TH_CARD_VALUES   4096

typedef struct th_card {
    int32_t n_labels;
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
    float pixel_lo, pixel_hi;
    int32_t n_values; /* of mean and inv; 0: none */
    float mean[TH_CARD_VALUES], inv[TH_CARD_VALUES];
} th_card;

/* Labels of the examples and the scale of their values: for numbers mean 0 and deviation 1 of each column;
 * of signals and pictures (more than one place) of each channel. */
void th_card_make(const th_examples *e, float pixel_lo, float pixel_hi, th_card *card);

TH_NODISCARD th_err th_card_attach(const th_card *card, th_model *model, th_why *why);
/* Errors: TH_ENOENT (the model has none), TH_EFORMAT. */
TH_NODISCARD th_err th_card_from(const th_model *model, th_card *card, th_why *why);

/* Numbers of e's labels change to those that the card has for the same names; e has the card's labels then.
 * Errors: TH_EFORMAT (e has a label that the card has not), TH_ESHAPE (numbers of another count than mean and inv). */
TH_NODISCARD th_err th_card_relabel(const th_card *card, th_examples *e, th_why *why);

th_examples_scale th_card_scale(const th_card *card); /* points into the card */

#endif
