/* nn/vec/vec.h -- what a processor with vectors brings along, and the drivers need of it.
 *
 * Convolutions and dense layers are matrix products, output [pixels][channels] = taps [pixels][k] x weights
 * [k][channels]: nn/vec/matrix.c collects the taps of some pixels (a tile), the processor's micro-kernel multiplies
 * them with packed weights, and its `finish` makes outputs of the sums.  A channel is a lane: one vector of sums is a
 * "unit" of channels.
 *
 *   x      [rows of the tile][k], k rounded up to groups; what fills the last group is any number.  k is cut into
 *          segments that lie apart (rows of a picture, or only one); each is rounded up to groups
 *   w      [unit][segment][group][lane][k in the group], what fills the last group or unit is 0
 *   sums   [rows][units * lanes]
 *
 * A group is what one lane of the dot instruction takes at once: 4 int8 (VNNI, NEON dot product, MVE), 2 int16
 * (PMADDWD, WASM), 1 float.  Processors without a dot product of int8 get them widened to int16.  Each sum is added in
 * the order of k, so floats are those of the plain kernels bit for bit.
 *
 * A new processor family is one file that fills a th_vec, its kernels (nn/vec/kernels.h writes them), and a line in
 * nn/fast.c.  docs/kernels.md goes through one. */
#ifndef TH_NN_VEC_VEC_H
#define TH_NN_VEC_VEC_H

#include <stddef.h>
#include <stdint.h>

/* Limits of all families. */
#define TH_TILE_ROWS  8   /* pixels of a tile */
#define TH_TILE_UNITS 4   /* with one pixel; with more pixels half of them */
#define TH_TILE_LANES 16  /* of a unit */
#define TH_LINE_LANES 256 /* of a piece of a depthwise line */

/* Units that a micro-kernel takes at once. */
#define TH_TILE_MOST(rows) ((rows) == 1 ? TH_TILE_UNITS : TH_TILE_UNITS / 2)

/* One call of a matrix micro-kernel. */
typedef struct th_tile {
    const void *x; /* segment s of row r at x + s * x_segment + r * x_row bytes */
    ptrdiff_t x_row, x_segment;
    const void *w; /* unit u at w + u * w_unit bytes */
    ptrdiff_t w_unit;
    int32_t n_segments, n_groups; /* groups of each segment */
    int32_t rows, units;          /* 1 .. th_vec.rows, 1 .. TH_TILE_MOST(rows) */
    void *sums;                   /* [rows][units * lanes], row r at sums + r * sums_row bytes */
    ptrdiff_t sums_row;
    const struct th_end_f32 *end; /* float32: NULL, or what makes outputs of sums before they are stored */
} th_tile;

/* limit(sum[r][c] + bias[c]) */
typedef struct th_end_f32 {
    const float *bias;
    float lo, hi;
} th_end_f32;

/* Sums to int8: y[r][c] = limit(zero + R(sum[r][c] + bias[c])), R as in nn/requant.h for shifts to the right:
 *   h = (a m + 2^30) >> 31,   t = (h - (h < 0)) >> (e - 1),   R = (t >> 1) + (t & 1)   with e = -shift
 * which is exact for every int32 a (converters give dead channels biases of 2^30). */
typedef struct th_finish_s8 {
    const int32_t *sums; /* row r at sums + r * sums_row; rows are whole vectors */
    int32_t sums_row;
    const int32_t *bias, *multiplier, *shift; /* [n, rounded up to whole vectors]; -31 <= shift <= -1 */
    int32_t rows, n;
    int32_t zero, lo, hi;
    int8_t *y;
    ptrdiff_t y_row;
} th_finish_s8;

/* y[r][c] = limit(sum[r][c] + bias[c]) of tiles whose last unit has fewer than `lanes` outputs, and of ADD */
typedef struct th_finish_f32 {
    const float *sums, *bias; /* as above; whole vectors of them are read */
    int32_t sums_row, rows, n;
    float lo, hi;
    float *y;
    ptrdiff_t y_row; /* floats */
} th_finish_f32;

