/* train/net.h -- the network while it is trained: a graph of stages, and one pass over a batch.
 *
 *        +--read--> stage 1 --> z1 --read--+
 *   x ---+                                 +--> stage 3 --> z3 --read--> output --> loss
 *        +--read--> stage 2 --> z2 --read--+
 *
 * A stage is a line of the description that computes something.  Only its plain outputs z are
 * stored; batch norm, activation and dropout of a stage are applied whenever another one reads them:
 *   x = act(a*z + b) * mask,   a, b from the batch's moments (training) or the running ones.
 * Backwards dy is the gradient at a*z + b, to which every reader adds its part, and the gradient
 * at z follows on reading:
 *   dz = da*dy + db*z + dc.
 * Lines that only change how an output is read (dropout, activation, flatten before a dense layer)
 * are no stages: they become part of the stage before.
 * Work is split by samples: member t of n takes samples N*t/n to N*(t+1)/n.
 *
 * Each kind of stage is one row of the table in train/stages.c; the rows live in train/kinds/, alike ones in one file.
 */
#ifndef TH_TRAIN_NET_H
#define TH_TRAIN_NET_H

#include "base/rng.h"
#include "base/why.h"
#include "model/spec.h"
#include "os/team.h"
#include "train/kernels.h"
#include "train/loss.h"

#include <stdbool.h>

#define TH_BN_EPSILON  1e-3f
#define TH_MAX_MEMBERS 64 /* of a team */

typedef struct th_stage th_stage;
typedef struct th_net th_net;
typedef struct th_net_member th_net_member;

/* What computes the outputs of all stages in place of the stages themselves, as the network does elsewhere, for example
 * in integers.  The way back goes through the stages, at these values.  Dropout is off; batch norms are refused.
 *   prepare  before a pass, alone: net->w is what is to be used
 *   run      by every member for its samples n0 to n1, training or not: fills z (before the activation, where that is
 *            not ReLU or ReLU6) and seen (what readers see) of every stage */
typedef struct th_simulation {
    th_err (*prepare)(void *ctx, th_net *net, th_why *why);
    void (*run)(void *ctx, th_net *net, int member, int32_t n0, int32_t n1);
    void *ctx;
} th_simulation;

/* An input of a stage, and where it lies when the stage looks at it. */
typedef struct th_input {
    th_stage *from; /* NULL: the network's input */
    th_place at;    /* in its buffer, with room for padding, which is zero and stays so */
    size_t slot;    /* offset of the buffer in th_net_member.buffer */
    bool adds;      /* a later stage has left its part of the gradient in from->dy before */
} th_input;

/* A logical tensor of a stage's parameters, in the order in which a .tflite file has it. */
typedef enum th_param_role {
    TH_PARAM_WEIGHTS,   /* conv [out][k_h][k_w][in / groups], depthwise [k_h][k_w][c], dense [out][in];
                         * LSTM, GRU [gates * units][in], SVDF [units * rank][in] */
    TH_PARAM_RECURRENT, /* LSTM, GRU: [gates * units][units]; SVDF: weights over time [units * rank][memory] */
    TH_PARAM_BIAS,      /* [out]; LSTM, GRU [gates * units] */
    TH_PARAM_BIAS_BACK, /* GRU: of the recurrent part */
    TH_PARAM_GAMMA,     /* [out], with batch norm only; the bias is its beta then */
    TH_PARAM_MEAN,      /* [out] running moments, not trained by gradients */
    TH_PARAM_VARIANCE,
    TH_PARAM_ROLES
} th_param_role;

