/* data/task_import.h -- from a folder to the data of a project that is not of sounds: recordings of a sensor, strokes
 * (data/layout.h), pictures.
 *
 * Pictures: [PART/]LABEL/FILE.png or .jpg; PART train, val or validation, test; what stands before the last number of a
 * file's name is its subject ("human11-15.png": human11), so that pictures of one thing stay on one side.  IDX files
 * as MNIST has them: train-images-idx3-ubyte[.gz] to learn from, t10k- to test.
 *
 * Subjects are divided as data/split.h says; what the set itself divides stays so.  Of anomalies what is normal and has
 * no subject is cut in time: 70 % of a recording to learn from, then 10 % to watch, then 20 % to test with, beside all
 * that is not normal. */
#ifndef TH_DATA_TASK_IMPORT_H
#define TH_DATA_TASK_IMPORT_H

#include "data/layout.h"
#include "data/picture_folder.h"
#include "data/split.h"

typedef struct th_task_import_cfg {
    const char *device;   /* only what this one recorded; "": all */
    const char *hmac_key; /* of recordings of Edge Impulse: they must be signed with it; NULL: any */
    th_split_cfg split;
} th_task_import_cfg;

typedef struct th_task_import_report {
    const char *layout; /* for people */
    size_t added, already, bad;
    char problem[768]; /* of the first bad file */
    bool by_subject;
    bool new_labels, new_settings; /* thimble.ini was filled in: labels, settings that suit the layout */
} th_task_import_report;

/* Adds what is below dir to the set and saves it; p's labels are filled in when it has none.
 * Errors: those of th_layout_read, th_examples_load and th_dataset_save, TH_EFORMAT (other channels than the project's
 * data have). */
TH_NODISCARD th_err th_task_import(th_project *p, th_dataset *set, const char *dir, const th_task_import_cfg *cfg,
                                   th_task_import_report *report, th_why *why);

/* Where examples that are made, not read, go: one of the two takes each. */
typedef struct th_task_gate {
    th_recording_take *recording;
    th_picture_take *picture;
    void *ctx;
} th_task_gate;

typedef struct th_task_made {
    const char *source, *licence, *consent;                           /* what all of them say */
    th_err (*give)(void *ctx, const th_task_gate *gate, th_why *why); /* gives them all to the gate */
    void *ctx;
} th_task_made;

/* The same with what made->give gives.  Errors: as th_task_import, and those of give: then nothing is kept. */
TH_NODISCARD th_err th_task_import_made(th_project *p, th_dataset *set, const th_task_made *made,
                                        const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why);

/* One recording in the same way, of a board that sends rows now.  Normal ones of a machine that are too short to be cut
 * in time stay whole.
 *   r        its label, names, rows
 *   source   what the samples say of where they come from
 * Its samples are the last report->added ones of the set, which is not saved; p's labels are filled in when it has
 * none. Errors: as th_task_import. */
TH_NODISCARD th_err th_task_import_recorded(th_project *p, th_dataset *set, const th_recording *r, const char *source,
                                            const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why);

/* The same with one picture, of a camera that looks now. */
TH_NODISCARD th_err th_task_import_taken(th_project *p, th_dataset *set, const th_found_picture *f, const char *source,
                                         const th_task_import_cfg *cfg, th_task_import_report *report, th_why *why);

#endif
