/* data/layout.h -- the layouts of public data sets that are no sounds: what lies in a folder, read recording by
 * recording.
 *
 *   fields of a folder                            task       one file and one row of the table each
 *   DATA/sXX/sXX_YY_{sp|sw}.csv                   activity   layout_har.c: phone and watch, rows with time and label
 *   {strokes: [{label, strokePoints: [..]}]}.json gesture    layout_wand.c: the magic wand's strokes
 *   accelerometer.csv                             anomaly    layout_fan.c: wconfid,pctid,x,y,z
 *   FILE.csv with ;  datetime;..;anomaly;changepoint anomaly    layout_skab.c
 *   FILE.csv  timestamp,value, labels/combined_windows.json     anomaly    layout_nab.c
 *   FILE.json, FILE.cbor  {protected, signature, payload}       signals    layout_edge.c: Edge Impulse
 *   X.npy [n][rows][channels], y.npy               signals    layout_array.c
 *   LABEL/FILE.csv                                signals    layout_plain.c: a line of channel names, a line a row
 *
 * "Learnt from, watched, tested" are those of the set's own convention where it has one.  Pictures have their own
 * (data/examples.h). */
#ifndef TH_DATA_LAYOUT_H
#define TH_DATA_LAYOUT_H

#include "base/span.h"
#include "data/dataset.h"
#include "data/side_labels.h"

/* Rows from .. to - 1 of a recording. */
typedef struct th_part {
    int32_t from, to;
    const char *label;
} th_part;

/* Rows of a sensor without a pause in them.  Texts are good until the function that gets it returns. */
typedef struct th_recording {
    const char *name;                     /* path below the folder; #2: its second piece */
    const char *channels;                 /* names joined by commas */
    const char *label;                    /* of all rows, or "" */
    const char *labels;                   /* further ones, joined by commas; NULL: none */
    const char *subject, *device, *group; /* "" when not known; a group stays on one side of a split */
    double rate_hz;                       /* 0: rows have an order, but no times */
    const float *rows;                    /* [n][n_channels] */
    int32_t n, n_channels;
    const th_part *parts; /* [n_parts] rising; rows outside have no label */
    int32_t n_parts;
    bool has_split; /* the data set's own convention says where it belongs */
    th_split split;
} th_recording;

typedef th_err th_recording_take(void *ctx, const th_recording *r, th_why *why);

typedef struct th_layout_cfg {
    double rate_hz;       /* rows with times of their own are brought to this rate, between two by a straight line */
    double pause_ms;      /* a longer pause ends a recording */
    const char *device;   /* only what this one recorded; "": all */
    const char *dir;      /* where the files are; NULL: nowhere */
    th_span beside;       /* text of the layout's file beside the others; n 0: there is none */
    const char *hmac_key; /* files that can be signed must be, with this key; NULL: any */
    const th_side_labels *labels; /* of a layout with side_labels */
} th_layout_cfg;

typedef struct th_layout th_layout;

typedef struct th_layout_report {
    const th_layout *layout;
    size_t n_files, n_bad;
    char problem[768]; /* of the first bad one: file, line, what is wrong */
} th_layout_report;

/* Finds the layout of a folder (or of a single file) among those for tasks with this input, and gives away its
 * recordings.  One bad file stops nothing: the report counts it.
 * Errors: TH_ENOENT (no such folder, or none of the layouts: the text lists them; nothing of this device), TH_EFORMAT
 * (not one file could be used), those of take. */
TH_NODISCARD th_err th_layout_read(const th_task *task, const char *dir, const th_layout_cfg *cfg,
                                   th_recording_take *take, void *ctx, th_layout_report *report, th_why *why);

/* ---- for the layouts ---- */

/* Parses one file.  Errors: TH_EFORMAT with file, line and what is wrong, and those of take. */
typedef th_err th_layout_parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take,
                               void *ctx, th_why *why);

struct th_layout {
    const char *name, *what; /* for people: the name of the set; what its files are called and hold */
    th_task_input input;
    const char *task;                             /* only for this task, or NULL */
    bool (*fits)(const char *path, th_span head); /* by the path below the folder and the beginning of a file */
    th_layout_parse *parse;
    const char *beside; /* path of a file that tells about the others, below the folder, or NULL */
    bool side_labels;   /* Edge Impulse's files of labels tell about the others (data/side_labels.h) */
    const char
        *settings; /* lines of thimble.ini that suit it, taken over by the first import; NULL: the task's are fine */
    const char *device, *device_settings; /* the same when only this device's recordings are taken, or NULL */
};

extern const th_layout th_layout_har, th_layout_wand, th_layout_fan, th_layout_skab, th_layout_nab, th_layout_edge,
    th_layout_array, th_layout_plain;

#endif
