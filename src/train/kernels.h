/* train/kernels.h -- the loops in which training spends its time, as tables of functions.
 *
 * Activations are NHWC float32; the channels of a pixel are stored padded with zeros to a multiple
 * of the vector width ("stored channels", s).  One row of the table per instruction set; all are
 * compiled from kernels_simd.h, and kernels_plain.c is the reference that they are tested against. */
#ifndef TH_TRAIN_KERNELS_H
#define TH_TRAIN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_MOST_LANES     16  /* of any table */
#define TH_DEPTHWISE_BAND 160 /* windows whose share of a depthwise layer's gradients is summed up at once, about */

/* A convolution or depthwise layer; of the latter in_s == out_s. */
typedef struct th_conv_shape {
    int32_t in_h, in_w, in_s; /* s: floats of a pixel, its stored channels */
    int32_t out_h, out_w, out_s;
    int32_t k_h, k_w, stride_h, stride_w;
    int32_t dil_h, dil_w; /* distance of taps; above 1 only with stride 1 */
    int32_t top, left;    /* zeros that "same" padding puts before the picture */
} th_conv_shape;

/* A convolution over an input that has its border of zeros already.  All distances are in floats; nothing says that
 * taps, pixels or rows don't overlap or have gaps, so a data gradient, a dilated kernel and a dense layer are all of
 * this form. */
typedef struct th_conv {
    int32_t in_row, in_col;   /* from the first tap of an output pixel to that of the one below, beside it */
    int32_t k_h, k_w, in_c;   /* taps, and channels of each */
    int32_t tap_row, tap_col; /* from a tap to the one below, beside it */
    int32_t out_h, out_w, out_c;
    int32_t to_row, to_col; /* from an output pixel (of weights: its gradient) to the one below, beside it */
} th_conv;

/* Where an [h][w][s] picture lies in a larger one: (r, c) -> pixel (top + r*step_h, left + c*step_w). */
typedef struct th_place {
    int32_t h, w, s, top, left, step_h, step_w, pad_h, pad_w;
} th_place;

/* What turns stored pre-norm values z into activations: x = act(a*z + b) * mask * scale. */
typedef struct th_read {
    const float *z;      /* [h][w][s] */
    const float *a, *b;  /* [s] */
    const uint8_t *mask; /* [h][w][s] 0 or 1 (dropout), or NULL */
    float scale;         /* 1 / (1 - dropout) */
    int32_t relu;
    int32_t next; /* 1: the next sample to be read lies behind this one, -1: before it, 0: who knows */
} th_read;

/* A stage's own gradient on reading: dz = da*dy + db*z + dc; z NULL: dz = dy. */
typedef struct th_back {
    const float *dy, *z;       /* [h][w][s] */
    const float *da, *db, *dc; /* [s] */
} th_back;

/* What becomes of the outputs of a convolution while they are in registers.  With `back` they are the gradient of what
 * was read, and become dy = out * (derivative of the read); back->z lies like out. */
typedef struct th_finish {
    float *out;          /* first output pixel */
    float *sum;          /* [2][out_c] or NULL: += out, out*out; with `back` += dy, dy*z (never NULL then) */
    const th_read *back; /* or NULL */
    int32_t channels;    /* of `back` and then of sum: a part of out_c that repeats (a picture as one row); 0: out_c */
    bool add;            /* out += what was computed; without `back` there are no sums then */
} th_finish;

/* Where a layer's gradient of its input goes. */
typedef struct th_input_grad {
    float *dy;  /* [in_h][in_w][in_s]; NULL: nobody wants it */
    float *sum; /* [2][channels] += dy, dy*z; not used when what was read has no derivative (its a is NULL) */
    bool add;   /* dy += */
} th_input_grad;

/* One step of AdamW.  Source: Kingma & Ba 2015, Loshchilov & Hutter 2019. */
typedef struct th_adam {
    float rate, beta1, beta2, correct1, correct2, epsilon; /* correctN = 1 / (1 - betaN^t) */
    float decay;                                           /* per step: learning rate * weight decay */
    float keep;                                            /* average = keep * average + (1 - keep) * p */
} th_adam;

