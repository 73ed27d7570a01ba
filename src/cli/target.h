/* cli/target.h -- "PROJECT|MODEL.tflite": what deploy and emulate work on. */
#ifndef TH_CLI_TARGET_H
#define TH_CLI_TARGET_H

#include "data/project.h"
#include "deploy/board.h"
#include "model/plan.h"

typedef struct th_target {
    th_project project; /* dir "" when a model file was named */
    bool has_project, has_pipe;
    char path[TH_PATH_BYTES]; /* of the model */
    th_model *model;
    th_plan *plan;
    th_pipeline pipe;
    const th_board *board;
} th_target;

/* Only the path of it: t->path, and the project if there is one. Needs no th_target_free. */
TH_NODISCARD th_err th_target_find(const char *word, th_target *t, th_why *why);

/* Loads the model file `word`, or the int8 model of the project folder `word`; and the board.
 * Free with th_target_free, also after an error. */
TH_NODISCARD th_err th_target_open(const char *word, const char *board, th_target *t, th_why *why);
void th_target_free(th_target *t);

#endif
