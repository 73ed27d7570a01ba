/* cli/target.h -- "PROJECT|MODEL.tflite": what deploy and emulate work on. */
#ifndef TH_CLI_TARGET_H
#define TH_CLI_TARGET_H

#include "data/card.h"
#include "data/project.h"
#include "deploy/app.h"
#include "deploy/board.h"
#include "model/plan.h"

typedef struct th_target {
    th_project project; /* dir "" when a model file was named */
    bool has_project, has_pipe;
    bool banded;              /* row bands were asked for */
    char path[TH_PATH_BYTES]; /* of the model */
    th_model *model;
    th_plan *plan;
    th_pipeline pipe;
    bool has_card; /* trained on examples */
    th_card *card;
    th_sensor sensor; /* has_sensor: of a card that says how to watch one */
    bool has_sensor;
    th_eye eye; /* has_eye: of a card of pictures, of an int8 network */
    bool has_eye;
    th_app app; /* sound, sensor or camera, where there is one */
    const th_board *board;
} th_target;

/* Only the path of it: t->path, and the project if there is one. Needs no th_target_free. */
TH_NODISCARD th_err th_target_find(const char *word, th_target *t, th_why *why);

#define TH_OPT_BANDS                                                                                                   \
    {                                                                                                                  \
        "bands", "WHEN", "auto", "auto: layers run in row bands where that makes the arena an eighth smaller; off"     \
    }

/* Loads the model file `word`, or the int8 model of the project folder `word`; and the board.  bands: as the option has
 * it, "auto" or NULL, or "off".  Free with th_target_free, also after an error. */
TH_NODISCARD th_err th_target_open(const char *word, const char *board, const char *bands, th_target *t, th_why *why);

/* Plans t->model for another processor family. */
TH_NODISCARD th_err th_target_plan(th_target *t, th_isa isa, th_why *why);
void th_target_free(th_target *t);

#endif