struct th_stage {
    th_layer layer; /* of the description, with what was merged into it */
    const struct th_stage_row *row;
    const th_kernels *kernels;
    th_input in[TH_MAX_LAYER_INPUTS];
    int32_t n_in;
    th_conv_shape shape; /* conv, depthwise, dense (of one sample) */
    th_conv g, back;     /* transpose conv: forward, and gradient of the input */
    th_place dz_at;      /* where dz lies in its padded buffer */
    size_t dz_slot;
    int32_t s, out_px;     /* stored channels and pixels of the output */
    int32_t in_s;          /* stored channels of a pixel of in[0] */
    size_t n_w, w;         /* weights: number and first parameter */
    size_t w_back;         /* first float in th_net.flipped */
    size_t n_flipped;      /* floats there; 0: the kind needs none */
    size_t n_gamma, gamma; /* [s] parameters, 0 or s of them */
    size_t n_beta, beta;   /* beta is the bias when there is no batch norm */
    size_t n_bias, bias;   /* biases of recurrent kinds: they have a row of stored units for each gate */
    size_t c;              /* first float of this stage in the per-channel arrays, [s] */
    bool shared;   /* members divide the gradient of its weights (th_net_part): it stands in th_net.grad, whole */
    bool across;   /* ..and that of its input: for the samples of all, those inputs whose weights they have */
    bool parted;   /* ..and, in training, its outputs: each sums up over its inputs, then the sums are joined */
    bool columns;  /* parted, and only the next stage reads it: a member joins those outputs that it takes there.  It
                    * alone needs their batch norm, and makes dy of all samples to dz where it lies */
    bool waits;    /* parted: its inputs, of the samples of all, are there only after a barrier */
    size_t unit;   /* of weights that are divided: floats that stay together */
    bool learns;   /* its parameters are trained: it is not frozen */
    bool passes;   /* it or a stage before it learns: it needs the gradient */
    uint32_t drop; /* of 256: dropout after this stage */
    float *z;      /* [batch][out_px][s] */
    float *seen;   /* the same: what readers see, when it is simulated; else NULL */
    uint8_t *mask; /* the same; NULL without dropout */
    float *dy;     /* [batch][dy_stride] in a place that stages share in turn */
    size_t dy_stride, dy_slot;
    size_t n_keep;    /* floats a sample that the kind keeps for the way back */
    float *keep;      /* [batch][n_keep] */
    size_t n_scratch; /* floats a member that the kind needs while it runs */
};

struct th_net_member {
    float *part[2];              /* [batch][part_floats] its sums of a parted stage; neighbours take turns */
    float *buffer;               /* padded inputs and gradients of one sample (dense: of the member's samples) */
    float *dx;                   /* gradient of a stage's input, plain */
    float *scratch;              /* [largest n_scratch] */
    float *grad;                 /* [n_params]; of member 0: th_net.grad */
    float *sum, *sum_back;       /* [2 * n_channels] stage i at 2*c: two rows of s */
    float *near;                 /* [2 * n_channels] likewise, of z - mean, where these sums cancel */
    bool cancels[TH_MAX_LAYERS]; /* stage i's do */
    float *a, *b;                /* [n_channels] */
    float *mean, *inv;           /* [n_channels] batch mean and 1 / deviation */
    float *rest;                 /* [n_channels] what the mean has besides, and a float has no digits for */
    float *da, *db, *dc;         /* [n_channels] */
    float *out;                  /* one sample's output, with stored channels */
    float *grad_out;             /* [n_out] output, then its gradient */
    bool forward;                /* pass that runs: masks are made, not reused */
    bool down;                   /* the stage that runs takes the last sample first */
    int32_t first;               /* sample of its share */
    double loss, score;          /* sums over the member's samples */
};

struct th_net {
    const th_spec *spec;
    th_stage stage[TH_MAX_LAYERS];
    int32_t of_layer[TH_MAX_LAYERS]; /* stage of each layer; of one that was merged, the stage that took it */
    int32_t n_stages, batch, n_members;
    size_t buffer_floats, dx_floats, scratch_floats, part_floats;
    size_t dy_slot_floats[TH_MAX_LAYERS]; /* per sample */
    int32_t n_dy_slots;
    size_t n_in, n_out;         /* floats of one input, of one output */
    size_t n_params, n_weights; /* weights (that decay) come first; frozen parameters come last */
    size_t n_trained;           /* of n_params: those that are not frozen */
    size_t n_channels;
    size_t n_flipped;
    float *params, *grad, *running; /* running [2 * n_channels]: mean, variance; stage i at 2*c */
    float *flipped;                 /* weights as the gradient of the input wants them */
    float *x, *y;                   /* [batch][n_in], [batch][n_out] of the step */
    float *dy[TH_MAX_LAYERS];       /* [n_dy_slots] [batch][dy_slot_floats]; a sample has the same place in all stages
                                     * of a slot, so that a member that is ahead never writes where another one still
                                     * reads */
    th_net_member member[TH_MAX_MEMBERS];
    /* of the pass that runs now */
    int32_t n; /* samples */
    bool training;
    uint64_t mask_seed;
    th_loss_cfg loss;
    const float *w, *stats;          /* parameters and running moments that are used */
    const th_simulation *simulation; /* NULL: the stages compute */
    void *memory;
};

