/* course/lab_sandbox.h -- a learner's C functions, compiled with a harness and run on an emulated processor without any
 * way out: no files, no semihosting, limits of instructions, stack and memory (device/lab/start.c). */
#ifndef TH_COURSE_LAB_SANDBOX_H
#define TH_COURSE_LAB_SANDBOX_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_box_file {
    const char *name; /* "step.c" */
    th_span text;
} th_box_file;

#define TH_BOX_FILES 8 /* of the learner, most */

typedef struct th_box_cfg {
    const th_box_file *hers; /* [n_hers] C files of the learner: names without a folder that end with .c */
    size_t n_hers;
    const th_box_file *headers; /* [n_headers] that both may include */
    size_t n_headers;
    th_box_file harness;
    const char *ring;   /* "dsp/mel.h, dsp/fft.h" that the harness may include, or NULL */
    const char *folder; /* private, made here */
    uint32_t stack, ram, instructions, seed;
} th_box_cfg;

typedef struct th_box_case {
    char *name, *text; /* text: what was wanted in vain */
    bool ok, begun;
} th_box_case;

/* How it ended, for all cases. */
typedef enum th_box_end {
    TH_BOX_DONE,    /* every case began and ended */
    TH_BOX_STOPPED, /* in the case `at`: text says how and where */
    TH_BOX_REFUSED, /* it was not run: text says what is wrong with her file */
    TH_BOX_MISSING  /* compiler or emulator are not installed: text names the package */
} th_box_end;

typedef struct th_box_run {
    th_box_end end;
    char *text, *at;
    th_box_case *cases; /* [n] in the order in which they began */
    size_t n;
} th_box_run;

/* Errors: TH_EFORMAT (the harness does not compile: its compiler's words), TH_ETOOL, TH_EIO, TH_EINTR, TH_ENOMEM; what
 * the learner did wrong is none.  Free the run either way. */
TH_NODISCARD th_err th_box_go(const th_box_cfg *cfg, th_box_run *run, th_why *why);
void th_box_free(th_box_run *run);

#endif
