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
        {"gate", "P", NULL,                                                                                            \
         "--with, of two that hear the same words: the first lets a window through at P (0.1) or more"},               \
    {                                                                                                                  \
        "fps", "F", "1", "--with: frames that a camera gives in a second"                                              \
    }

typedef struct th_pair {
    th_target t[2];
    th_sense sense[2];
    th_code_part part[2];
    th_wake_cfg wake;
    double frames_hz, look_s; /* look_s: how long a look takes */
    bool gated;               /* the first is no model of its own, but lets windows through */
    th_gate gate;
    float gain[TH_MAX_COEFS], shift[TH_MAX_COEFS]; /* the gate's */
} th_pair;

/* Opens both for one board, each planned by itself: th_pair_join puts them into one arena.  Free with th_pair_free,
 * also after an error.  Errors: those of th_target_open; TH_EUSAGE (nothing to listen to or look at, no such label). */
TH_NODISCARD th_err th_pair_open(const th_args *a, th_pair *p, th_why *why);
/* The same, and the board's compiler and emulator are here. */
TH_NODISCARD th_err th_pair_ready(const th_args *a, th_pair *p, th_why *why);
TH_NODISCARD th_err th_pair_join(th_pair *p, th_why *why);

/* pair_gate.c: the gate between two models of the same features.  Errors: TH_EUSAGE (what is not the same). */
TH_NODISCARD th_err th_pair_gate(const th_args *a, th_pair *p, th_why *why);

/* The label that --wake names (NULL: the default) of what s says.  Errors: TH_EUSAGE with the labels that there are. */
TH_NODISCARD th_err th_pair_label(const char *name, const th_sense *s, int32_t *label, th_why *why);

/* What can be written of it. */
th_several th_pair_several(const th_pair *p);
void th_pair_free(th_pair *p);

#endif
