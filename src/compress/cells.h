/* compress/cells.h -- the largest values that the cells of a float LSTM and the state of a float SVDF ever hold.
 *
 * No operator writes them out, so they are computed again from the inputs that were seen: an LSTM one step at a time
 * by the float kernel, an SVDF's newest state  sum_k x[k] * wf[f][k]. */
#ifndef TH_COMPRESS_CELLS_H
#define TH_COMPRESS_CELLS_H

#include "model/graph.h"

typedef struct th_cells th_cells;

/* most [n_nodes]: is raised as values are seen.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_cells_new(const th_graph *g, float *most, th_cells **c, th_why *why);
void th_cells_free(th_cells *c); /* NULL is fine */

void th_cells_see(th_cells *c, int32_t tensor, const float *v); /* an activation, when it has been made */
void th_cells_run(th_cells *c, int32_t node);                   /* the node has run; of another operator: nothing */
void th_cells_reset(th_cells *c);                               /* states are zero again */

#endif
