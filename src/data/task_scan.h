/* data/task_scan.h -- examples of a folder that is no project's data, by the recipe and labels of a model's card: for
 * `thimble test --data`.  Nothing is written and nothing learnt, but what is normal of a group where the card's
 * baseline asks for it. */
#ifndef TH_DATA_TASK_SCAN_H
#define TH_DATA_TASK_SCAN_H

#include "data/card.h"
#include "data/split.h"

typedef struct th_scan_cfg {
    const char *device;      /* only what this one recorded; NULL: what the card says */
    int part;                /* which part of the folder (data/split.h) */
    th_examples_shape shape; /* of the network's input */
    int32_t n_targets;       /* numbers that it gives, for tasks of numbers */
} th_scan_cfg;

/* Recordings and strokes in the layouts of data/layout.h, pictures in those of data/picture_folder.h, numbers as
 * data/points.h has them.  A label that the card has not is -1; of anomalies all that is not normal is an anomaly.
 * Errors: TH_ENOENT (nothing that the task can read, or too short for one window, or nothing in that part), those of
 * th_layout_read and th_windows_add. */
TH_NODISCARD th_err th_task_scan(const th_card *card, const char *dir, const th_scan_cfg *cfg, th_examples **e,
                                 th_why *why);

/* Pictures alone, brought to cfg->shape, for a card that may name no task; NULL: the labels are those of the folder in
 * the order of their names, or numbers in theirs. */
TH_NODISCARD th_err th_scan_pictures(const th_card *card, const char *dir, const th_scan_cfg *cfg, th_examples **e,
                                     th_why *why);

#endif
