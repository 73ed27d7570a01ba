/* cli/progress.h -- what the studio's jobs read beside th_progress (cli/cmd.h).  With THIMBLE_PROGRESS=lines in the
 * environment stderr has lines like {"progress":{"what":"train","part":0.31}}, at most ten a second. */
#ifndef TH_CLI_PROGRESS_H
#define TH_CLI_PROGRESS_H

#include <jansson.h>

#include <stdbool.h>

bool th_progress_is_lines(void);

/* {what: value} as a line on stderr; takes value. */
void th_progress_line(const char *what, json_t *value);

#endif
