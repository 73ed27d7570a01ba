/* data/card.h -- what a model that was trained on examples (data/examples.h) says of itself: the metadata entry
 * "thimble.examples" in its .tflite, JSON: {"format": 1, "labels": [..], "pixels": [lo, hi]}, and for rows of numbers
 * {"mean": [..], "inv": [..]} of each column, and "most" where what lies farther from 0 is cut.  Models of projects say
 * more: {"task": "activity", "rate_hz": 50, ..}, so that their tests and firmware need no project.  A model that was
 * shown what is normal only, and gives one score, has
 * {"normal": LABEL, "limit": a score above it is an alarm} and no labels. */
#ifndef TH_DATA_CARD_H
#define TH_DATA_CARD_H

#include "data/examples.h"
#include "data/task.h"

#define TH_CARD_METADATA "thimble.examples"
#define TH_CARD_VALUES   4096

typedef struct th_card {
    int32_t n_labels;
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
    float pixel_lo, pixel_hi;
    int32_t n_values; /* of mean and inv; 0: none */
    float mean[TH_CARD_VALUES], inv[TH_CARD_VALUES];
    float most;    /* scaled values farther from 0 count as this one; 0: as far as they are */
    char task[24]; /* of the project (data/task.h); "": of no project, and what follows is not set */
    th_recipe recipe;
    int32_t axes;                /* channels of the sensor */
    char device[32];             /* what recorded it: "phone"; "": anything */
    float limit;                 /* of anomalies: a score above it is one; 0: not known */
    uint64_t source_hash;        /* FNV-1a of the float .tflite that an int8 one was made from; 0 for none */
    bool scores;                 /* it gives one score of how strange an example is; limit is set */
    char normal[TH_LABEL_BYTES]; /* of such a model: the label of what is normal; "": not known */
} th_card;

/* Labels of the examples and the scale of their values: for numbers mean 0 and deviation 1 of each column;
 * of signals and pictures (more than one place) of each channel. */
void th_card_make(const th_examples *e, float pixel_lo, float pixel_hi, th_card *card);

/* The scale alone: mean and inv of numbers. */
void th_card_scale_by(const th_examples *e, th_card *card);

/* Columns of a table in which a few values lie far out (capital gains: most 0, some 99999) would be flat for all the
 * others, most of all in int8.  Mean and deviation are made anew with values beyond 3 deviations counted as 3, and what
 * is then beyond 5 is 5 in all that the model is shown.  Not for scores of strangeness: there what lies far out counts.
 * Signals and pictures (more than one place) stay as they are. */
void th_card_tame(const th_examples *e, th_card *card);

/* The entry's text, fresh (free() it); NULL: no memory. */
char *th_card_print(const th_card *card);
TH_NODISCARD th_err th_card_attach(const th_card *card, th_model *model, th_why *why);
/* Of the entry's bytes, which may be anybody's.  Errors: TH_EFORMAT. */
TH_NODISCARD th_err th_card_parse(th_span text, th_card *card, th_why *why);
/* Errors: those of th_card_parse, TH_ENOENT (the model has none). */
TH_NODISCARD th_err th_card_from(const th_model *model, th_card *card, th_why *why);

/* Numbers of e's labels change to those that the card has for the same names; e has the card's labels then.
 *   strangers   labels that the card has not may be there, and become -1
 * Errors: TH_EFORMAT (e has a label that the card has not), TH_ESHAPE (numbers of another count than mean and inv). */
TH_NODISCARD th_err th_card_relabel(const th_card *card, th_examples *e, bool strangers, th_why *why);

/* Are features held against those of their group ([signal] baseline = group)?  They have one scale then. */
bool th_card_by_group(const th_card *card);

/* How strange x [n] is to a network that gave y for it: mean (y - x)^2. */
float th_card_score(const float *x, const float *y, int32_t n);

th_examples_scale th_card_scale(const th_card *card); /* points into the card */

#endif
