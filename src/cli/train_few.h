/* cli/train_few.h -- new words from few clips: the front of a network that has learnt many words stays, and only its
 * last layer is learnt anew.
 *
 *   sound -> features of the backbone -> [ its layers, frozen ] -> 64 numbers -> [ dense, soft-max: the project's ]
 *
 * The rest is as for any project: one .tflite with the project's labels, which is quantised, tested, deployed. */
#ifndef TH_CLI_TRAIN_FEW_H
#define TH_CLI_TRAIN_FEW_H

#include "cli/cmd.h"
#include "data/dataset.h"
#include "train/import.h"

typedef struct th_few {
    bool is_on;
    th_model *model; /* the backbone; `im` points into it */
    th_import im;    /* with the new head */
    int32_t cut;     /* its last frozen layer */
    int32_t rounds;  /* variants of each example that the frozen layers see; 0: none is frozen */
    int32_t shots;   /* training clips of each word; 0: all */
    uint64_t hash;   /* of the backbone's file, shots and rounds */
} th_few;

/* --from, --shots and --keep: the backbone is a float .tflite of `thimble train`, or a project with one.
 *   pipe   the backbone's features with p's labels and settings of detection
 * f->is_on false: --from is not there.  Errors: TH_EUSAGE (the others without it; a project of another rate or length
 * of clip), those of th_import_graph. */
TH_NODISCARD th_err th_few_open(const th_args *a, const th_project *p, th_few *f, th_pipeline *pipe, th_why *why);
void th_few_free(th_few *f);

/* Keeps `shots` training clips of each keyword, drawn by `seed`, all of "unknown" and "silence", and no validation
 * clip: whoever has five clips has no others to choose an epoch by.  In memory only.  Errors: TH_ENOENT (a word has
 * fewer), TH_ENOMEM. */
TH_NODISCARD th_err th_few_draw(th_dataset *set, const th_project *p, int32_t shots, uint64_t seed, th_why *why);

#endif
