/* fork + exec without a shell; stdout by lines, the last bytes of stderr kept. */
#include "os/process.h"

#include "base/text.h"
#include "os/file.h"
#include "os/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TAIL_BYTES 2048
#define LINE_BYTES ((size_t)1 << 20) /* a longer line is handed over in parts */

/* Full path of a program into buf; a name with '/' is a path itself. */
static bool find_program(const char *program, char buf[TH_PATH_BYTES])
{
    const char *path = getenv("PATH");
    if (strchr(program, '/'))
        return th_text_fmt(buf, TH_PATH_BYTES, "%s", program) < TH_PATH_BYTES && access(buf, X_OK) == 0;
    for (const char *c = path ? path : "/usr/local/bin:/usr/bin:/bin";; c++) {
        const size_t len = strcspn(c, ":");
        const size_t n = th_text_fmt(buf, TH_PATH_BYTES, "%.*s/%s", len ? (int)len : 1, len ? c : ".", program);
        if (n < TH_PATH_BYTES && access(buf, X_OK) == 0 && th_file_exists(buf)) return true;
        c += len;
        if (!*c) return false;
    }
}

bool th_program_exists(const char *program)
{
    char path[TH_PATH_BYTES];
    return find_program(program, path);
}

/* The running child and what came out of it so far. */
typedef struct child {
    const th_process *p;
    pid_t pid;
    int out, err; /* our ends of the pipes; -1 after their end */
    char *line;   /* [LINE_BYTES] stdout since the last newline */
    size_t n_line;
    char tail[TAIL_BYTES + 1]; /* stderr's end, NUL-terminated */
    size_t n_tail;
    bool reaped;
    int wait_status;
} child;

static void take_out(child *c, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && c->p->on_line; i++) {
        if (bytes[i] != '\n') c->line[c->n_line++] = bytes[i];
        if (bytes[i] == '\n' || c->n_line == LINE_BYTES - 1) {
            c->line[c->n_line] = 0;
            c->p->on_line(c->p->ctx, c->line);
            c->n_line = 0;
        }
    }
}

static void take_err(child *c, const char *bytes, size_t n)
{
    if (n > TAIL_BYTES) {
        bytes += n - TAIL_BYTES;
        n = TAIL_BYTES;
    }
    const size_t keep = c->n_tail + n > TAIL_BYTES ? TAIL_BYTES - n : c->n_tail;
    memmove(c->tail, c->tail + c->n_tail - keep, keep);
    memcpy(c->tail + keep, bytes, n);
    c->n_tail = keep + n;
    c->tail[c->n_tail] = 0;
}

/* Takes what is there now; closes at the end of the stream. */
static void drain(child *c, int *fd, void take(child *, const char *, size_t))
{
    char buf[16384];
    while (*fd >= 0) {
        const ssize_t n = read(*fd, buf, sizeof buf);
        if (n > 0) {
            take(c, buf, (size_t)n);
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            close(*fd);
            *fd = -1;
        }
    }
}

static void reap(child *c, int flags)
{
    pid_t got;
    do got = waitpid(c->pid, &c->wait_status, flags);
    while (got < 0 && errno == EINTR);
    c->reaped = got == c->pid || got < 0;
}

static void end_child(child *c)
{
    if (!c->reaped) {
        kill(c->pid, SIGKILL);
        reap(c, 0);
    }
    drain(c, &c->out, take_out);
    drain(c, &c->err, take_err);
}

/* Only calls that are allowed between fork and exec in a program with threads. */
_Noreturn static void become(const th_process *p, const char *program, const int pipes[3][2])
{
    const int null = open("/dev/null", O_RDWR);
    int bad = null < 0 || dup2(null, 0) < 0 || dup2(p->on_line ? pipes[0][1] : null, 1) < 0 ||
              dup2(pipes[1][1], 2) < 0 || (p->cwd && chdir(p->cwd));
    if (!bad) {
        /* exec does not write to the strings: the missing const is history (POSIX, exec, Rationale) */
        union {
            const char *const *in;
            char *const *out;
        } argv = {p->argv};
        execv(program, argv.out);
    }
    const int reason = errno;
    bad = write(pipes[2][1], &reason, sizeof reason) < 0;
    _exit(bad ? 126 : 127);
}

