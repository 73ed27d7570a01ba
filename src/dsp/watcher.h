/* dsp/watcher.h -- the streaming loop of a sensor with several axes, the same on host and device:
 *
 *   rows --th_window--> window --th_block--> features --(baseline)--(int8)--> network --> what is going on
 *
 * With a baseline the first windows after the start say what is usual at this machine (dsp/baseline.h), and nothing is
 * judged before they are over; so it has to be started when all is well.
 * What is going on is a state: the label with the largest score, or whether a score of strangeness is above its limit.
 * Nobody hears of it but when it changes. */
#ifndef TH_DSP_WATCHER_H
#define TH_DSP_WATCHER_H

#include "dsp/baseline.h"
#include "dsp/block.h"
#include "dsp/window.h"

/* What the network's answer is. */
typedef enum th_answer {
    TH_ANSWER_LABELS, /* a score for each label */
    TH_ANSWER_ERROR,  /* its input again: strangeness is the mean of (x - y)^2 */
    TH_ANSWER_SCORE   /* strangeness itself, the first value */
} th_answer;

/* Numbers of a tensor: real = (q - zero) scale, or float32 when scale is 0. */
typedef struct th_numbers {
    int32_t n;
    float scale;
    int32_t zero;
} th_numbers;

/* in [cfg.in.n], out [cfg.out.n]: int8 or float, as cfg says. */
typedef void th_watch_fn(void *ctx, const void *in, void *out);

typedef struct th_watcher_cfg {
    const th_block *block;
    size_t scratch; /* th_block_scratch(&block->cfg), counted on the host */
    int32_t hop;    /* rows from one window to the next */
    th_numbers in, out;
    th_answer answer;
    float limit; /* of strangeness; above it something is wrong (state 1) */
    float least; /* TH_ANSWER_LABELS: a label with less is not believed, and the state stays; 0 to 1 */
    th_watch_fn *network;
    void *ctx;
    const th_baseline_way *baseline; /* &th_baseline_group, or NULL: features are the network's as they are */
    int32_t learn;                   /* windows that the baseline learns from */
    float gain;                      /* what is held against it, times that, is the network's input */
} th_watcher_cfg;

typedef struct th_sighting {
    int32_t time_ms; /* end of the window, from the first row on */
    int32_t state;   /* label, or 0 normal, 1 strange */
    int32_t score;   /* 256 times the label's score; 256 times strangeness over its limit */
} th_sighting;

typedef struct th_watcher {
    th_watcher_cfg cfg;
    th_window window;
    float *rows, *scratch, *features;
    th_baseline baseline;
    int32_t learning;  /* 1: the baseline is not complete yet */
    void *in, *out;    /* [in.n], [out.n] int8 or float */
    int32_t state;     /* -1: not known yet */
    float strangeness; /* of the last window */
    int64_t n_rows, n_windows;
} th_watcher;

/* Bytes of arena that th_watcher_init takes. */
size_t th_watcher_mem(const th_watcher_cfg *cfg);

/* Errors: TH_ERANGE (hop below 1, numbers that do not fit to the block: in.n is its n_out, and out.n for
 * TH_ANSWER_ERROR; no limit above 0 where there is to be one; those of th_baseline_init), TH_ENOMEM. */
TH_NODISCARD th_err th_watcher_init(th_watcher *w, const th_watcher_cfg *cfg, th_arena *arena);

/* A row [n_axes].  0 while the baseline is learnt.  1: a window was full, its answer lies in w->out; *changed says
 * whether the state did, and what is seen now. */
int th_watcher_push(th_watcher *w, const float *row, th_sighting *seen, int *changed);

#endif
