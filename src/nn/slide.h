/* nn/slide.h -- how far below its input a step's output may start: th_step.slide and lead.
 *
 * A kernel that goes forward has, after any of its writes, written up to some byte of the output, and has still to read
 * from some byte of the input on.  When the output starts `lead` bytes or more below the input, the first never gets
 * above the second:
 *
 *   lead = max over all writes of  (end of what is written) - (lowest input byte that is still to be read)
 *
 * Only constants of the step go in: shapes, strides, sizes of elements.  tests/nn/test_slide.c counts both for every
 * window byte by byte, and runs every kernel that says so over its own input. */
#ifndef TH_NN_SLIDE_H
#define TH_NN_SLIDE_H

#include "nn/op.h"
#include "nn/window.h"

/* Element k of output 0 is the last thing to be made from element k of input `input`, in the order of k; both have the
 * same number of elements.  Sets in_place, too, when the elements have one size. */
void th_slide_elements(const th_prepare *p, int32_t input, th_step *step);

/* n_rows rows of output 0 are made from the rows of input 0, which have in_row bytes each. Of a row of out_row bytes
 * all but the last `rest` may be written while any of its inputs is still to be read. */
void th_slide_rows(int32_t n_rows, int32_t in_row, int32_t out_row, int32_t rest, th_step *step);

/* What a window kernel has written when it reads for the last time what its pixel needs. */
typedef struct th_slide_order {
    int32_t in_bytes, out_bytes; /* of an element */
    int32_t together;            /* pixels whose inputs are all read before one of them is written; at least 1 */
    /* Most bytes of a pixel that are written, less those of its channels that need not be read again, while others have
     * to be; -1: all is read before the first is written. */
    int32_t inner;
} th_slide_order;

/* Output pixels in order, of all rows and batches; input 0 is the picture. */
void th_slide_window(const th_window *w, const th_slide_order *order, th_step *step);

#endif