/* One row per kind of stage. */
typedef struct th_stage_row {
    th_layer_kind kind;
    /* Sets places, geometry and the sizes n_w, n_flipped, n_keep, n_scratch of a stage whose layer, inputs and s
     * are known. */
    void (*prepare)(const th_net *net, th_stage *st);
    /* z from the inputs of samples n0 to n1 */
    void (*forward)(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1);
    /* part [samples of all][s]: what the member's inputs (th_net_part) add to z; NULL: a stage of this kind cannot be
     * `parted` */
    void (*part)(th_net *net, th_net_member *m, th_stage *st, float *part);
    /* adds the gradients of the parameters, and to each input's dy its part */
    void (*backward)(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1);
    /* weights as the way back wants them; NULL: it needs none */
    void (*flip)(const th_stage *st, const float *w, float *flipped);
    /* Place of value i of a logical tensor, counted from the stage's first weight; NULL: it has no weights. */
    size_t (*place)(const th_stage *st, th_param_role role, size_t i);
    /* Number of values of a logical tensor that is in the weights (WEIGHTS, RECURRENT, BIAS_BACK, BIAS of recurrent
     * kinds); 0: it has none. */
    size_t (*count)(const th_stage *st, th_param_role role);
    /* First weights when they are not the usual ones; NULL: He's. */
    void (*init)(const th_stage *st, th_rng *rng, float *w);
    bool whole_gradient; /* backward writes the gradient of the weights rather than adding to it, and divides it when
                          * the stage is `shared` */
    bool per_batch;      /* buffers hold all samples of a member at once */
    bool in_place; /* with a batch norm: a sample's dy is read before dy of its input is written, so both may be one */
    bool raw;      /* takes in_s as it is: the network's input is not padded to whole vectors */
    /* Of LSTM and GRU (kinds/recurrent.h), else NULL: its biases are n_bias, so that no batch norm is merged into it;
     * and it needs its flipped weights even when its input wants no gradient. */
    const struct th_recurrent *recurrent;
} th_stage_row;

const th_stage_row *th_stage_row_find(th_layer_kind kind); /* NULL: cannot be trained */

typedef struct th_net_options {
    int32_t batch; /* most samples at once */
    int n_members;
    int kernels;                     /* first table to try, 0 = the best */
    const th_simulation *simulation; /* must outlive the net; or NULL */
    const bool *frozen;              /* [n_layers] layers that do not learn, or NULL */
} th_net_options;

/* Builds a net.  The spec must outlive it.  Errors: TH_ENOMEM, TH_EUNSUP. */
TH_NODISCARD th_err th_net_new(const th_spec *spec, const th_net_options *o, th_net **net, th_why *why);
void th_net_free(th_net *net);

/* He initialisation from a seed (Glorot before no ReLU); gamma 1, running variance 1. */
void th_net_init(th_net *net, uint64_t seed);

/* Logical parameters of a layer, in the order of a .tflite file: the number of values (0: it has none), and copies
 * to and from params / running.  A merged layer has those of the stage that took it. */
size_t th_net_param_count(const th_net *net, int32_t layer, th_param_role role);
void th_net_param_get(const th_net *net, int32_t layer, th_param_role role, float *values);
void th_net_param_set(th_net *net, int32_t layer, th_param_role role, const float *values);
/* The same from an array as large as params (a gradient, an average): weights, bias and gamma only. */
void th_net_param_of(const th_net *net, const float *from, int32_t layer, th_param_role role, float *values);

/* All passes run inside a team, on every member; results stand after the run.
 * Forward: x -> z of the last stage; each member has its own loss and score.  y NULL: no loss. */
void th_net_forward(th_net *net, th_team *team, int member);
/* Backward after a training forward with y: gradients in parts, those of the members and what is whole already. */
void th_net_backward(th_net *net, th_team *team, int member);
/* net->grad of parameters [i0, i1) from the parts, when all members are through; each range once. */
void th_net_gradient(th_net *net, size_t i0, size_t i1);

