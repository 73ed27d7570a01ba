/* nn/move.h -- the one kernel of the operators that only move numbers.
 *
 * CONCATENATION, PACK, SPLIT, SPLIT_V, UNPACK           nn/join_prepare.c
 * SLICE, STRIDED_SLICE                                  nn/slice_prepare.c
 * PAD, PADV2, MIRROR_PAD                                nn/pad_prepare.c
 * TRANSPOSE, REVERSE_V2, BROADCAST_TO, DEPTH_TO_SPACE, SPACE_TO_DEPTH,
 * BATCH_TO_SPACE_ND, SPACE_TO_BATCH_ND                  nn/permute_prepare.c
 * EXPAND_DIMS, SQUEEZE, FILL, ZEROS_LIKE                nn/reshape_like_prepare.c
 *
 * Each is a list of boxes that are copied one after the other (nn/copy.h); which ones is worked out before running, so
 * that the kernel knows neither operators nor types.  All types of 1, 2, 4 and 8 bytes; nothing is computed, so there
 * is no rounding and no overflow.
 *
 * A box is 6 + 3 n_dims numbers:
 *   in       number of the input, or -1: `run` bytes of the value `from` are written at `to`
 *   out      number of the output
 *   from, to first byte
 *   run, n_dims, dim[3 n_dims]   as in nn/copy.h
 *
 * Formulas and shapes stand at the top of those files.
 * Source: TensorFlow Lite Micro, the file of each operator in micro/kernels (concatenation.cc, pack.cc, ..). */
#ifndef TH_NN_MOVE_H
#define TH_NN_MOVE_H

#include <stdint.h>

#define TH_MOVE_HEAD 6 /* numbers before the dimensions of a box */

typedef struct th_move_par {
    int32_t n_boxes;
    int32_t n_words;
    const int32_t *words; /* [n_words] the boxes */
} th_move_par;

void th_move(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
