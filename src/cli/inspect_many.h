/* cli/inspect_many.h -- thimble inspect A.tflite B.tflite ..: several models in one arena. */
#ifndef TH_CLI_INSPECT_MANY_H
#define TH_CLI_INSPECT_MANY_H

#include "cli/cmd.h"

#define TH_MAX_JOINT 8

/* Prints each model's arena, and what all take together: when they run one after the other, and when what lies in each
 * one's memory stays until the last has run.  Errors: of th_target_open and th_plan_join. */
TH_NODISCARD th_err th_inspect_many(const th_args *a, th_why *why);

#endif
