/* deploy/measure.h -- what a model takes on a board: exact when the board's compiler is there (the
 * firmware is built), with the stack as a run shows it when the emulator is there too. */
#ifndef TH_DEPLOY_MEASURE_H
#define TH_DEPLOY_MEASURE_H

#include "deploy/firmware.h"

typedef struct th_measure {
    bool estimate; /* true: no compiler; flash, RAM and stack are rough upper estimates */
    bool ran;      /* the firmware ran on the emulator: stack_used and instructions are set */
    size_t arena;  /* exact, always */
    uint32_t weights, listener;
    uint32_t flash;       /* code + weights + tables + start values */
    uint32_t ram;         /* arena + buffers + stack */
    uint32_t stack;       /* reserved: the deepest way through the call graph */
    uint32_t stack_used;  /* deepest use in the run */
    int64_t instructions; /* of one inference in the run */
    bool fits;
    char breaks[320]; /* "" when it fits; else what is too large, by how much, and what needs most of it */
} th_measure;

/* `pipe` may be NULL.  Needs no tool: without the compiler it estimates.
 * Errors: those of th_code_make, TH_ETOOL (a compiler that fails), TH_EINTR. */
TH_NODISCARD th_err th_measure_model(const th_plan *plan, const th_pipeline *pipe, const th_board *board, th_measure *m,
                                     th_why *why);

#endif
