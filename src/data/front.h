/* data/front.h -- what thimble.ini and a preset say together of the front end of a project of sounds: the preset knows
 * which features its network likes, [features] may say otherwise. */
#ifndef TH_DATA_FRONT_H
#define TH_DATA_FRONT_H

#include "data/project.h"
#include "dsp/frontend.h"
#include "model/spec.h"

/* The preset `name` (NULL: that of thimble.ini) with the settings of thimble.ini.  Its text lies in `text`, or, when
 * the project has layers of its own and `name` is NULL, in p->model, and its name is "own". */
TH_NODISCARD th_err th_front_preset(const th_project *p, const char *name, char text[TH_PRESET_BYTES],
                                    th_preset *preset, th_why *why);

/* The front end that fits that preset, and the samples of a clip that a network hears.
 * Errors: TH_ERANGE: the settings do not go together; the text names them. */
TH_NODISCARD th_err th_front_make(const th_project *p, const th_preset *preset, th_frontend_cfg *f,
                                  int32_t *clip_samples, th_why *why);

#endif
