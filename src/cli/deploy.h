/* cli/deploy.h -- what `thimble deploy` can write beside C, packages and firmware (cmd_deploy.c). */
#ifndef TH_CLI_DEPLOY_H
#define TH_CLI_DEPLOY_H

#include "cli/cmd.h"
#include "cli/target.h"

typedef th_err th_deploy_fn(const th_args *a, const th_target *t, const char *out, th_why *why);

th_deploy_fn th_deploy_arduino, th_deploy_wasm;

/* --check-library: prints what is wrong with a library; TH_EFORMAT when the IDE would refuse it. */
TH_NODISCARD th_err th_deploy_check_library(const th_args *a, const char *path, th_why *why);

/* --generic: a firmware that takes models, for any of them. */
TH_NODISCARD th_err th_deploy_loader(const th_args *a, const char *out, th_why *why);

/* --send PORT: the model to a board with that firmware; --in, --to and --sensor: and runs there. */
TH_NODISCARD th_err th_deploy_send(const th_args *a, const th_target *t, th_why *why);

#endif
