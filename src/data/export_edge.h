/* data/export_edge.h -- samples as a folder that Edge Impulse's uploader takes: training/, testing/, validation/ with
 * acquisition files (JSON; pictures as they are) and info.labels, which has label, segments, boxes and metadata. */
#ifndef TH_DATA_EXPORT_EDGE_H
#define TH_DATA_EXPORT_EDGE_H

#include "data/dataset.h"

typedef struct th_edge_export th_edge_export;

/* Begins in a folder.  key: signs the files (data/acquisition.h), NULL: not.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_edge_export_new(const char *dir, const char *key, th_edge_export **e, th_why *why);

/* Writes one sample.  Rows without a segment, in a recording that has some, become segments "unlabeled", which
 * thimble data import leaves out again: Edge Impulse wants every row in one. Errors: those of reading and writing. */
TH_NODISCARD th_err th_edge_export_add(th_edge_export *e, const th_dataset *set, const th_sample *s, th_why *why);

/* Writes info.labels; n samples were written.  Errors: TH_ENOENT (none), those of writing. */
TH_NODISCARD th_err th_edge_export_end(th_edge_export *e, size_t *n, th_why *why);
void th_edge_export_free(th_edge_export *e); /* NULL is fine */

#endif
