/* cli/run_live.h -- `thimble run --live`: a model on what comes now, as a device runs it. */
#ifndef TH_CLI_RUN_LIVE_H
#define TH_CLI_RUN_LIVE_H

#include "cli/cmd.h"

/* The model of the project or file word 0, on the source of --live, until it ends, Ctrl-C, or --seconds. */
TH_NODISCARD th_err th_run_live(const th_args *a, th_why *why);

#endif
