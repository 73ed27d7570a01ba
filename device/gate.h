/* device/gate.h -- a small network lets windows through to a large one (dsp/gate.h). */
#ifndef DEVICE_GATE_H
#define DEVICE_GATE_H

#include <stdint.h>

/* Feeds the sound of the host's file `in` to its end.  To `out` go, window by window, the small network's scores and
 * those that the detector gets; each detection is a line.  An exit code. */
int32_t device_gate(int32_t in, int32_t out);

/* What it costs, as lines: frame of the features, inference of the small network with the gate, inference2 of the large
 * one. */
void device_gate_costs(void);

#endif
