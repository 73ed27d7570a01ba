/* report/report.h -- report.html: what the model learned, how well it hears, what it costs.
 *
 * One file without references to anything outside it.  The same inputs give the same bytes. */
#ifndef TH_REPORT_REPORT_H
#define TH_REPORT_REPORT_H

#include "data/dataset.h"
#include "data/project.h"
#include "model/plan.h"
#include "report/html.h"
#include "store/compare.h"

#include <jansson.h>

/* The files that the verbs leave in PROJECT/model. */
typedef enum th_report_file {
    TH_R_HISTORY,
    TH_R_TEST,
    TH_R_STREAM,
    TH_R_LIGHT,
    TH_R_QUANTIZE,
    TH_R_EMULATE,
    TH_R_CURVE,
    TH_R_VERSUS
} th_report_file;
#define TH_R_FILES 8

#define TH_REPORT_RUNS 6

/* What is known of a project; what is missing is NULL and its section says which command makes it. */
typedef struct th_report {
    const th_project *project;
    char name[256]; /* of the project's folder */
    json_t *file[TH_R_FILES];
    th_dataset *data; /* never NULL after loading */
    th_model *model;  /* int8 if there is one, else float, or NULL */
    bool is_int8;
    th_pipeline pipe;                 /* of the model */
    th_plan *plan;                    /* of the model */
    th_run_list list;                 /* of thimble.db */
    th_run_full runs[TH_REPORT_RUNS]; /* the newest of them that have an epoch, oldest first */
    int32_t n_runs;
    size_t all_runs;  /* with an epoch */
    char notes[1024]; /* damaged or outdated inputs, one sentence each; foreign text */
} th_report;

/* The figures of the last table; -1 where a figure is not known. */
typedef struct th_figures {
    double accuracy_float, accuracy_int8, accuracy_device; /* parts of 1 */
    double rmse, auc, f1;                                  /* of networks that give numbers; of anomalies */
    double test_clips;
    double flash_bytes, flash_limit, ram_bytes, ram_limit, stack_bytes, arena_bytes;
    double instr_inference, instr_second, instr_frame; /* counted in the emulator; of a frame of a camera */
    double duty, latency_ms;                           /* estimates for the board */
    const char *board;                                 /* "Arduino Nano 33 BLE Sense" */
} th_figures;

/* Reads everything there is; damaged files become a note, so that a report can always be made.
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_report_load(const th_project *project, th_report *r, th_why *why);
void th_report_free(th_report *r);

void th_report_figures(const th_report *r, th_figures *f);

/* The page into h. Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_report_page(const th_report *r, th_html *h, th_why *why);

/* The page into PROJECT/report.html, atomically; path: where it stands. */
TH_NODISCARD th_err th_report_write(const th_report *r, char path[TH_PATH_BYTES], th_why *why);

#endif
