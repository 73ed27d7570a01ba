/* fork + exec without a shell.  Between fork and exec only what is allowed in a program with threads. */
#define _GNU_SOURCE /* pipe2, close_range */
#include "os/child.h"

#include "base/text.h"
#include "os/file.h"
#include "os/run.h"
#include "os/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define LINE_BYTES ((size_t)1 << 20)

bool th_program_find(const char *program, char *buf)
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

/* One of its two outputs. */
typedef struct stream {
    int fd; /* our end; -1 after its end */
    char *line;
    size_t n, cap; /* bytes since the last newline */
} stream;

struct th_child {
    pid_t pid;
    bool own_group;
    size_t line_max;
    stream out, err;
    th_mutex mutex; /* guards what follows */
    int in;         /* our end of its input; -1: none, or closed */
    bool has_input, reaped;
    int wait_status;
    double kill_at; /* th_clock_s; 0: nobody wants it to stop */
};

/* ---- its start ---- */

/* All that the child needs to become the program, made before fork. */
typedef struct birth {
    const th_child_start *start;
    const char *program;
    char **env;
    pid_t parent;
    int in, out[2], err[2], reason[2], socket[2]; /* pipes; in: what it reads */
} birth;

/* In the child.  Descriptor 3 tells the parent why exec failed; it closes itself when exec works. */
_Noreturn static void become(const birth *b)
{
    const th_child_start *s = b->start;
    const int null = open("/dev/null", O_RDWR);
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    int bad = sigprocmask(SIG_SETMASK, &none, NULL);
#ifdef __linux__
    bad |= prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != b->parent; /* it may have died meanwhile */
#endif
    bad |= s->own_group && setpgid(0, 0);
    /* away from 0 to 3 first, where the new ones go */
    const int in = fcntl(b->in >= 0 ? b->in : null, F_DUPFD, 10), out = fcntl(s->quiet ? null : b->out[1], F_DUPFD, 10),
              err = fcntl(b->err[1], F_DUPFD, 10), reason = fcntl(b->reason[1], F_DUPFD, 10);
    bad |= null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0;
    if (dup2(reason, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC)) bad = 1;
    bad |= close_range(4, ~0U, 0) && errno != ENOSYS; /* an older kernel: ours close on exec by themselves */
    bad |= s->cwd && chdir(s->cwd);
    if (!bad) {
        /* exec does not write to the strings: the missing const is history (POSIX, exec, Rationale) */
        union {
            const char *const *in;
            char *const *out;
        } argv = {s->argv};
        execve(b->program, argv.out, b->env);
    }
    const int why = errno;
    bad = write(3, &why, sizeof why) < 0;
    _exit(bad ? 126 : 127);
}

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void close_pair(int fd[2])
{
    close_fd(&fd[0]);
    close_fd(&fd[1]);
}

static bool same_name(const char *a, const char *b)
{
    const size_t n = strcspn(a, "=");
    return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* Our environment with `more` in place of what has the same names; free() it, not the strings. */
static char **environment(const char *const *more)
{
    size_t n = 0, m = 0;
    while (environ && environ[n]) n++;
    while (more && more[m]) m++;
    char **env = calloc(n + m + 1, sizeof *env);
    size_t at = 0;
    for (size_t i = 0; env && i < n; i++) {
        bool is_new = false;
        for (size_t k = 0; k < m; k++) is_new = is_new || same_name(environ[i], more[k]);
        if (!is_new) env[at++] = environ[i];
    }
    for (size_t k = 0; env && k < m; k++) memcpy(&env[at++], &more[k], sizeof *env); /* const by history again */
    return env;
}

/* The child's exec worked, or *reason says why not. */
static bool has_begun(const birth *b, int *reason)
{
    ssize_t got;
    do got = read(b->reason[0], reason, sizeof *reason);
    while (got < 0 && errno == EINTR);
    return got == 0;
}

static th_err bear(th_child *c, birth *b, th_why *why)
{
    const th_child_start *s = b->start;
    bool ok = pipe2(b->out, O_CLOEXEC) == 0 && pipe2(b->err, O_CLOEXEC) == 0 && pipe2(b->reason, O_CLOEXEC) == 0;
    /* a socket, for writing to one that has nobody at its end can be told not to raise SIGPIPE */
    ok = ok && (!s->input || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b->socket) == 0);
    if (!ok) return th_why_set(why, TH_EIO, "cannot start %s: %s", s->argv[0], strerror(errno));
    b->in = b->socket[1];
    b->parent = getpid();
    c->pid = fork();
    if (c->pid == 0) become(b);
    int reason = errno;
    close_fd(&b->reason[1]);                                       /* else we would wait for ourselves */
    if (c->pid > 0 && s->own_group) (void)setpgid(c->pid, c->pid); /* whoever comes first */
    if (c->pid < 0 || !has_begun(b, &reason)) {
        while (c->pid > 0 && waitpid(c->pid, NULL, 0) < 0 && errno == EINTR) continue;
        return th_why_set(why, TH_ETOOL, "cannot start %s: %s", s->argv[0], strerror(reason));
    }
    c->out.fd = s->quiet ? -1 : b->out[0];
    c->err.fd = b->err[0];
    c->in = b->socket[0];
    if (!s->quiet) b->out[0] = -1;
    b->err[0] = b->socket[0] = -1;
    if (c->out.fd >= 0) (void)fcntl(c->out.fd, F_SETFL, O_NONBLOCK);
    (void)fcntl(c->err.fd, F_SETFL, O_NONBLOCK);
    return TH_OK;
}

