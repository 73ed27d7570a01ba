/* os/process.h -- other programs: espeak-ng, cross compilers, the emulator.  os/child.h has those that are talked to.
 */
#ifndef TH_OS_PROCESS_H
#define TH_OS_PROCESS_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

/* The last bytes of a text that grows. */
#define TH_TAIL_BYTES 2048
typedef struct th_tail {
    char text[TH_TAIL_BYTES + 1]; /* NUL-terminated */
    size_t n;
} th_tail;
void th_tail_add(th_tail *t, const char *bytes, size_t n);

/* True when `program` is found on PATH. */
bool th_program_exists(const char *program);

/* The path of the program that runs now. */
#define TH_PROGRAM_BYTES 4096
TH_NODISCARD th_err th_program_self(char path[TH_PROGRAM_BYTES], th_why *why);

/* One line of the program's output, without its newline. */
typedef void th_line_fn(void *ctx, const char *line);

typedef struct th_process {
    const char *const *argv; /* NULL-terminated; argv[0] looked up on PATH, no shell */
    const char *cwd;         /* or NULL */
    const char *const *env;  /* "NAME=value", NULL-terminated, beside what we have; or NULL */
    th_line_fn *on_line;     /* stdout line by line, or NULL: discarded */
    void *ctx;
    int timeout_s; /* killed after that; 0 = never */
} th_process;

/* Runs to its end. *status: exit code, or 128 + signal. The text of a failure holds the last
 * lines of stderr. Errors: TH_ETOOL when it cannot be started or times out, TH_EINTR on Ctrl-C;
 * a non-zero exit is no error here. stderr_tail (may be NULL): last bytes of stderr. */
TH_NODISCARD th_err th_process_run(const th_process *p, int *status, char *stderr_tail, size_t tail_cap, th_why *why);

/* "killed by signal 9 (Killed)" or "exit code 3", for a `status` of th_process_run. */
void th_process_status_text(int status, char *text, size_t cap);

#endif
