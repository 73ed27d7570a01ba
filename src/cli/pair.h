/* cli/pair.h -- "FIRST --with SECOND": a model that is always on, and one that it wakes. */
#ifndef TH_CLI_PAIR_H
#define TH_CLI_PAIR_H

#include "cli/cmd.h"
#include "cli/target.h"
#include "deploy/export.h"
#include "evaluate/together.h"

#define TH_OPT_PAIR                                                                                                    \
    {"with", "PROJECT", NULL, "a second project or model, which the first one wakes; both in one arena"},              \
        {"wake", "LABEL", NULL, "--with: what of the first wakes the second (default: its first keyword; anomaly)"},   \
        {"look", "N", "1", "--with: so many frames, clips or windows a look; 3s: for three seconds"},                  \
    {                                                                                                                  \
        "fps", "F", "1", "--with: frames that a camera gives in a second"                                              \
    }

typedef struct th_pair {
    th_target t[2];
    th_sense sense[2];
    th_code_part part[2];
    th_wake_cfg wake;
    double frames_hz, look_s; /* look_s: how long a look takes */
} th_pair;

/* Opens both for one board, each planned by itself: th_pair_join puts them into one arena.  Free with th_pair_free,
 * also after an error.  Errors: those of th_target_open; TH_EUSAGE (nothing to listen to or look at, no such label). */
TH_NODISCARD th_err th_pair_open(const th_args *a, th_pair *p, th_why *why);
TH_NODISCARD th_err th_pair_join(th_pair *p, th_why *why);
void th_pair_free(th_pair *p);

#endif
