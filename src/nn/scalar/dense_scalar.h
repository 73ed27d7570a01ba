/* nn/scalar/dense_scalar.h -- FULLY_CONNECTED of int8 with one row, for processors that multiply one number at a time.
 *
 * Four filters share each load of an input, and four inputs each round of the loop; the order of the weights is
 * that of nn/cortexm/dense_dsp.h:   t0 t1 t2 t3 | u0 u1 u2 u3 | v0 .. | w0 ..
 * 16 products are 4 loads and subtractions for the inputs, and for each product a load and a multiplication with sum.
 */
#ifndef TH_NN_SCALAR_DENSE_SCALAR_H
#define TH_NN_SCALAR_DENSE_SCALAR_H

#include "nn/cortexm/dense_dsp.h"

/* par: a th_dense_dsp_par.  scratch: as there. */
void th_dense_scalar(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