typedef struct th_kernels {
    const char *name;
    int32_t lanes; /* out_c, out_s and the in_s of depthwise must be multiples */

    /* Multiply-adds in registers and nothing else; returns how many floating-point operations that were.  What a
     * processor does here is the most that it can do. */
    double (*busy)(int32_t rounds);
    /* x placed = act(a*z + b) * mask * scale; the border stays as it is (zero). */
    void (*read)(const th_read *r, const th_place *at, float *x);
    /* out = x * w, w [k_h][k_w][in_c][out_c] */
    void (*conv)(const th_conv *c, const float *x, const float *w, const th_finish *f);
    /* gw (+)= x^T * dz, pixels of dz at to_row, to_col */
    void (*conv_weights)(const th_conv *c, const float *x, const float *dz, float *gw, bool add);
    /* to [c][r] = m [r][c] */
    void (*transpose)(const float *m, int32_t r, int32_t c, float *to);
    /* A whole depthwise layer of one sample, w [k_h][k_w][s]; room: th_depthwise_room floats.
     * z, and unless sum is NULL sum [2][s] += z, z*z */
    void (*depthwise)(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z, float *sum);
    /* gw += .. (unless it is NULL), and the gradient of the input */
    void (*depthwise_back)(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                           float *room, float *gw, const th_input_grad *to);
    /* A whole pooling layer of one sample, its windows cut at the border (dilation 1, in_s == out_s): `most` takes the
     * largest value of each, else the mean.  z, and unless sum is NULL sum [2][s] += z, z*z */
    void (*pool)(const th_conv_shape *g, bool most, const th_read *from, float *z, float *sum);
    /* The gradient of its input; of a largest value, to the first that is so large.  room: [in_h][in_w][s] */
    void (*pool_back)(const th_conv_shape *g, bool most, const th_read *from, const th_back *back, float *room,
                      const th_input_grad *to);
    /* z [n][s] = the sum of n_parts others [n][s], `count` channels of it from the first that all point to; unless sum
     * is NULL sum[0] += z, sum[s] += z*z */
    void (*join)(const float *const *part, int32_t n_parts, int32_t n, int32_t s, int32_t count, float *z, float *sum);
    /* sum[0][s] += z, sum[1][s] += z*z over n pixels */
    void (*moments)(const float *z, int32_t n, int32_t s, float *sum);
    /* dz placed = da*dy + db*z + dc */
    void (*norm_back)(const float *dy, const float *z, const float *da, const float *db, const float *dc,
                      const th_place *at, float *dz);
    /* dy (`add`: +=) dx * (derivative of the read) over n pixels; sum[0] += that, sum[1] += that * z.  dy may be dx. */
    void (*read_back)(const th_read *r, int32_t n, int32_t s, const float *dx, float *dy, float *sum, bool add);
    /* mask [n] = 0 for drop of 256 values, else 1; n a multiple of 8.  Byte i depends on seed, stream and i only: equal
     * in every table.  Source of the mixing: C. Wellons, "lowbias32". */
    void (*mask)(uint64_t seed, uint64_t stream, uint32_t drop, int32_t n, uint8_t *mask);
    /* x [n] in place, n a multiple of lanes; to 2e-7, NaN stays NaN */
    void (*sigmoid)(int32_t n, float *x);
    void (*tanh)(int32_t n, float *x);
    /* p, m, v, average [n], multiples of 16; average may be NULL */
    void (*adam)(const th_adam *o, int32_t n, const float *g, float *p, float *m, float *v, float *average);
} th_kernels;

/* Floats of room for a depthwise layer, with any table. */
size_t th_depthwise_room(const th_conv_shape *g);

/* Table i of those that this processor can run, the widest first; NULL after the last.
 * The last one is the plain reference. */
const th_kernels *th_kernels_get(int i);

/* The tables themselves; an empty one (name NULL) when the compiler does not know the instructions. */
extern const th_kernels th_kernels_avx512, th_kernels_avx2, th_kernels_vec4, th_kernels_plain;

#endif
