/* os/child.h -- another program beside this one, with a pipe at each end: what it prints comes by lines as it prints
 * them, what it reads is written by us.
 *
 *   start --> follow, follow, .. until it has ended --> status --> free
 *
 * It dies with us, also when we are killed (Linux: PR_SET_PDEATHSIG, so the thread that started it must outlive it).
 * One thread follows; others may write, end the input or stop it meanwhile.  Its other children are killed when it
 * has ended, if it has a group of its own. */
#ifndef TH_OS_CHILD_H
#define TH_OS_CHILD_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct th_child_start {
    const char *const *argv; /* NULL-terminated; argv[0] looked up on PATH, no shell */
    const char *cwd;         /* or NULL: ours */
    const char *const *env;  /* "NAME=value", NULL-terminated, beside what we have; or NULL */
    bool input;              /* its standard input is ours to write; else it is empty */
    bool quiet;              /* its standard output is thrown away */
    bool own_group;          /* Ctrl-C on our terminal is not meant for it */
    size_t line_max;         /* bytes: a longer line is handed over in parts; 0: 1 MiB */
} th_child_start;

typedef struct th_child th_child;

/* A line without its newline, NUL-terminated; n bytes (which may hold a NUL).  error: of its standard error. */
typedef void th_child_line(void *ctx, bool error, const char *line, size_t n);

/* Errors: TH_ETOOL (it cannot be started: the text says why), TH_EIO (no pipes), TH_ENOMEM. */
TH_NODISCARD th_err th_child_new(const th_child_start *start, th_child **child, th_why *why);

/* Waits so long at most for what it prints, and hands that over; true when it has ended and all was handed over. */
bool th_child_follow(th_child *c, int timeout_ms, th_child_line *on_line, void *ctx);

/* Errors: TH_EIO (it has ended, or closed its input), TH_ERANGE (it did not read for timeout_ms: not all was written),
 * TH_EUSAGE (started without input). */
TH_NODISCARD th_err th_child_write(th_child *c, th_span bytes, int timeout_ms, th_why *why);
void th_child_end_input(th_child *c);

/* As Ctrl-C; after grace_s seconds (a later, shorter wish wins) it is killed by th_child_follow. */
void th_child_stop(th_child *c, double grace_s);

int th_child_status(const th_child *c); /* exit code or 128 + signal, after its end */
void th_child_free(th_child *c);        /* kills it when it still runs; NULL is fine */

/* Full path of a program into buf [TH_PATH_BYTES]: looked up on PATH; a name with '/' is a path itself. */
bool th_program_find(const char *program, char *buf);

#endif
