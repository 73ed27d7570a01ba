/* tests/train/hostile.h -- a graph of anybody is imported: refused with a text, or a network that learns a step and can
 * be written out. */
#ifndef TH_TEST_TRAIN_HOSTILE_H
#define TH_TEST_TRAIN_HOSTILE_H

#include "train/import.h"
#include "train/train.h"

#include <stdlib.h>

#define HOSTILE_VALUES 20000 /* of activations and weights: each file shall take milliseconds */

static inline void hostile_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const th_spec *s = ctx;
    const th_layer *last = &s->layer[s->n_layers - 1];
    (void)member;
    for (int32_t k = 0; k < s->in_h * s->in_w * s->in_c; k++) x[k] = (float)((k * 7 + i * 3 + epoch) % 11) - 5;
    for (int32_t k = 0; k < last->out_h * last->out_w * last->out_c; k++)
        y[k] = s->n_classes ? (float)(k == i % s->n_classes) : 0.25f;
}

static inline bool hostile_small(const th_spec *s)
{
    int64_t values = (int64_t)s->in_h * s->in_w * s->in_c + th_spec_parameters(s);
    for (int32_t i = 0; i < s->n_layers; i++)
        values += (int64_t)s->layer[i].out_h * s->layer[i].out_w * s->layer[i].out_c;
    return values < HOSTILE_VALUES && th_spec_macs(s) < 64 * HOSTILE_VALUES;
}

static inline void hostile_learn(const th_import *im)
{
    th_spec spec = im->spec;
    th_train_job job = {.spec = &spec,
                        .start = im,
                        .cfg = th_train_default(),
                        .train = hostile_example,
                        .train_ctx = &spec,
                        .n_train = 3};
    th_model *model = NULL;
    th_why why = {0};
    job.cfg.epochs = 1, job.cfg.batch = 2, job.cfg.n_threads = 1, job.cfg.learning_rate = 1e-3f;
    if (!spec.n_classes) job.cfg.loss.row = th_loss_find("mse");
    if (th_train(&job, &model, &why) && !why.text[0]) abort();
    th_model_free(model);
}

/* True when it was taken. */
static inline bool hostile_import(const th_graph *g)
{
    static th_import im;
    th_why why = {0};
    if (th_import_graph(g, &im, &why)) {
        if (!why.err || !why.text[0]) abort();
        return false;
    }
    if (im.spec.n_layers && hostile_small(&im.spec)) hostile_learn(&im);
    return true;
}

#endif
