/* data/points.h -- numbers and what a network shall say to them: rows of a .csv, inputs first, then the right outputs.
 * A first line whose first cell is no number has names and is passed over. */
#ifndef TH_DATA_POINTS_H
#define TH_DATA_POINTS_H

#include "data/examples.h"

/* Of a file, or of every .csv in a folder.
 * Errors: TH_ENOENT (none), TH_EFORMAT (file, line, column and what is wrong), TH_ENOMEM. */
TH_NODISCARD th_err th_points_load(const char *path, int32_t n_inputs, int32_t n_outputs, th_examples **e, th_why *why);

/* The rows of one text, behind those that e has (e->c inputs, e->n_targets outputs); name: for messages. */
TH_NODISCARD th_err th_points_add(th_examples *e, const char *name, th_span text, th_why *why);

#endif