static void close_all(int pipes[3][2])
{
    for (int i = 0; i < 6; i++)
        if (pipes[i / 2][i % 2] >= 0) close(pipes[i / 2][i % 2]);
}

static th_err start(child *c, const char *program, th_why *why)
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}; /* stdout, stderr, reason why exec failed */
    for (int i = 0; i < 3; i++) {
        if (pipe(pipes[i])) {
            close_all(pipes);
            return th_why_set(why, TH_EIO, "cannot start %s: %s", c->p->argv[0], strerror(errno));
        }
        for (int k = 0; k < 2; k++) (void)fcntl(pipes[i][k], F_SETFD, FD_CLOEXEC);
    }
    c->pid = fork();
    if (c->pid == 0) become(c->p, program, (const int(*)[2])pipes);
    const int fork_reason = errno;
    for (int i = 0; i < 3; i++) {
        close(pipes[i][1]);
        pipes[i][1] = -1;
    }
    int reason = fork_reason;
    ssize_t got = sizeof reason;
    if (c->pid > 0) {
        do got = read(pipes[2][0], &reason, sizeof reason);
        while (got < 0 && errno == EINTR);
    }
    if (got > 0) { /* not started */
        if (c->pid > 0) reap(c, 0);
        close_all(pipes);
        return th_why_set(why, TH_ETOOL, "cannot start %s: %s", c->p->argv[0], strerror(reason));
    }
    close(pipes[2][0]);
    c->out = pipes[0][0];
    c->err = pipes[1][0];
    (void)fcntl(c->out, F_SETFL, O_NONBLOCK);
    (void)fcntl(c->err, F_SETFL, O_NONBLOCK);
    return TH_OK;
}

/* Reads until the child has ended.  A grandchild that keeps a pipe open does not hold us up. */
static th_err follow(child *c, th_why *why)
{
    const double stop_s = th_clock_s() + c->p->timeout_s;
    while (!c->reaped) {
        struct pollfd fds[2] = {{.fd = c->out, .events = POLLIN}, {.fd = c->err, .events = POLLIN}};
        const bool open = c->out >= 0 || c->err >= 0;
        (void)poll(fds, 2, open ? 50 : 2); /* negative fds are skipped: then it only waits */
        drain(c, &c->out, take_out);
        drain(c, &c->err, take_err);
        reap(c, WNOHANG);
        if (c->reaped) break;
        if (th_interrupted())
            return end_child(c), th_why_set(why, TH_EINTR, "interrupted; %s was stopped", c->p->argv[0]);
        if (c->p->timeout_s > 0 && th_clock_s() > stop_s)
            return end_child(c), th_why_set(why, TH_ETOOL, "%s did not finish within %d s and was stopped. %s",
                                            c->p->argv[0], c->p->timeout_s, c->tail);
    }
    end_child(c);
    return TH_OK;
}

th_err th_process_run(const th_process *p, int *status, char *stderr_tail, size_t tail_cap, th_why *why)
{
    char program[TH_PATH_BYTES];
    if (!find_program(p->argv[0], program))
        return th_why_set(why, TH_ETOOL, "the program %s is not installed (not found on PATH)", p->argv[0]);
    child c = {.p = p, .out = -1, .err = -1};
    if (p->on_line && !(c.line = malloc(LINE_BYTES))) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = start(&c, program, why);
    if (!err) err = follow(&c, why);
    if (c.n_line && !err) {
        c.line[c.n_line] = 0;
        p->on_line(p->ctx, c.line);
    }
    free(c.line);
    if (c.out >= 0) close(c.out);
    if (c.err >= 0) close(c.err);
    if (stderr_tail && tail_cap) {
        const size_t skip = c.n_tail >= tail_cap ? c.n_tail - tail_cap + 1 : 0;
        th_text_fmt(stderr_tail, tail_cap, "%s", c.tail + skip);
    }
    *status = WIFSIGNALED(c.wait_status) ? 128 + WTERMSIG(c.wait_status) : WEXITSTATUS(c.wait_status);
    return err;
}

void th_process_status_text(int status, char *text, size_t cap)
{
    if (status > 128)
        th_text_fmt(text, cap, "killed by signal %d (%s)", status - 128, strsignal(status - 128));
    else
        th_text_fmt(text, cap, "exit code %d", status);
}
