/* model/bands_priv.h -- between the rows of bands (band_rows.c) and their choice (plan_bands.c). */
#ifndef TH_MODEL_BANDS_PRIV_H
#define TH_MODEL_BANDS_PRIV_H

#include "model/plan_priv.h"
#include "nn/window.h"

/* No more operators, and no more bands, in a segment. */
#define TH_BAND_NODES 12
#define TH_MOST_BANDS 64

/* Rows lo .. hi - 1 of a tensor. */
typedef struct th_rows {
    int32_t lo, hi;
} th_rows;

/* Neighbouring operators order[first] .. that might run in bands. */
typedef struct th_segment {
    int32_t first, n_nodes;
    int32_t rows, n;             /* of the last output in a band; bands */
    int32_t most[TH_BAND_NODES]; /* rows of the largest band of each operator */
    /* Multiply-accumulates or taps: of the segment; of rows that are computed twice; and these with one more row of
     * each operator for each band, since kernels begin anew with each (about what it takes on a Cortex-M4). */
    int64_t work, twice, more;
    th_window win[TH_BAND_NODES]; /* of each operator; 1x1 and no batches for those that go element by element */
    int32_t from[TH_BAND_NODES][TH_BAND_INPUTS]; /* operator of the segment that makes the input, -1: another one does,
                                                    TH_BAND_CONSTANT: it is not made */
} th_segment;
#define TH_BAND_CONSTANT (-2)

/* Rows that one band's operators make and need. */
typedef struct th_band_rows {
    th_rows out[TH_BAND_NODES], in[TH_BAND_NODES][TH_BAND_INPUTS];
} th_band_rows;

/* Operators order[first] .. as a segment: first, n_nodes, win and from.  false: one of them can't run for some of its
 * rows only. */
bool th_segment_make(const th_plan *plan, int32_t first, int32_t n_nodes, th_segment *s);

/* The rows of band `band`; false: one of them would have none, or begin where tensors cannot. */
bool th_band_rows_of(const th_plan *plan, const th_segment *s, int32_t band, th_band_rows *rows);

/* Bytes of one row of a picture. */
size_t th_row_bytes(const th_tensor *t);

/* Takes `rows` rows for a band of the segment; fills the rest.  false: it can't be run so. */
bool th_segment_rows(const th_plan *plan, th_segment *s, int32_t rows);

/* Lets a segment of a plan that is prepared run in bands; it has to be placed anew.  What the segment makes inside must
 * be needed inside only.  own: [n_nodes] the steps as they were.
 * *yes: false when its kernels cannot share weights between bands; then the plan is as before.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_bands_install(th_plan *plan, const th_segment *s, th_step *own, bool *yes);

#endif
