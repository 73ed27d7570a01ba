/* data/task.h -- what a project's device does: one row of a table for each task.  `thimble new`, thimble.ini, the way
 * from the data to the network and the report all follow it. */
#ifndef TH_DATA_TASK_H
#define TH_DATA_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the network sees, and where it comes from. */
typedef enum th_task_input {
    TH_IN_SOUND,   /* clips of a microphone */
    TH_IN_SIGNAL,  /* windows of a sensor's rows */
    TH_IN_PICTURE, /* pictures of a camera */
    TH_IN_STROKE,  /* the points of one movement of a hand */
    TH_IN_NUMBER   /* numbers that are computed: no data */
} th_task_input;

/* What it shall say to it. */
typedef enum th_task_output {
    TH_OUT_LABELS, /* which of the labels it is */
    TH_OUT_INPUT,  /* the same again: what it cannot give back is unusual (autoencoder) */
    TH_OUT_VALUES  /* numbers */
} th_task_output;

typedef struct th_task {
    const char *name, *what; /* "keyword", "hears words" */
    th_task_input input;
    th_task_output output;
    const char *labels;   /* of a fresh project: "yes,no"; "": those of the data that is imported */
    const char *preset;   /* the network to begin with */
    const char *noun;     /* what it is trained with, plural: "clips" */
    const char *feed;     /* what `thimble emulate` plays to a board, as its option: "--feed FILE.wav" */
    const char *sections; /* of thimble.ini that belong to it, with its settings and remarks */
    const char *next;     /* after `thimble new`: lines of a command and what it does, %s for the project's folder */
} th_task;

#define TH_BLOCKS_BYTES 256

/* From a sensor's rows or a stroke to what the network sees: said in thimble.ini, kept in the model's card. */
typedef struct th_recipe {
    float rate_hz;                       /* rows are brought to this rate */
    int32_t window_ms, hop_ms, pause_ms; /* windows, one every hop_ms; a longer pause ends a recording */
    char blocks[TH_BLOCKS_BYTES];        /* of features, with ; between them; "raw": the rows as they are */
    char strokes[12];                    /* "points" or "raster" */
    int32_t points;                      /* of a stroke */
    char baseline[8];                    /* "group": windows are held against their group's normal ones; or "none" */
    float trim;                          /* per cent of what anomalies learn from that is left out, the strangest */
    int32_t baseline_ms;                 /* of rows that a device learns those from, after each start */
} th_recipe;

/* Row i, NULL after the last; the row of a name, NULL when there is none. */
const th_task *th_task_row(size_t i);
const th_task *th_task_find(const char *name);

/* Is it the name of a classic learner (learn/learn.h), which may stand where the name of a network does?  Those of
 * sounds have none. */
bool th_task_learner(const th_task *task, const char *preset);

/* "keyword (hears words), ..": all of them, as snprintf. */
size_t th_task_list(char *buf, size_t cap);

#endif
