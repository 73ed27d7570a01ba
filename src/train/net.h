/* train/net.h -- the network while it is trained: stages with weights, and one pass over a batch.
 *
 *   x --stage 0--> z0 --read--> x1 --stage 1--> z1 --read--> ... --> logits --> loss
 *
 * A stage is a line of the description that computes something.  Only its plain outputs z are
 * stored; batch norm, ReLU and dropout of a stage are applied when the next one reads them:
 *   x = relu(a*z + b) * mask,   a, b from the batch's moments (training) or the running ones.
 * Backwards dy is the gradient at a*z + b, and the gradient at z follows on reading:
 *   dz = da*dy + db*z + dc.
 * Work is split by samples: member t of n takes samples N*t/n to N*(t+1)/n. */
#ifndef TH_TRAIN_NET_H
#define TH_TRAIN_NET_H

#include "base/why.h"
#include "model/spec.h"
#include "os/team.h"
#include "train/kernels.h"

#include <stdbool.h>

#define TH_BN_EPSILON 1e-3f

typedef struct th_stage th_stage;
typedef struct th_net th_net;
typedef struct th_net_member th_net_member;

struct th_stage {
    const th_layer *layer;
    const struct th_stage_row *row;
    const th_kernels *kernels;
    th_geom g;               /* forward */
    th_geom back;            /* gradient of the input: a convolution over dz, stride 1 */
    th_place in_at, dz_at;   /* where the input and dz lie in their padded buffers */
    size_t in_slot, dz_slot; /* offset of these buffers in th_net_member.buffer */
    bool kept;               /* dense: no other stage uses its buffers, so its inputs are still there on the way back */
    int32_t s, out_px;       /* stored channels and pixels of the output */
    int32_t in_s;            /* stored channels of an input pixel */
    size_t n_w, w;           /* weights: number and first parameter */
    size_t w_back;           /* first float in th_net.flipped */
    size_t gamma, beta;      /* [s] parameters; beta is the bias when there is no batch norm */
    size_t c;                /* first float of this stage in the per-channel arrays, [s] */
    uint32_t drop;           /* of 256: dropout after this stage */
    float *z;                /* [batch][out_px][s] */
    uint8_t *mask;           /* the same; NULL without dropout */
};

struct th_net_member {
    float *buffer;         /* padded inputs and gradients of one sample (dense: of the member's samples) */
    float *dx;             /* gradient of a stage's input, plain */
    float *grad;           /* [n_params] */
    float *sum, *sum_back; /* [2 * n_channels] stage i at 2*c: two rows of s */
    float *a, *b;          /* [n_channels] */
    float *mean, *inv;     /* [n_channels] batch mean and 1 / deviation */
    float *da, *db, *dc;   /* [n_channels] */
    bool forward;          /* pass that runs: masks are made, not reused */
    double loss;
    int32_t right;
};

struct th_net {
    const th_spec *spec;
    th_stage stage[TH_MAX_LAYERS];
    int32_t n_stages, batch, n_members;
    size_t buffer_floats, dx_floats, dy_floats;
    size_t n_in;                /* floats of one input */
    size_t n_params, n_weights; /* weights (that decay) come first */
    size_t n_channels;
    size_t n_flipped;
    float *params, *grad, *running; /* running [2 * n_channels]: mean, variance; stage i at 2*c */
    float *flipped;                 /* weights as the gradient of the input wants them */
    float *x, *y;                   /* [batch][n_in], [batch][n_classes] of the step */
    float *dy[2];                   /* [batch][dy_floats] in turn; a sample has the same place in all stages, so that
                                     * a member that is ahead never writes where another one still reads */
    th_net_member member[64];
    /* of the pass that runs now */
    int32_t n; /* samples */
    bool training;
    uint64_t mask_seed;
    float smoothing;
    const float *w, *stats; /* parameters and running moments that are used */
    void *memory;
};

/* One row per kind of layer, in kinds.c. */
typedef struct th_stage_row {
    th_layer_kind kind;
    /* z from the inputs of samples n0 to n1 */
    void (*forward)(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1);
    /* adds the gradients of the weights; dy_in (unless NULL: first stage) from dy */
    void (*backward)(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                     float *dy_in);
} th_stage_row;

const th_stage_row *th_stage_row_find(th_layer_kind kind);

/* Builds a net for up to `batch` samples at once.  kernels: first table to try, 0 = the best.
 * The spec must outlive it.  Errors: TH_ENOMEM, TH_EUNSUP. */
TH_NODISCARD th_err th_net_new(const th_spec *spec, int32_t batch, int n_members, int kernels, th_net **net,
                               th_why *why);
void th_net_free(th_net *net);

/* He initialisation from a seed; gamma 1, running variance 1. */
void th_net_init(th_net *net, uint64_t seed);

/* All passes run inside a team, on every member; results stand after the run.
 * Forward: x -> logits of the last stage (without bias); each member has its own loss and right.
 * y NULL: no loss. */
void th_net_forward(th_net *net, th_team *team, int member);
/* Backward after a training forward with y: member->grad. */
void th_net_backward(th_net *net, th_team *team, int member);

/* Soft-max scores [n_classes] of sample i after an inference forward. */
void th_net_scores(const th_net *net, int32_t i, float *scores);

/* First sample of a member's share; that of member + 1 is its end. */
static inline int32_t th_net_share(const th_net *net, int member)
{
    return (int32_t)((int64_t)net->n * member / net->n_members);
}

/* Place of a weight among a stage's: input channel ci, output channel co; depthwise: ci is not used. */
static inline size_t th_stage_weight(const th_stage *st, int32_t kr, int32_t kc, int32_t ci, int32_t co)
{
    const size_t tap = (size_t)(kr * st->layer->k_w + kc);
    return st->layer->kind == TH_LAYER_DEPTHWISE ? tap * (size_t)st->s + (size_t)co
                                                 : (tap * (size_t)st->in_s + (size_t)ci) * (size_t)st->s + (size_t)co;
}

/* --- for kinds.c --- */

/* The input of stage st for sample n as it wants it: padded; returns its buffer.
 * `offset` in floats from the buffer's start (dense: several samples in one). */
float *th_net_read(th_net *net, th_net_member *m, th_stage *st, int32_t n, size_t offset);
/* dx of sample n -> dy_in of the stage before, and its sums. */
void th_net_read_back(th_net *net, th_net_member *m, th_stage *st, int32_t n, const float *x, const float *dx,
                      float *dy_in);

#endif
