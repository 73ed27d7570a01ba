/* design/around.h -- what stands around a network on the device, as its card says it: a sensor or a camera. */
#ifndef TH_DESIGN_AROUND_H
#define TH_DESIGN_AROUND_H

#include "data/card.h"
#include "model/camera.h"
#include "model/sensor.h"

/* The sensor that a card speaks of; it points into the card.  *has false: of other tasks, or of one that sets off
 * alarms and has no limit yet.  Errors: those of th_windows_block. */
TH_NODISCARD th_err th_around_sensor(const th_card *c, const th_graph *g, th_sensor *s, bool *has, th_why *why);

/* A camera, for a card that tells pictures apart and an int8 network; a float one takes tensors only (*has false).
 * Errors: those of th_eye_make. */
TH_NODISCARD th_err th_around_eye(const th_card *c, const th_graph *g, th_eye *eye, bool *has, th_why *why);

#endif
