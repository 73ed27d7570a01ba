/* deploy/measure.h -- what a model takes on a board: exact when the board's compiler is there (the
 * firmware is built), with the stack as a run shows it when the emulator is there too. */
#ifndef TH_DEPLOY_MEASURE_H
#define TH_DEPLOY_MEASURE_H

#include "deploy/firmware.h"

typedef struct th_measure {
    bool estimate;                           /* true: no compiler; flash, RAM and stack are rough upper estimates */
    bool ran;                                /* the firmware ran on the emulator: stack and instructions are set */
    size_t arena;                            /* exact, always */
    uint32_t flash, flash_model, flash_code; /* model: weights and biases, packed; code: everything else */
    uint32_t fixed, listener;                /* start values and buffers beside the arena; of it the streaming loop */
    uint32_t stack_bound;                    /* reserved: the deepest way through the call graph */
    uint32_t ram_bound;                      /* arena + fixed + stack_bound */
    uint32_t stack;                          /* deepest use in the run */
    int64_t instructions;                    /* of one inference in the run; not `ran`: about, 0 when it is not known */
    bool fits;
    char breaks[320]; /* "" when it fits; else what is too large, by how much, and what needs most of it */
    char help[480];   /* "" when it fits; else what one can do */
} th_measure;

/* `app` may be NULL.  Needs no tool: without the compiler it estimates.
 * Errors: those of th_code_make, TH_ETOOL (a compiler that fails), TH_EINTR. */
TH_NODISCARD th_err th_measure_model(const th_plan *plan, const th_app *app, const th_board *board, th_measure *m,
                                     th_why *why);

/* The same without building anything, in milliseconds, whatever tools there are: the arena is exact, the rest an
 * estimate; `ran` is false.  Errors: those of th_code_make. */
TH_NODISCARD th_err th_measure_guess(const th_plan *plan, const th_app *app, const th_board *board, th_measure *m,
                                     th_why *why);

#endif
