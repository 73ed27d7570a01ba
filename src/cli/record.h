/* cli/record.h -- the parts of `thimble data record`: what is recorded, and how a recording gets into the project. */
#ifndef TH_CLI_RECORD_H
#define TH_CLI_RECORD_H

#include "cli/table.h"
#include "os/capture.h"

typedef struct th_recorder {
    const th_args *args;
    th_project project;
    const char *label, *from;
    const char *subject, *group; /* "" when not given */
    const char *device;          /* --device, or NULL: the source's own name */
    double seconds;              /* 0: the kind's own */
    int64_t count;               /* recordings; 0: the kind's own */
    double countdown_s;          /* below 0: the kind's own */
    bool json, terminal;
    th_capture_cfg capture;
    char date[24]; /* when it began: in the names of the samples */
    char source[96], own_device[96];
    int32_t n_started;      /* recordings */
    size_t kept, n_samples; /* recordings that are in the project; their samples */
    size_t split[TH_N_SPLITS];
    double seconds_kept;
} th_recorder;

/* Adds what was recorded to the set as the *added last samples. */
typedef th_err th_recorder_add(void *ctx, th_recorder *r, th_dataset *set, size_t *added, th_why *why);

/* Loads the data, adds, writes what is known of the new samples, saves: one transaction.  Waits when another program
 * is at the data, and tries again when the data has changed meanwhile.  Counts. */
TH_NODISCARD th_err th_recorder_put(th_recorder *r, th_recorder_add *add, void *ctx, th_why *why);

/* LABEL/DATE-NUMBER.suffix: the name of the recording that runs. */
void th_recorder_name(const th_recorder *r, const char *suffix, char name[200]);

/* "train", "val" or "test" by what the last th_recorder_put counted; "train, val and test" when several. */
void th_recorder_where(const size_t before[TH_N_SPLITS], const th_recorder *r, char text[40]);

/* The source is known: its name and device go to the samples. */
void th_recorder_begin(th_recorder *r, const th_capture_info *info);

/* Records until it is done.  `report`: an object that gets what is to be said in JSON. */
TH_NODISCARD th_err th_record_sound(th_recorder *r, json_t *report, th_why *why);
TH_NODISCARD th_err th_record_rows(th_recorder *r, json_t *report, th_why *why);

#endif
