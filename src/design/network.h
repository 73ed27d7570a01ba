/* design/network.h -- the network that a project trains, and what stands around it, before there is any training: from
 * thimble.ini, another preset, or lines that are not saved yet. */
#ifndef TH_DESIGN_NETWORK_H
#define TH_DESIGN_NETWORK_H

#include "data/card.h"
#include "data/project.h"
#include "model/spec.h"

typedef struct th_network {
    th_preset preset;
    char preset_text[TH_PRESET_BYTES];
    const char *text; /* the network's lines: the preset's, or the project's own */
    th_spec spec;     /* of a description with an error: the layers before it */
    bool sound;       /* pipe is set, else card */
    th_pipeline pipe;
    th_card card;
    bool assumed;       /* the project has no data yet: axes of the sensor or number of labels are the preset's */
    th_project project; /* what it was made for, with the lines of `own` */
} th_network;

/* preset: in place of thimble.ini's, or NULL.  own: lines in place of [model]'s, or NULL; errors call them "model" and
 * count from 1.  Free with th_network_free, after an error too (*n NULL: out of memory).
 * Errors: those of th_preset_make and th_spec_parse, TH_EUSAGE (a classic learner has no layers), TH_ESHAPE. */
TH_NODISCARD th_err th_network_open(const th_project *p, const char *preset, const char *own, th_network **n,
                                    th_why *why);
void th_network_free(th_network *n);

#endif
