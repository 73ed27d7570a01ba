/* compress/convert.h -- writes a float graph as one of integers, with scales that are decided already.
 *
 *   float tensor --home--> the tensor of the new graph that its maker writes: int8, int16 or float
 *                --QUANTIZE, DEQUANTIZE--> other versions of it, made once and where a reader wants another type or
 *                                          another scale
 * Nothing is measured here; compress/quantize.h has the ways to scales. */
#ifndef TH_COMPRESS_CONVERT_H
#define TH_COMPRESS_CONVERT_H

#include "compress/scales.h"

typedef struct th_convert_job {
    const th_model *model;         /* graph 0 is converted, float32 */
    const th_precision *precision; /* [n_nodes] as th_rule_precision says */
    th_precision input, output;    /* what the graph's float inputs and outputs become */
    const th_scale *s8, *s16;      /* [n_tensors] of th_scales_assign */
    bool dense_per_channel;        /* FULLY_CONNECTED with a scale per output, too */
    const float *state_max;        /* [n_nodes] largest |value| of an LSTM's cell or an SVDF's state; NULL: there are
                                    * neither */
} th_convert_job;

typedef struct th_converted {
    th_model *model;
    int32_t *tensor; /* [n_tensors of the float graph] number of its home in the new one, -1: it has none */
    int32_t *node;   /* [n_nodes] number in the new graph */
} th_converted;

/* The new model has graph 0 only, without metadata.  Free with th_converted_free, after an error too.
 * Errors: TH_ENOMEM; TH_EFORMAT: a weight is no finite number; TH_ERANGE: more than 2^31 tensors. */
TH_NODISCARD th_err th_convert(const th_convert_job *job, th_converted *out, th_why *why);
void th_converted_free(th_converted *c);

#endif
