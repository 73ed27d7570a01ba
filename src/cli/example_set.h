/* cli/example_set.h -- examples (data/examples.h) of --data and --val, scaled as their model wants them, to train on,
 * to quantise with and to test with. */
#ifndef TH_CLI_EXAMPLE_SET_H
#define TH_CLI_EXAMPLE_SET_H

#include "data/card.h"
#include "data/change.h"
#include "data/project.h"

typedef struct th_example_set {
    th_examples *train, *val; /* val NULL: some of train are set aside */
    int32_t *order;           /* [train->n] examples that are trained on, then, without val, those that are watched */
    int32_t n_train, n_val;
    th_card card; /* labels and scale */
    th_examples_scale scale;
    bool new_labels;  /* they are others than those of the model's card */
    th_change change; /* of training examples */
    bool to_input;    /* the network shall give back what goes in (autoencoder); labels are -1 then */
    uint64_t seed;    /* of what is set aside, of order and changes */
} th_example_set;

typedef struct th_example_files {
    const char *data, *val; /* val may be NULL */
    th_examples_shape shape;
    const th_card *card;      /* of a model that was trained before; NULL: there is none */
    bool keep_labels;         /* examples with a label that the card has not are refused */
    bool new_labels;          /* the card's labels are not kept: the model gets another end */
    float pixel_lo, pixel_hi; /* without a card */
    bool raw;                 /* data is a network's inputs as they are, th_examples_load_raw; no card, no val */
    const char *labels;       /* of raw inputs, or NULL */
    const char *change;       /* words of data/change.h; NULL: of pictures flip, shift, zoom, light */
    int32_t n_classes;
} th_example_files;

/* Reads the files into a set whose seed and to_input are set.  With a card its scale is kept, and its labels
 * when the examples have no others.
 * Free with th_example_set_free, after an error too.
 * Errors: those of th_examples_load and th_card_relabel, TH_EFORMAT (one label only, and no card),
 * TH_EUSAGE (a change that the examples cannot bear). */
TH_NODISCARD th_err th_example_set_open(th_example_set *s, const th_example_files *f, th_why *why);
/* The same from a project that is not of sounds: its training and validation examples, or those that are computed.
 *   preset named in place of thimble.ini's, or NULL
 *   card   of a model that was trained before, whose labels and recipe it keeps; NULL: made from thimble.ini and the
 * data Errors: TH_ENOENT (no data, or none to train with: says what to run), those of th_task_examples. */
TH_NODISCARD th_err th_example_set_project(th_example_set *s, const th_project *p, const char *preset,
                                           const th_card *card, th_why *why);

void th_example_set_free(th_example_set *s);

/* card.limit of a network that gives back what goes in: factor times the score that percentile per cent of the examples
 * that watch do not exceed (of those that are learnt from, where fewer than 50 watch); or, of learners too, the
 * cheapest one ([anomaly] threshold = cost), with a note of what was assumed on stderr. */
TH_NODISCARD th_err th_example_set_limit(th_example_set *s, const th_project *p, const th_model *model, int threads,
                                         th_why *why);

/* Decides the order: without val an eighth of the examples, drawn by the seed, is set aside. */
TH_NODISCARD th_err th_example_set_divide(th_example_set *s, th_why *why);

/* th_example_fn and th_sample_fn; ctx is the set.  Of the training examples, each epoch in another order and changed;
 * of those that are watched, as they are. */
void th_example_set_train(void *set, int32_t epoch, int32_t i, int member, float *x, float *y);
void th_example_set_val(void *set, int32_t epoch, int32_t i, int member, float *x, float *y);

/* Example i that is watched: its place in val or train. */
const th_examples *th_example_set_watched(const th_example_set *s, int32_t i, int32_t *at);

/* Data, labels, scale and changes: of two sets with the same hash the same is learnt. */
uint64_t th_example_set_hash(const th_example_set *s);

/* "96x96x3" -> shape; NULL leaves it.  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_example_size(const char *text, th_examples_shape *shape, th_why *why);

/* Height, width and channels of a graph's only input; 1 x 1 x values for others. */
th_examples_shape th_example_shape(const th_graph *g);

#endif
