/* report/runs_json.h -- a training as JSON, for `thimble runs --json` and the studio. */
#ifndef TH_REPORT_RUNS_JSON_H
#define TH_REPORT_RUNS_JSON_H

#include "store/compare.h"

#include <jansson.h>

#include <stdbool.h>

/* Its state; one that stands as running is "stopped" while no training of the project runs. */
const char *th_run_state(const th_run *r, bool training);

/* {"id", "name", .., "options":{}, "best":{}, "results":{}}, with_epochs: and "epochs":[{}]. */
json_t *th_run_json(const th_run_full *f, bool training, bool with_epochs);

#endif
