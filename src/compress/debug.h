/* compress/debug.h -- the quantisation debugger: what each layer of an integer network loses, and why. */
#ifndef TH_COMPRESS_DEBUG_H
#define TH_COMPRESS_DEBUG_H

#include "compress/quantize.h"
#include "compress/score.h"

#define TH_DEBUG_BARS 32

typedef struct th_layer_debug {
    th_layer_error error; /* precision and signal to noise when all layers are as the settings say */
    double channel_db;    /* signal to noise of the median channel of the output; NAN: the layer is float, or silent */
    double saturated;     /* share of the float values that lie outside of what the output can say, 0 to 1 */
    double used;          /* part of what the output can say between its smallest and largest value, 0 to 1 */
    double imbalance;     /* largest channel over the median channel that is not silent, by largest |value|; 1: alike */
    int32_t channel;      /* the largest */
    double lo, hi;        /* of the float values */
    double first, last;   /* what the output can say; both 0 for a float one */
    double bar[TH_DEBUG_BARS]; /* share of the values in equal parts of lo .. hi */
    bool given;                /* its scale is its input's or the operator's own: there is nothing to choose */
    bool tried;                /* this layer alone was made an integer one: */
    th_score alone;
} th_layer_debug;

/* rows [n_nodes of the float network].
 *   s         what `converted` was made with
 *   scorer    NULL: layers are not tried alone, which takes as many runs of all its samples as there are layers
 *   progress  0 to 1, with ctx, or NULL
 * Errors: TH_ENOMEM, those of th_quantizer_make and th_scorer_run. */
TH_NODISCARD th_err th_debug_layers(th_quantizer *q, const th_quantize_settings *s, const th_converted *converted,
                                    const th_scorer *scorer, void (*progress)(void *ctx, double part), void *ctx,
                                    th_layer_debug *rows, th_why *why);

/* What is wrong with a layer, and what may mend it.
 *   UNEQUAL  a channel is much larger than the others: equalise, 16 bits
 *   CUT      values lie outside of what the type can say: another method of choosing ranges
 *   UNUSED   most of the steps are not used
 *   COSTLY   alone it costs much, although its output is in order
 *   WEAK     its error is more than a third of its signal */
typedef enum th_debug_cause {
    TH_DEBUG_FINE,
    TH_DEBUG_UNEQUAL,
    TH_DEBUG_CUT,
    TH_DEBUG_UNUSED,
    TH_DEBUG_COSTLY,
    TH_DEBUG_WEAK
} th_debug_cause;

th_debug_cause th_debug_find(const th_layer_debug *row, const th_score *f32);
const char *th_debug_cause_name(th_debug_cause cause); /* "unequal", .. */

/* The same in a sentence without its name; buf [n].  Empty when nothing is. */
void th_debug_words(const th_layer_debug *row, const th_score *f32, char *buf, size_t n);

#endif