/* Output [n_out] of sample i after an inference forward, with what the loss does to it (soft-max, sigmoid); a member
 * may ask for its own samples while the others run. */
void th_net_scores(th_net *net, int member, int32_t i, float *scores);

/* First of a shared stage's weights that are a member's, counted from stage->w; that of member + 1 is its end. */
static inline size_t th_net_part(const th_net *net, const th_stage *st, int member)
{
    const size_t units = (st->n_w + st->unit - 1) / st->unit;
    const size_t at = units * (size_t)member / (size_t)net->n_members * st->unit;
    return at < st->n_w ? at : st->n_w;
}

/* First sample of a member's share; that of member + 1 is its end. */
static inline int32_t th_net_share(const th_net *net, int member)
{
    return (int32_t)((int64_t)net->n * member / net->n_members);
}

/* --- for train/kinds/ --- */

int32_t th_stored(int32_t channels); /* channels with those that fill up a vector */
th_place th_place_plain(int32_t h, int32_t w, int32_t s);
/* Padding of one side: all, and its part before. */
int32_t th_pad_total(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, th_padding padding);

static inline size_t th_stage_floats(const th_stage *st)
{
    return (size_t)st->out_px * (size_t)st->s;
}

/* Samples of a member lie one behind the other, in the room that its share has in all stages of a slot. */
static inline float *th_stage_dy(const th_net_member *m, const th_stage *st, int32_t n)
{
    return st->dy + (size_t)m->first * st->dy_stride + (size_t)(n - m->first) * th_stage_floats(st);
}

/* The i-th sample that a stage takes of n0 to n1: each stage begins where the one before ended, with what is still in
 * the second cache. */
static inline int32_t th_net_turn(const th_net_member *m, int32_t n0, int32_t n1, int32_t i)
{
    return m->down ? n1 - 1 - i : n0 + i;
}

static inline float *th_stage_z(const th_stage *st, int32_t n)
{
    return st->z + (size_t)n * th_stage_floats(st);
}

/* Input k of sample n as stage st wants it: padded; returns its buffer.
 * `offset` in floats from the buffer's start (dense: several samples in one). */
float *th_net_read(th_net *net, th_net_member *m, th_stage *st, int32_t k, int32_t n, size_t offset);
/* Input k of sample n wants a gradient. */
bool th_net_wants(const th_stage *st, int32_t k);
/* dx of sample n, which is overwritten, -> its part in dy of input k, and the sums. */
void th_net_read_back(th_net *net, th_net_member *m, th_stage *st, int32_t k, int32_t n, float *dx);
/* Input 0 of sample n (of `count` samples from n, one behind the other) for kernels that read for themselves.  Where
 * they cannot (an activation that they do not know) it is made here, plain in the stage's buffer, and a is NULL. */
th_read th_net_source(th_net *net, th_net_member *m, th_stage *st, int32_t n, int32_t count);
/* The other way: where the gradient of that input goes.. */
th_input_grad th_net_target(th_net_member *m, th_stage *st, const th_read *from, int32_t n);
/* ..and what is left to do when the kernel has written it. */
void th_net_target_done(th_net *net, th_net_member *m, th_stage *st, const th_read *from, int32_t n, int32_t count);
/* dy of sample n and how dz is made from it. */
th_back th_net_back(const th_net_member *m, const th_stage *st, int32_t n);
/* Sums for the batch moments [2][s] of a stage's z, or NULL when it has no batch norm that learns. */
float *th_net_sums(const th_net *net, th_net_member *m, const th_stage *st);
/* dz of sample n, placed at `at`. */
void th_net_dz(const th_net_member *m, const th_stage *st, int32_t n, const th_place *at, float *dz);
/* Batch moments of sample n's z (or of `count` samples from n), when the stage has a batch norm that learns. */
void th_net_moments(const th_net *net, th_net_member *m, const th_stage *st, int32_t n, int32_t count);

/* The rows themselves. */
extern const th_stage_row th_kind_conv, th_kind_depthwise, th_kind_dense, th_kind_transpose, th_kind_avgpool,
    th_kind_maxpool, th_kind_add, th_kind_multiply, th_kind_concat, th_kind_same, th_kind_softmax, th_kind_reshape,
    th_kind_upsample, th_kind_input, th_kind_lstm, th_kind_gru, th_kind_svdf;

#endif
