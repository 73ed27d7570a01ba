/* cli/emulate.h -- the parts of `thimble emulate`: one firmware, several runs, one JSON object. */
#ifndef TH_CLI_EMULATE_H
#define TH_CLI_EMULATE_H

#include "cli/cmd.h"
#include "cli/target.h"
#include "deploy/emulator.h"
#include "deploy/firmware.h"

#include <jansson.h>

typedef struct th_session {
    th_target t;
    th_firmware fw;
    json_t *out;             /* the object that is printed at the end and kept in model/emulate.json */
    const char *file;        /* named in detections, where a folder of recordings is fed; or NULL */
    bool clips_ran;          /* the accuracy in `out` is of this run */
    bool equal;              /* device and host agreed in every run so far */
    char dir[TH_PATH_BYTES]; /* temporary folder, or "" */
} th_session;

/* Builds the firmware of s->t.plan for s->t.board into a temporary folder, or (`keep`) into the project's where there
 * is one.  flags: TH_BUILD_PROFILE, TH_BUILD_PACKAGE.  Errors: those of th_export_firmware. */
TH_NODISCARD th_err th_session_build(th_session *s, bool keep, unsigned flags, th_why *why);

/* Frees all that is in it, the temporary folder too. */
void th_session_close(th_session *s);

/* Memory: flash, RAM and what takes them. */
void th_session_sizes(th_session *s);

/* What a run adds to that: the stack that was in use, and RAM with it. */
void th_session_memory(th_session *s, const th_emulation *e);

/* What one inference costs: counted instructions, and estimates from them. */
void th_session_inference(th_session *s, const th_emulation *e);

/* The measuring firmware on a short feed: where the instructions of an inference go. */
TH_NODISCARD th_err th_session_layers(th_session *s, char mode, th_span feed, th_why *why);

/* The same sound [n], rows [n][axes] or frames [n] through the same loop here: s->equal becomes false when the board
 * said anything else.  Errors: those of the loops. */
TH_NODISCARD th_err th_session_same_sound(th_session *s, const int16_t *pcm, int64_t n, const th_emulation *e,
                                          th_why *why);
TH_NODISCARD th_err th_session_same_rows(th_session *s, const float *x, int64_t n, const th_emulation *e, th_why *why);
TH_NODISCARD th_err th_session_same_frames(th_session *s, const uint8_t *frames, int32_t n, const th_emulation *e,
                                           th_why *why);

/* thimble emulate --live: what comes over standard input, as it comes; a JSON line for all that the board says or does.
 * Of a built session.  Errors: TH_EUNSUP (a model without a sensor in front), those of th_emulator_live_run. */
TH_NODISCARD th_err th_session_live(th_session *s, th_why *why);

/* A file or folder with rows of a sensor, in a layout of data/layout.h, one recording after the other; what is seen is
 * printed when it changes. */
TH_NODISCARD th_err th_session_watch(th_session *s, const char *path, th_why *why);

/* What it would feed: numbers [n], a row of the model's axes after the other, fresh memory, also after an error. */
TH_NODISCARD th_err th_target_rows(const th_target *t, const char *path, float **x, size_t *n, th_why *why);

/* thimble emulate FIRST --with SECOND: one model wakes the other, and what that costs beside both alone. */
TH_NODISCARD th_err th_emulate_pair(const th_args *a, th_why *why);

/* The same with --gate: a small network lets windows through to a large one. */
TH_NODISCARD th_err th_emulate_gate(const th_args *a, th_why *why);

/* Frames of a camera, or pictures as it would send them (data/frames.h); NULL: the project's test pictures.  Of those
 * with labels the accuracy is told, of others what is seen is printed when it changes. */
TH_NODISCARD th_err th_session_look(th_session *s, const char *path, th_why *why);

/* Scores of the device [n][n_labels], int8, and the labels that they should name (-1: not counted) -> accuracy. */
void th_session_accuracy(th_session *s, const int32_t *truth, int32_t n, const uint8_t *scores, int32_t n_labels);

/* A sound file as a continuous stream; detections are printed as they come. */
TH_NODISCARD th_err th_session_stream(th_session *s, const char *wav, th_why *why);

/* Every sound file that lies directly in `dir`, one stream each, in the order of their names; the file is named in each
 * detection. TH_ENOENT where there is none. */
TH_NODISCARD th_err th_session_folder(th_session *s, const char *dir, th_why *why);

/* Clips, each classified once; `dir` NULL: the project's test split. */
TH_NODISCARD th_err th_session_clips(th_session *s, const char *dir, th_why *why);

/* Input tensors, the sets of one or more invokes one after the other, on the board and here; outputs to a file (or
 * NULL).  A firmware that was built with TH_BUILD_PROFILE also says what each layer takes.
 * Errors: TH_EFORMAT (no whole sets: `name` says whose bytes), those of th_emulator_run. */
TH_NODISCARD th_err th_session_sets(th_session *s, const char *name, th_span sets, const char *out, th_why *why);

/* The same with the bytes of a file. */
TH_NODISCARD th_err th_session_raw(th_session *s, const char *in, const char *out, th_why *why);

#endif
