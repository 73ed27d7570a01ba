/* data/project_edit.h -- lines of a thimble.ini that stands already. */
#ifndef TH_DATA_PROJECT_EDIT_H
#define TH_DATA_PROJECT_EDIT_H

#include "data/project.h"

#define TH_INI_BYTES        ((size_t)256 << 10)
#define TH_LABEL_LINE_BYTES (TH_MAX_LABELS * (TH_LABEL_BYTES + 2))

/* The span of the first line of [section] with this key: [*from, *to) without its newline.  False when there is none.
 */
bool th_ini_find(const char *text, size_t n, const char *section, const char *key, size_t *from, size_t *to);

/* The lines of [model] without the remarks that thimble.ini has in front of them: [*from, *to).  False when there is no
 * [model], or nothing in it. */
bool th_ini_model(const char *text, size_t n, size_t *from, size_t *to);

/* Writes preset = .. (NULL: as it is) and the lines of [model] (NULL: as they are, "": none) into p's thimble.ini, and
 * leaves every other line as it is.  What is in the lines is not looked at. */
TH_NODISCARD th_err th_project_save_model(const th_project *p, const char *preset, const char *lines, th_why *why);

/* "yes, no": the labels without those that keywords get by themselves. */
void th_ini_labels(const th_project *p, char *buf, size_t cap);

#endif
