/* How far a verb is, on stderr: a bar on a terminal, lines of JSON for a program that asks for them. */
#include "cli/progress.h"

#include "cli/cmd.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR     30
#define PAUSE_S 0.1

bool th_progress_is_lines(void)
{
    const char *form = getenv("THIMBLE_PROGRESS");
    return form && strcmp(form, "lines") == 0;
}

void th_progress_line(const char *what, json_t *value)
{
    json_t *o = json_pack("{so}", what, value);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (text) fprintf(stderr, "%s\n", text);
    free(text);
    json_decref(o);
}

/* There is one stderr, and so one clock of what was last said on it. */
static void say(const char *what, double part)
{
    static double said_s = -PAUSE_S;
    const double now = th_clock_s();
    if (part < 1 && now - said_s < PAUSE_S) return;
    said_s = now;
    th_progress_line("progress", json_pack("{ss sf}", "what", what, "part", part));
}

void th_progress(const char *what, double part)
{
    const double p = part < 0 ? 0 : part > 1 ? 1 : part;
    const int full = (int)(p * BAR);
    if (th_progress_is_lines()) {
        say(what, p);
        return;
    }
    if (!th_stderr_is_terminal()) return;
    fprintf(stderr, "\r%-10s [%.*s%*s] %3d %%%s", what, full, "##############################", BAR - full, "",
            (int)(p * 100), p >= 1 ? "\n" : "");
    fflush(stderr);
}
