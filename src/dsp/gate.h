/* dsp/gate.h -- two networks hear the same words: a small one judges every window, and wakes the large one for those in
 * which it takes something for a word.  The features are computed once:
 *
 *   features --(scale)--> small network --> scores: their sum over its keywords is large enough?
 *      no:  the scores are those of a window in which the large one is sure that there is no word
 *      yes: features --> large network --> its scores                           --> detector (dsp/detector.h)
 */
#ifndef TH_DSP_GATE_H
#define TH_DSP_GATE_H

#include <stdint.h>

typedef struct th_gate {
    uint32_t labels; /* bit c set: class c of the small network is a word */
    int32_t n_small; /* its classes */
    int32_t least;   /* the gate opens from this sum on, 256 = certain; 0: always */
    int32_t n_large; /* classes of the large one */
    int32_t quiet;   /* of these the one that says that there is no word */
    /* The large network's input q, coefficient c of a frame, is (q - zero) gain[c] + shift[c] for the small one, whose
     * int8 input has small_scale and small_zero: each was trained with a mean and deviation of its own. */
    int32_t zero, n_coef;
    const float *gain, *shift; /* [n_coef] */
    float small_scale;
    int32_t small_zero;
} th_gate;

/* scores [n_small], int8 soft-max: 1 when the large network is to judge this window. */
int32_t th_gate_opens(const th_gate *g, const int8_t *scores);

/* What the large network would say of nothing -> scores [n_large]. */
void th_gate_shut(const th_gate *g, int8_t *scores);

/* Features [n] of the large network's input, n a multiple of n_coef, -> those of the small one's. */
void th_gate_features(const th_gate *g, const int8_t *from, int32_t n, int8_t *to);

#endif
