/* compress/repair.h -- finds the least change that gives an integer network its accuracy back.
 *
 * The changes, in the order of what they cost on the device; the first that is good enough is kept:
 *   1. nothing
 *   2. channels of neighbouring layers equalised: costs nothing
 *   3. other ways to choose ranges, 4. with equalised channels: cost nothing
 *   5. a scale for each output of dense layers, 6. with equalised channels: some bytes, and newer software on the
 * device
 *   7. the worst layers in 16 bits, one after another: each first alone, then with the layers beside it, as the tensor
 *      between two layers has 16 bits only when both have; a layer in 16 bits takes about twice the time and memory
 *   8. all of it in 16 bits
 * Where nothing is enough the best is kept, and quantisation-aware training is what is left. */
#ifndef TH_COMPRESS_REPAIR_H
#define TH_COMPRESS_REPAIR_H

#include "compress/debug.h"

#define TH_REPAIR_WORDS 192
#define TH_REPAIR_TRIES 32

typedef struct th_repair_try {
    char words[TH_REPAIR_WORDS]; /* what was changed: "equalise .." */
    th_score score;
    bool equalised;
    th_quantize_settings settings; /* precision is NULL unless layers are in 16 bits: then [n_nodes] in th_repair */
    bool wide_layers;
} th_repair_try;

typedef struct th_repair {
    th_repair_try tried[TH_REPAIR_TRIES];
    int32_t n, best;
    bool restored; /* the best one is good enough */
    th_score f32;
    int32_t n_pairs;         /* of layers that can be equalised */
    th_model *equal;         /* the equalised float model, or NULL when it was not needed */
    th_quantizer *equalised; /* of it */
    th_precision *precision; /* [n_nodes] of the best */
    th_converted made;       /* the best one */
} th_repair;

typedef struct th_repair_job {
    th_quantizer *q;            /* of the float model as it is */
    const th_quantize_job *job; /* what q was made from */
    const th_scorer *scorer;    /* other samples than the calibration's are better */
    double within;              /* points of accuracy, or decibels below TH_SCORE_DB, that may be lost: th_score_loss */
    void (*progress)(void *ctx, double part);
    void *ctx;
} th_repair_job;

/* Free with th_repair_free, after an error too.  Errors: TH_ENOMEM, those of th_quantizer_make. */
TH_NODISCARD th_err th_repair_find(const th_repair_job *job, th_repair *r, th_why *why);
void th_repair_free(th_repair *r);

/* The quantizer that the best one was made with: job->q, or that of the equalised model. */
th_quantizer *th_repair_quantizer(const th_repair_job *job, const th_repair *r);

#endif
