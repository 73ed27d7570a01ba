/* train/kernels.h -- the loops in which training spends its time, as tables of functions.
 *
 * Activations are NHWC float32; the channels of a pixel are stored padded with zeros to a multiple
 * of the vector width ("stored channels", s).  One row of the table per instruction set; all are
 * compiled from kernels_simd.h, and kernels_plain.c is the reference that they are tested against. */
#ifndef TH_TRAIN_KERNELS_H
#define TH_TRAIN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* A convolution (or depthwise one) over an input that has its border of zeros already. */
typedef struct th_geom {
    int32_t pad_w;       /* pixels in a row of the padded input */
    int32_t in_s, out_s; /* stored channels */
    int32_t out_h, out_w;
    int32_t k_h, k_w, stride_h, stride_w;
} th_geom;

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
} th_read;

/* One step of AdamW.  Source: Kingma & Ba 2015, Loshchilov & Hutter 2019. */
typedef struct th_adam {
    float rate, beta1, beta2, correct1, correct2, epsilon; /* correctN = 1 / (1 - betaN^t) */
    float decay;                                           /* per step: learning rate * weight decay */
    float keep;                                            /* average = keep * average + (1 - keep) * p */
} th_adam;

typedef struct th_kernels {
    const char *name;
    int32_t lanes; /* in_s and out_s must be multiples (in_s of conv: any) */

    /* x placed = act(a*z + b) * mask * scale; the border stays as it is (zero). */
    void (*read)(const th_read *r, const th_place *at, float *x);
    /* out [out_h][out_w][out_s] = x * w, w [k_h][k_w][in_s][out_s] */
    void (*conv)(const th_geom *g, const float *x, const float *w, float *out);
    /* gw += x^T * dz, dz at `at` */
    void (*conv_weights)(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw);
    /* the same with w [k_h][k_w][s] */
    void (*depthwise)(const th_geom *g, const float *x, const float *w, float *out);
    void (*depthwise_weights)(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw);
    /* sum[0][s] += z, sum[1][s] += z*z over n pixels */
    void (*moments)(const float *z, int32_t n, int32_t s, float *sum);
    /* dz placed = da*dy + db*z + dc */
    void (*norm_back)(const float *dy, const float *z, const float *da, const float *db, const float *dc,
                      const th_place *at, float *dz);
    /* dy = dx * (derivative of the read), x placed as it was read; sum[0] += dy, sum[1] += dy*z */
    void (*read_back)(const th_read *r, const th_place *at, const float *x, const float *dx, float *dy, float *sum);
    /* x [n] in place, n a multiple of lanes; to 2e-7, NaN stays NaN */
    void (*sigmoid)(int32_t n, float *x);
    void (*tanh)(int32_t n, float *x);
    /* p, m, v, average [n], multiples of 16; average may be NULL */
    void (*adam)(const th_adam *o, int32_t n, const float *g, float *p, float *m, float *v, float *average);
} th_kernels;

/* Table i of those that this processor can run, the widest first; NULL after the last.
 * The last one is the plain reference. */
const th_kernels *th_kernels_get(int i);

/* The tables themselves; an empty one (name NULL) when the compiler does not know the instructions. */
extern const th_kernels th_kernels_avx512, th_kernels_avx2, th_kernels_vec4, th_kernels_plain;

#endif
