/* design/design.h -- the network of a project: features, preset or own layers, shapes; and its table. */
#ifndef TH_DESIGN_DESIGN_H
#define TH_DESIGN_DESIGN_H

#include "data/project.h"
#include "model/spec.h"

#include <jansson.h>
#include <stdio.h>

/* The pipeline of the project with this preset, and the network that fits it.  Errors of own layers name thimble.ini
 * and its line. */
TH_NODISCARD th_err th_design_make(const th_project *p, const th_preset *preset, th_pipeline *q, th_spec *spec,
                                   th_why *why);

/* The network of a project that is not of sounds, for inputs of h x w x c; a preset that is written with the number of
 * its values (autoencoder, neck) gets that by itself. */
TH_NODISCARD th_err th_design_examples(const th_project *p, const char *name, int32_t h, int32_t w, int32_t c,
                                       char text[TH_PRESET_BYTES], th_preset *preset, th_spec *spec, th_why *why);

/* Line, layer, output, parameters, multiplications and bytes of memory of each layer, and the sum; of a description
 * with an error (whole false) the layers before it, so that one sees what came in there. */
void th_design_print(FILE *to, const th_spec *s, bool whole);
json_t *th_design_json(const th_spec *s); /* NULL: out of memory */

/* The presets: name, how it is written, what it is and is good at, input, classes, parameters, MACs.
 *   task  those that are made for it; NULL: all
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_presets_json(const char *task, json_t **list, th_why *why);

#endif
