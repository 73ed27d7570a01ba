/* train/schedule.h -- the learning rate over a training: one row per schedule, functions of the step alone.
 *
 *   rate
 *   peak |    ____                 ____________                    ________                  ____
 *        |   /    \_              /            |                  /        |_____           /    \ (plateau: when the
 *        |  /       \_           /             |_____            /               |____     /      |___ metric stands
 *        | /          \__       /                               /                         /           |__  still)
 *        +-----------------    +-----------------------         +----------------------
 *         cosine                constant                         step                      plateau
 *
 * All begin with a linear warm-up: (k + 1) / (warm + 1) of the peak in step k < warm.
 *
 *   cosine    floor + (1 - floor) (1 + cos(pi part)) / 2,  part of the steps after the warm-up (Loshchilov & Hutter
 * 2017) constant  1 step      factor^(epochs done / every), rounded down plateau   factor^drops: a drop after each
 * `every` epochs in which the metric was not better than before */
#ifndef TH_TRAIN_SCHEDULE_H
#define TH_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_schedule_row th_schedule_row;

typedef struct th_schedule_cfg {
    const th_schedule_row *row;
    double peak;
    double warmup; /* epochs; below 0: 4 % of all, at most 2 */
    double floor;  /* cosine: where it ends, as a part of the peak, 0 to 1 */
    int32_t every; /* step, plateau: epochs, >= 1 */
    double factor; /* step, plateau: 0 to 1 */
} th_schedule_cfg;

/* Where a training stands. */
typedef struct th_schedule_at {
    uint64_t step;         /* done, of the whole training */
    int32_t steps, epochs; /* per epoch; planned */
    int32_t drops;         /* plateau: so far */
} th_schedule_at;

struct th_schedule_row {
    const char *name;
    double (*part)(const th_schedule_cfg *c, const th_schedule_at *at, double warm); /* of the peak, after warm-up */
    bool by_metric;                                                                  /* needs `drops` */
    /* Epochs before this part of all do not stop a training, and do not compete for the best one: while the rate is
     * high the weights still jump, and on some hundred clips a lucky jump looks best.  With 500 watched examples and
     * more all compete: what knows a large table by heart after ten epochs is best taken from there. */
    double settled;
    const char *help;
};

const th_schedule_row *th_schedule_all(size_t *n);
const th_schedule_row *th_schedule_find(const char *name); /* NULL when there is none */

/* The rate of step at->step. */
double th_schedule_rate(const th_schedule_cfg *c, const th_schedule_at *at);

/* Drops of a plateau schedule after n epochs with these values of the metric; sign: +1 when larger is better, -1 when
 * smaller is.  Counting starts again after each drop.  Nothing but the values decides, so a resumed training drops
 * where an uninterrupted one does. */
int32_t th_schedule_drops(const double *metric, int32_t n, int sign, int32_t every);

#endif
