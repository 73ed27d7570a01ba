/* model/bands.h -- operators that run in row bands: a few neighbouring ones, all of them for some rows of the last
 * one's output, then for the next rows.  The large tensors between them never exist as a whole.
 *
 *   input   |==========================|      a band of the last operator's output: rows lo .. hi - 1;
 *                |<-- rows a .. z -->|         each operator backwards:  a = max(0, lo * stride - pad_top)
 *   first op      [  band  ]                                             z = min(in_h, (hi - 1) * stride - pad_top +
 * reach) second op      [ band ]                    reach = (filter_h - 1) * dilation_h + 1 last op          [ rows lo
 * .. hi - 1 ]     rows that two bands need are computed twice output  |=====|===========|............|
 *
 * A band of an operator is the same operator with fewer rows in its tensors and its own padding above, on addresses
 * that are moved by whole rows: the same kernels give the same bytes.  An operator's runs, one for each band or one for
 * all its rows, are what a plan consists of; whoever executes or writes one goes from run to run.
 * docs/decisions/08-bands.md has the reasons and figures.  Source: Lin et al., "MCUNetV2", NeurIPS 2021. */
#ifndef TH_MODEL_BANDS_H
#define TH_MODEL_BANDS_H

#include "nn/op.h"

#include <stdbool.h>

/* A tensor's part in one run: bytes that begin `at` bytes behind the tensor's place in the arena. */
typedef struct th_band_part {
    size_t at, bytes;
} th_band_part;

#define TH_BAND_INPUTS 2 /* inputs 0 and 1 may be made or fed; the others of operators in bands are constants */

/* What one band of one operator looks at. */
typedef struct th_band_ends {
    th_band_part in[TH_BAND_INPUTS], out; /* bytes 0: that input is a constant, or there is none */
} th_band_ends;

typedef struct th_bands {
    int32_t first, n_nodes; /* operators plan->order[first] .. */
    int32_t n;              /* bands, at least 2 */
    int32_t rows;           /* of the last operator's output in a band; the last band may have fewer */
    th_step *step;          /* [n][n_nodes] bands of an operator differ only in int32 numbers of their parameters */
    th_band_ends *ends;     /* [n][n_nodes] */
    void *memory;           /* of all that, and of the parameters */
} th_bands;

struct th_plan;

/* A run: one call of a kernel, or of what a control operator does. */
typedef struct th_call {
    int32_t node;
    const th_step *step;      /* NULL behind the last run */
    const th_band_ends *ends; /* NULL: whole tensors */
    bool done;                /* behind it the operator's outputs are whole: of tensors between bands they never are */
    int32_t place, bands, band; /* which of plan->order; which of plan->bands is next, and which band in it */
} th_call;

th_call th_plan_first(const struct th_plan *plan);
th_call th_plan_next(const struct th_plan *plan, const th_call *run);

/* Bytes behind the place of input i, and of the output. */
static inline size_t th_call_in(const th_call *run, int32_t i)
{
    return run->ends && i < TH_BAND_INPUTS ? run->ends->in[i].at : 0;
}
static inline size_t th_call_out(const th_call *run)
{
    return run->ends ? run->ends->out.at : 0;
}

/* Which of plan->bands operator `node` runs in, and its number there; -1: none. */
int32_t th_bands_of(const struct th_plan *plan, int32_t node, int32_t *number);

/* Multiply-accumulates that the plan's bands do a second time. */
int64_t th_bands_more_macs(const struct th_plan *plan);

/* Bytes that a tensor takes in the arena: those of its largest band where it is never whole. */
size_t th_plan_bytes(const struct th_plan *plan, int32_t tensor);

#endif
