/* compress/qat.h -- quantisation-aware training: the network learns with the errors that int8 makes.
 *
 *            +--export, convert, plan--> int8 network --run--> every layer's integers --as real numbers--+
 *   weights -+                                                                                            v
 *            +<---------------- gradients, through the float layers at these values <------------------ loss
 *
 * The pass forwards is no imitation: before every step the float network is converted as `thimble quantize` does it,
 * with scales of activations that stay as calibration found them and scales of weights that follow the weights, and the
 * examples run through the integer kernels.  So what is exported gives the integers that training saw, all of them.
 * Backwards rounding counts as the identity ("straight-through"); weights are the float ones.
 * Source: Jacob et al. 2018, section 3; Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons
 * for Conditional Computation", 2013 (straight-through). */
#ifndef TH_COMPRESS_QAT_H
#define TH_COMPRESS_QAT_H

#include "compress/quantize.h"
#include "train/train.h"

typedef struct th_qat_job {
    const th_model *model;         /* float, trained before */
    th_samples samples;            /* for calibration */
    th_quantize_settings settings; /* precision of layers, method of ranges; correct_bias is not used */
    const th_train_job *train;     /* examples, settings, callbacks; spec, start, frozen, simulation are set here.  A
                                    * learning rate of a tenth to a hundredth of the first training's is usual */
} th_qat_job;

typedef struct th_qat_result {
    th_model *f32;        /* with the trained weights */
    th_converted integer; /* the same as it was simulated last: that of the best epoch */
} th_qat_result;

/* Free with th_qat_free, after an error too.
 * Errors: those of th_import_graph, th_quantizer_new and th_train; TH_EUNSUP: a batch norm that is no part of a layer.
 */
TH_NODISCARD th_err th_qat_train(const th_qat_job *job, th_qat_result *r, th_why *why);
void th_qat_free(th_qat_result *r);

#endif