th_err th_child_new(const th_child_start *start, th_child **child, th_why *why)
{
    char program[TH_PATH_BYTES];
    *child = NULL;
    if (!th_program_find(start->argv[0], program))
        return th_why_set(why, TH_ETOOL, "the program %s is not installed (not found on PATH)", start->argv[0]);
    birth b = {.start = start,
               .program = program,
               .env = environment(start->env),
               .in = -1,
               .out = {-1, -1},
               .err = {-1, -1},
               .reason = {-1, -1},
               .socket = {-1, -1}};
    th_child *c = calloc(1, sizeof *c);
    th_err err = c && b.env ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = th_mutex_init(&c->mutex, why);
    if (err) {
        free(c);
        c = NULL;
    } else {
        c->own_group = start->own_group;
        c->has_input = start->input;
        c->line_max = start->line_max ? start->line_max : LINE_BYTES;
        c->out.fd = c->err.fd = c->in = -1;
        c->reaped = true; /* until it lives */
        err = bear(c, &b, why);
    }
    close_pair(b.out);
    close_pair(b.err);
    close_pair(b.reason);
    close_pair(b.socket);
    free(b.env);
    if (!err) c->reaped = false;
    if (err)
        th_child_free(c);
    else
        *child = c;
    return err;
}

/* ---- what it prints ---- */

/* Hands over what stands in the line. */
static void give(stream *s, bool error, th_child_line *on_line, void *ctx)
{
    s->line[s->n] = 0;
    if (on_line) on_line(ctx, error, s->line, s->n);
    s->n = 0;
}

static void take(th_child *c, stream *s, const char *bytes, size_t n, th_child_line *on_line, void *ctx)
{
    const bool error = s == &c->err;
    while (n) {
        const char *end = memchr(bytes, '\n', n);
        size_t part = end ? (size_t)(end - bytes) : n;
        if (part > c->line_max - s->n) part = c->line_max - s->n;
        if (s->n + part + 1 > s->cap) {
            const size_t cap = 2 * (s->n + part) + 256;
            char *line = realloc(s->line, cap);
            if (!line && s->n) { /* no memory: what is there goes now, the rest as another line */
                give(s, error, on_line, ctx);
                continue;
            }
            if (!line) return;
            s->line = line;
            s->cap = cap;
        }
        memcpy(s->line + s->n, bytes, part);
        s->n += part;
        bytes += part;
        n -= part;
        const bool whole = n && *bytes == '\n';
        if (whole || s->n == c->line_max) give(s, error, on_line, ctx);
        bytes += whole;
        n -= whole;
    }
}

/* Takes what is there now; closes at the end of the stream. */
static void drain(th_child *c, stream *s, th_child_line *on_line, void *ctx)
{
    char buf[16384];
    for (int i = 0; i < 64 && s->fd >= 0; i++) { /* not for ever: the other one has something to say, too */
        const ssize_t n = read(s->fd, buf, sizeof buf);
        if (n > 0) {
            take(c, s, buf, (size_t)n, on_line, ctx);
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            close_fd(&s->fd);
        }
    }
}

