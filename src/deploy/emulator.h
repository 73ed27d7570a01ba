/* deploy/emulator.h -- runs a firmware on the emulated board and reads what it says (device/main.c). */
#ifndef TH_DEPLOY_EMULATOR_H
#define TH_DEPLOY_EMULATOR_H

#include "base/span.h"
#include "deploy/board.h"
#include "dsp/detector.h"
#include "os/feed.h"

#include <stdbool.h>

typedef void th_emulator_detect_fn(void *ctx, const th_detection *d);

/* Instructions of something that was done n times. */
typedef struct th_emulated_cost {
    int64_t n, min, mean, max;
} th_emulated_cost;

typedef struct th_emulation {
    th_emulated_cost inference;
    th_emulated_cost frame;              /* features, ring, detector; without the inference */
    th_emulated_cost inference2, frame2; /* TH_EMULATE_TOGETHER, _GATE: of the model that is woken */
    uint32_t stack;                      /* bytes of the stack that were in use at the deepest point */
    int64_t *step;                       /* [n_steps] instructions of each step of an inference; measuring build only */
    size_t n_steps;
    th_detection *detection; /* [n_detections] */
    size_t n_detections;
    th_detection *answer; /* [n_answers] TH_EMULATE_TOGETHER: of each look; its time is that of what woke it */
    size_t n_answers;
    uint8_t *out; /* [n_out] scores or output tensors, one inference after the other */
    size_t n_out;
} th_emulation;

/* TH_OK when the board's emulator is there; else TH_ETOOL with what to install. */
TH_NODISCARD th_err th_emulator_tools(const th_board *board, th_why *why);

/* The letters that device/main.c knows. */
enum {
    TH_EMULATE_STREAM = 's',
    TH_EMULATE_CLIPS = 'c',
    TH_EMULATE_RAW = 'r',
    TH_EMULATE_EXAMPLES = 'e',
    TH_EMULATE_WATCH = 'w',
    TH_EMULATE_PICTURES = 'p',
    TH_EMULATE_TOGETHER = 't',
    TH_EMULATE_GATE = 'g'
};

/* Runs to the end of the feed.
 *
 *   mode       TH_EMULATE_STREAM or _CLIPS (feed: 16-bit samples), _RAW or _EXAMPLES (feed: input tensors; of
 *              examples each stands alone, the network forgets in between), _WATCH (feed: rows of
 *              float32; out: the network's answer to each window) or _PICTURES (feed: frames of a camera; a
 *              detection has the number of its frame as time)
 *   count      false: instructions are not counted, which is several times as fast
 *   on_detect  sees each detection when it happens; may be NULL
 *   e          free with th_emulation_free, also after an error
 *
 * Errors: TH_ETOOL (no emulator, or it hangs), TH_EIO (the firmware stopped: fault with function and
 * address), TH_EINTR. */
TH_NODISCARD th_err th_emulator_run(const th_board *board, const char *elf, char mode, th_span feed, bool count,
                                    int timeout_s, th_emulator_detect_fn *on_detect, void *ctx, th_emulation *e,
                                    th_why *why);

/* The same with a feed for each of two models, of which the first wakes the second (device/together.h). */
TH_NODISCARD th_err th_emulator_run_two(const th_board *board, const char *elf, char mode, const th_span feed[2],
                                        bool count, int timeout_s, th_emulator_detect_fn *on_detect, void *ctx,
                                        th_emulation *e, th_why *why);
void th_emulation_free(th_emulation *e);

/* One inference, when it has just been made. */
typedef struct th_emulated_run {
    int32_t time_ms;          /* end of the window; of a camera the number of the frame */
    int64_t frame, inference; /* instructions of the features in front of it (of sound: of the last frame), of it */
    const uint8_t *out;       /* [n_out] its scores */
    size_t n_out;
    int64_t came; /* bytes of the feed that have come so far: of them it may not have seen all */
} th_emulated_run;

/* Who looks on; functions may be NULL.  A line that the firmware says is shown before what it means. */
typedef struct th_emulator_live {
    th_feed_cfg feed; /* where what the sensor gives comes from */
    void (*on_line)(void *ctx, const char *line);
    void (*on_run)(void *ctx, const th_emulated_run *run);
    th_emulator_detect_fn *on_detect;
    void (*on_led)(void *ctx, int32_t level);
    /* At the end: all that came, when it was kept. */
    void (*on_kept)(void *ctx, th_span all, const th_emulation *e);
    void *ctx;
} th_emulator_live;

/* As th_emulator_run with a feed that comes while it runs, instructions counted: TH_EMULATE_STREAM, _WATCH, _PICTURES.
 * Ends with the feed.  The board's time stands still while it waits, so it is never late by itself: when this computer
 * is slower than the board, nothing is lost, and run->came grows faster than what it has seen.
 * Errors: those of th_emulator_run; TH_EINTR after Ctrl-C, with what was seen until then. */
TH_NODISCARD th_err th_emulator_live_run(const th_board *board, const char *elf, char mode,
                                         const th_emulator_live *live, th_emulation *e, th_why *why);

#endif