/* y[i] = R(sums[i] + bias[i]), n of them: whole vectors; -31 <= shift <= -1.  y may lie on sums. */
typedef struct th_scale_s32 {
    const int32_t *sums, *bias, *multiplier, *shift;
    int32_t n;
    int32_t *y;
} th_scale_s32;

/* An input of ADD: what it adds is R((x - zero) 2^20, multiplier, shift), R as in nn/requant.h.  -31 <= shift <= 0,
 * multiplier >= 0.  (x - zero) 2^20 m needs more than 32 bits, but with m = 2^11 high + low
 *   h = ((x - zero) 2^20 m + 2^30) >> 31  =  (x - zero) high + (((x - zero) low + 2^10) >> 11)
 *   t = (2 h - (h < 0)) >> -shift,   R = (t >> 1) + (t & 1) */
typedef struct th_term_s8 {
    int32_t zero, multiplier, shift;
} th_term_s8;

/* y[i] = finish(R_a(a[i]) + R_b(b[i])), with - for SUB; of `finish` all lanes have the same bias (0) and scale. */
typedef struct th_add_s8_job {
    const int8_t *a, *b;
    th_term_s8 of_a, of_b;
    int32_t negative; /* 1: SUB */
    th_finish_s8 finish;
} th_add_s8_job;

/* A piece of a line of a depthwise layer: sums[i] = sum_t tap[t][at + i] * w[i][t],  0 <= i < blocks * lanes.
 * Taps are a multiple of the depthwise group, those added have weights 0. */
typedef struct th_line {
    const void *const *tap; /* [n_groups * group] addresses; each may be read to the end of the last block */
    ptrdiff_t at;           /* bytes */
    const void *w;          /* [block][group of taps][its lanes and taps, in the order of `place`] */
    const float *bias;      /* float32: where sums start */
    float lo, hi;           /* float32: their limits in the end */
    int32_t n_groups, blocks;
    void *sums;
} th_line;

/* What packed int8 layers have in common: part of their parameters. */
typedef struct th_vec_s8 {
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t to_right; /* 1: all -31 <= shift <= -1 */
    int32_t n_scales;
    const int32_t *bias, *multiplier, *shift; /* [n_scales] */
    int32_t n_w8, n_w16;                      /* one of them is 0 */
    const int8_t *w8;
    const int16_t *w16;
} th_vec_s8;

typedef struct th_vec {
    int32_t rows;      /* pixels of a tile, at most TH_TILE_ROWS */
    int32_t s8_bytes;  /* of an int8 when it is multiplied: 1, or 2 when it is widened */
    int32_t s8_group;  /* int8: k of one lane; int16 has always 2, float32 1 */
    int32_t s8_offset; /* added to every x by the micro-kernel (128: it works with unsigned numbers) */
    int32_t lanes;     /* 32-bit sums in a vector */
    void (*tile_s8)(const th_tile *t);
    void (*tile_s16)(const th_tile *t); /* sums wrap */
    void (*tile_f32)(const th_tile *t);
    void (*widen)(const int8_t *x, int32_t n, int16_t *y); /* NULL when s8_bytes is 1 */
    void (*finish_s8)(const th_finish_s8 *f);
    void (*scale_s32)(const th_scale_s32 *j);
    void (*finish_f32)(const th_finish_f32 *f);
    void (*add_s8)(const th_add_s8_job *j); /* NULL: tables */
    int32_t line_group, line_lanes;         /* depthwise int8: taps of one lane, channels of a block */
    int32_t line_offset;                    /* as s8_offset */
    int32_t line_w_bytes;                   /* of a packed weight */
    int32_t (*place)(int32_t c);            /* where channel c of a block stands among the packed lanes */
    void (*line_s8)(const th_line *l);
    void (*line_f32)(const th_line *l); /* blocks of `lanes` channels, group 1 */
} th_vec;

#endif