/* ---- its end ---- */

/* To the whole group, if it has one.  Only while it is not reaped: its number may be another's then. */
static void signal_it(const th_child *c, int sig)
{
    if (!c->reaped) (void)kill(c->own_group ? -c->pid : c->pid, sig);
}

/* Has it ended?  Then its children are killed before its number is given back to the system. */
static bool reap(th_child *c, bool wait)
{
    siginfo_t info = {0};
    int got;
    if (c->reaped) return true;
    do got = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | (wait ? 0 : WNOHANG));
    while (got < 0 && errno == EINTR);
    if (got == 0 && info.si_pid == 0) return false;
    if (c->own_group) signal_it(c, SIGKILL);
    do got = waitpid(c->pid, &c->wait_status, 0);
    while (got < 0 && errno == EINTR);
    c->reaped = true;
    return true;
}

bool th_child_follow(th_child *c, int timeout_ms, th_child_line *on_line, void *ctx)
{
    struct pollfd fds[2] = {{.fd = c->out.fd, .events = POLLIN}, {.fd = c->err.fd, .events = POLLIN}};
    const bool open = c->out.fd >= 0 || c->err.fd >= 0;
    (void)poll(fds, 2, open ? timeout_ms : timeout_ms < 2 ? timeout_ms : 2); /* fds below 0 are skipped */
    th_mutex_lock(&c->mutex);
    if (c->kill_at > 0 && th_clock_s() >= c->kill_at) signal_it(c, SIGKILL);
    const bool ended = reap(c, false);
    th_mutex_unlock(&c->mutex);
    drain(c, &c->out, on_line, ctx);
    drain(c, &c->err, on_line, ctx);
    /* full pipes of one that has ended are read to their ends; a pipe that a grandchild holds open is left */
    const bool more = ended && (fds[0].revents | fds[1].revents) & POLLIN && (c->out.fd >= 0 || c->err.fd >= 0);
    if (!ended || more) return false;
    if (c->out.n) give(&c->out, false, on_line, ctx);
    if (c->err.n) give(&c->err, true, on_line, ctx);
    return true;
}

th_err th_child_write(th_child *c, th_span bytes, int timeout_ms, th_why *why)
{
    const double until = th_clock_s() + timeout_ms / 1e3;
    if (!c->has_input) return th_why_set(why, TH_EUSAGE, "it was started without an input");
    while (bytes.n) {
        th_mutex_lock(&c->mutex);
        const bool over = c->in < 0 || c->reaped;
        const ssize_t n = over ? -1 : send(c->in, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        const int reason = over ? EPIPE : errno;
        th_mutex_unlock(&c->mutex);
        if (n > 0) {
            bytes.p += n;
            bytes.n -= (size_t)n;
        } else if (n < 0 && reason != EAGAIN && reason != EINTR) {
            return th_why_set(why, TH_EIO, "it does not read any more: %s", strerror(reason));
        } else if (th_clock_s() > until) {
            return th_why_set(why, TH_ERANGE, "it has not read its input for %d ms", timeout_ms);
        } else {
            th_clock_rest(0.01); /* not poll: the end may be closed by another thread meanwhile */
        }
    }
    return TH_OK;
}

void th_child_end_input(th_child *c)
{
    th_mutex_lock(&c->mutex);
    close_fd(&c->in);
    th_mutex_unlock(&c->mutex);
}

void th_child_stop(th_child *c, double grace_s)
{
    const double at = th_clock_s() + grace_s;
    th_mutex_lock(&c->mutex);
    if (c->kill_at <= 0) signal_it(c, SIGINT);
    if (c->kill_at <= 0 || at < c->kill_at) c->kill_at = at;
    th_mutex_unlock(&c->mutex);
}

int th_child_status(const th_child *c)
{
    return WIFSIGNALED(c->wait_status) ? 128 + WTERMSIG(c->wait_status) : WEXITSTATUS(c->wait_status);
}

void th_child_free(th_child *c)
{
    if (!c) return;
    signal_it(c, SIGKILL);
    reap(c, true);
    close_fd(&c->in);
    close_fd(&c->out.fd);
    close_fd(&c->err.fd);
    free(c->out.line);
    free(c->err.line);
    th_mutex_free(&c->mutex);
    free(c);
}
