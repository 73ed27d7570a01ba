/* The one progress bar: on a terminal only, on stderr. */
#include "cli/cmd.h"

#include "os/run.h"

#include <stdio.h>

#define BAR 30

void th_progress(const char *what, double part)
{
    const double p = part < 0 ? 0 : part > 1 ? 1 : part;
    const int full = (int)(p * BAR);
    if (!th_stderr_is_terminal()) return;
    fprintf(stderr, "\r%-10s [%.*s%*s] %3d %%%s", what, full, "##############################", BAR - full, "",
            (int)(p * 100), p >= 1 ? "\n" : "");
    fflush(stderr);
}
