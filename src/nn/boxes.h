/* nn/boxes.h -- how the prepare functions of moving operators make the list of boxes for nn/move.h, and what else they
 * share. */
#ifndef TH_NN_BOXES_H
#define TH_NN_BOXES_H

#include "nn/prepare.h"

/* Numbers of a box as an operator thinks of it: in elements, not bytes, one step per dimension. */
#define TH_BOX_RANK 8
typedef struct th_box {
    int32_t in, out, from, to, rank;
    int32_t n[TH_BOX_RANK], from_step[TH_BOX_RANK], to_step[TH_BOX_RANK];
} th_box;

typedef struct th_boxes {
    int32_t *words;
    int32_t n_boxes, n_words, element_bytes;
} th_boxes;

/* Room for `n` boxes of elements of the type of `t`.  Errors: TH_ENOMEM, TH_EUNSUP for a type without whole bytes. */
TH_NODISCARD th_err th_boxes_begin(const th_prepare *p, const th_tensor *t, int32_t n, th_boxes *b);
/* Adds one; dimensions that lie together on both sides become one, and the inmost ones a run. */
void th_boxes_add(th_boxes *b, const th_box *box);
/* All of output 0 gets the byte `value`. */
void th_boxes_fill(th_boxes *b, const th_tensor *out, int32_t value);
/* Makes the step.  The kernel looks at n_in inputs and n_out outputs. */
TH_NODISCARD th_err th_boxes_end(const th_prepare *p, th_boxes *b, int32_t n_in, int32_t n_out, th_step *step);

/* step[d] = elements from one index of dimension d to the next. */
void th_shape_steps(const th_shape *s, int32_t *step);

/* A tensor of at most 1 GiB (then every offset and its end fit int32) whose elements have whole bytes. */
TH_NODISCARD th_err th_check_movable(const th_prepare *p, const th_tensor *t);
/* The same type on both sides, both movable. */
TH_NODISCARD th_err th_check_moved(const th_prepare *p, const th_tensor *x, const th_tensor *y);

/* The numbers of a constant int32 or int64 input (64-bit ones limited to int32); `what` is the text when it is not one.
 * Errors: TH_EUNSUP not constant or not an integer, TH_ESHAPE more than `most`. */
TH_NODISCARD th_err th_const_ints(const th_prepare *p, int32_t input, int32_t most, int32_t *v, int32_t *n,
                                  const char *what);

/* axis + rank for a negative axis.  Errors: TH_ERANGE. */
TH_NODISCARD th_err th_check_axis(const th_prepare *p, int32_t axis, int32_t rank, int32_t *positive);

/* SLICE whose begin is told while running, nn/update_slice.h; the output has the shape that the file gives it. */
TH_NODISCARD th_err th_prepare_slice_at(const th_prepare *p, th_step *step);

#endif
