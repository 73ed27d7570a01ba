/* compress/weights.h -- the weights and biases of one layer as whole numbers.
 *
 * This is what the exporter does, for whoever has to do the very same: training that simulates int8 calls
 * th_weights_to_s8 and th_bias_to_int with the float weights of the moment. */
#ifndef TH_COMPRESS_WEIGHTS_H
#define TH_COMPRESS_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/* Element i of the weights belongs to output channel (i / inner) % n_out:
 *   CONV_2D, TRANSPOSE_CONV [out][h][w][in]   inner = h * w * in
 *   DEPTHWISE_CONV_2D [1][h][w][out]          inner = 1
 *   FULLY_CONNECTED [out][in]                 inner = in, one scale for all (docs/decisions/05-per-tensor-dense.md) */
typedef struct th_layer_weights {
    const float *w;    /* [n], finite */
    const float *bias; /* [n_out], or NULL */
    int32_t n, n_out, inner;
    bool per_channel;
    double in_scale; /* of the layer's input, > 0 */
    bool wide;       /* the input is int16: biases have 46 bits and not 30 */
} th_layer_weights;

static inline int32_t th_weight_channel(const th_layer_weights *l, int32_t i)
{
    return i / l->inner % l->n_out;
}

static inline int32_t th_weight_scales(const th_layer_weights *l)
{
    return l->per_channel ? l->n_out : 1;
}

/* Symmetric int8 weights without zero point: the largest of a channel becomes 127 or -127.
 *   scale[c] = max |w of c| / 127,   q = round(w / scale[c]), halves away from zero, -127 to 127
 * A channel of zeros, or of weights below a millionth of the largest scale, gets that millionth; one of tiny weights
 * beside a large bias a coarser scale, so that |bias| / (in_scale * scale) fits its bits.
 *   q      [n]
 *   scale  [th_weight_scales]
 * Source: TFLite's 8-bit quantisation specification. */
void th_weights_to_s8(const th_layer_weights *l, int8_t *q, float *scale);

/* The same with fewer bits, 2 to 8: the largest becomes 2^(bits - 1) - 1. */
void th_weights_to_bits(const th_layer_weights *l, int32_t bits, int8_t *q, float *scale);

/* Bias c as a whole number at scale in_scale * scale[c], rounded half away from zero and limited to 32 (wide: 47)
 * bits.  extra: added to the float bias first. */
int64_t th_bias_to_int(const th_layer_weights *l, const float *scale, int32_t c, double extra);

#endif
