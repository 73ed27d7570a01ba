/* design/preview.h -- what a network will cost on a board, before it is trained.
 *
 *   th_spec --th_net_export--> float graph, random weights --th_quantize_unseen--> int8 graph --th_plan_make_banded-->
 *   arena (exact: it depends on shapes alone) --th_measure_guess or _model--> flash, RAM, instructions
 *
 * The network that is trained and quantised later has the same operators and shapes, so the same plan. */
#ifndef TH_DESIGN_PREVIEW_H
#define TH_DESIGN_PREVIEW_H

#include "deploy/measure.h"
#include "design/network.h"

#include <jansson.h>

/* A network beyond these fits no board there is: it is said so, without building it. */
#define TH_PREVIEW_PARAMETERS INT64_C(6000000)
#define TH_PREVIEW_VALUES     INT64_C(12000000) /* of one layer and what it reads */

typedef struct th_preview {
    bool planned; /* false: too large to be built; measure has the parameters' and the values' bytes */
    th_measure measure;
} th_preview;

/* around  what it is made for, with its pipeline or card, or NULL: the network alone
 * exact   the firmware is built, and run where there is an emulator: seconds; else estimates, in milliseconds
 * Errors: those of th_net_new, th_quantize_unseen, th_plan_make and th_measure_model. */
TH_NODISCARD th_err th_preview_make(const th_spec *spec, const th_network *around, const th_board *board, bool exact,
                                    th_preview *out, th_why *why);

/* th_design_json with "board": what th_measure_json says. */
json_t *th_preview_json(const th_spec *spec, const th_preview *preview, const th_board *board);

/* A measurement for programs. */
json_t *th_measure_json(const th_measure *m, const th_board *b);

/* The same for people, in a few lines. */
void th_measure_print(FILE *to, const th_measure *m, const th_board *b);

#endif
