/* One buffer: what came stands from `at` on.  Up to cfg.keep bytes nothing is taken out of it, so that the whole can be
 * looked at afterwards. */
#include "os/feed.h"

#include "os/file.h"
#include "os/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURN_MS = 20 }; /* so often it looks whether it is to stop, and whether there is a reader */

struct th_feed {
    th_feed_cfg cfg;
    char path[TH_PATH_BYTES];
    pthread_t thread;
    bool running;
    int to;       /* -1: the reader is not there yet */
    uint8_t *buf; /* [n] of cap */
    size_t n, at, cap;
    bool cut;   /* something was taken out of the buffer */
    bool lost;  /* the reader has gone */
    bool ended; /* nothing more comes */
    bool failed;
    atomic_llong came;
    atomic_bool stop;
};

void th_feed_put(th_feed *f, const void *bytes, size_t n)
{
    if (f->n > f->cfg.keep && f->at) {
        memmove(f->buf, f->buf + f->at, f->n - f->at);
        f->n -= f->at;
        f->at = 0;
        f->cut = true;
    }
    if (f->n + n > f->cap) {
        const size_t cap = 2 * (f->n + n) + 65536;
        uint8_t *more = realloc(f->buf, cap);
        if (!more) {
            f->failed = true;
            return;
        }
        f->buf = more;
        f->cap = cap;
    }
    memcpy(f->buf + f->n, bytes, n);
    f->n += n;
    atomic_fetch_add(&f->came, (long long)n);
}

static void take_in(th_feed *f)
{
    uint8_t bytes[16384];
    const ssize_t n = read(f->cfg.from, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    f->ended = n <= 0;
    if (f->ended) return;
    if (!f->cfg.take)
        th_feed_put(f, bytes, (size_t)n);
    else if (f->cfg.take(f->cfg.ctx, f, (th_span){bytes, (size_t)n}))
        f->ended = f->failed = true;
}

/* Whole units, no more at once than a pipe takes undivided. */
static void hand_on(th_feed *f)
{
    const size_t most = TH_FEED_UNIT / f->cfg.unit * f->cfg.unit;
    while (f->n - f->at >= f->cfg.unit) {
        const size_t whole = (f->n - f->at) / f->cfg.unit * f->cfg.unit;
        const ssize_t n = write(f->to, f->buf + f->at, whole < most ? whole : most);
        if (n > 0) {
            f->at += (size_t)n;
        } else if (errno != EINTR) {
            f->lost = errno != EAGAIN;
            return;
        }
    }
}

/* A FIFO can be opened for writing when somebody reads it. */
static void find_reader(th_feed *f)
{
    if (f->to < 0) f->to = open(f->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static void *run(void *arg)
{
    th_feed *f = arg;
    sigset_t pipe_signal; /* a reader that has gone is an error of write */
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    while (!atomic_load(&f->stop) && !f->lost && !f->failed) {
        find_reader(f);
        if (th_interrupted()) f->ended = true;
        const bool waits = f->n - f->at >= f->cfg.unit;
        if (f->ended && !waits && f->to >= 0) break;
        struct pollfd fds[2] = {{.fd = f->ended ? -1 : f->cfg.from, .events = POLLIN},
                                {.fd = waits ? f->to : -1, .events = POLLOUT}};
        (void)poll(fds, 2, TURN_MS);
        if (fds[0].revents) take_in(f);
        if (f->to >= 0) hand_on(f);
    }
    if (f->to >= 0) close(f->to);
    f->to = -1;
    return NULL;
}

th_err th_feed_start(const th_feed_cfg *cfg, const char *path, th_feed **out, th_why *why)
{
    th_feed *f = calloc(1, sizeof *f);
    *out = NULL;
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory");
    f->cfg = *cfg;
    f->to = -1;
    if (strlen(path) >= sizeof f->path || mkfifo(path, 0600)) {
        free(f);
        return th_why_set(why, TH_EIO, "cannot make the FIFO %s: %s", path, strerror(errno));
    }
    memcpy(f->path, path, strlen(path) + 1);
    f->running = pthread_create(&f->thread, NULL, run, f) == 0;
    if (!f->running) {
        free(f);
        return th_why_set(why, TH_ENOMEM, "no thread for what comes");
    }
    *out = f;
    return TH_OK;
}

int64_t th_feed_came(const th_feed *f)
{
    return (int64_t)atomic_load(&f->came);
}

void th_feed_stop(th_feed *f)
{
    atomic_store(&f->stop, true);
    if (f->running) (void)pthread_join(f->thread, NULL);
    f->running = false;
}

bool th_feed_kept(const th_feed *f, th_span *all)
{
    *all = (th_span){f->buf, f->at};
    return !f->cut && !f->lost && !f->failed;
}

void th_feed_free(th_feed *f)
{
    if (!f) return;
    th_feed_stop(f);
    free(f->buf);
    free(f);
}
