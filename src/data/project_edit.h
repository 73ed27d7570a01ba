/* data/project_edit.h -- lines of a thimble.ini that stands already. */
#ifndef TH_DATA_PROJECT_EDIT_H
#define TH_DATA_PROJECT_EDIT_H

#include "data/project.h"

#define TH_INI_BYTES        ((size_t)256 << 10)
#define TH_LABEL_LINE_BYTES (TH_MAX_LABELS * (TH_LABEL_BYTES + 2))

/* The span of the first line of [section] with this key: [*from, *to) without its newline.  False when there is none.
 */
bool th_ini_find(const char *text, size_t n, const char *section, const char *key, size_t *from, size_t *to);

/* "yes, no": the labels without those that keywords get by themselves. */
void th_ini_labels(const th_project *p, char *buf, size_t cap);

#endif
