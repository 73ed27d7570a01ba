/* cli/help.h -- what main.c needs of args.c. */
#ifndef TH_CLI_HELP_H
#define TH_CLI_HELP_H

#include "cli/cmd.h"

/* argv: what follows the verb. Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_args_parse(const th_cmd *cmd, int argc, char **argv, th_args *a, th_why *why);

/* Usage, options and examples of one verb on stdout. */
void th_cmd_help(const th_cmd *cmd);

#endif
