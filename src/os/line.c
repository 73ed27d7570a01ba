#include "os/line.h"

#include "base/text.h"
#include "os/run.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

struct th_line {
    int fd;
    char port[256];
};

static th_err cannot(const char *what, const char *port, th_why *why)
{
    return th_why_set(why, TH_EIO, "cannot %s %s: %s", what, port, strerror(errno));
}

static th_err open_tcp(const char *address, const char *port, int *fd, th_why *why)
{
    char host[256];
    const char *colon = strrchr(address, ':');
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (!colon || colon == address || !colon[1])
        return th_why_set(why, TH_EUSAGE, "%s: write tcp:HOST:NUMBER, as in tcp:127.0.0.1:4444", port);
    th_text_fmt(host, sizeof host, "%.*s", (int)(colon - address < 255 ? colon - address : 255), address);
    const int bad = getaddrinfo(host, colon + 1, &hints, &list);
    if (bad) return th_why_set(why, TH_EIO, "%s: %s", port, gai_strerror(bad));
    *fd = -1;
    for (const struct addrinfo *a = list; a && *fd < 0; a = a->ai_next) {
        *fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (*fd >= 0 && connect(*fd, a->ai_addr, a->ai_addrlen)) {
            const int reason = errno;
            (void)close(*fd);
            errno = reason;
            *fd = -1;
        }
    }
    const int reason = errno, now = 1;
    freeaddrinfo(list);
    errno = reason;
    if (*fd >= 0) (void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now); /* small frames, each answered */
    return *fd < 0 ? cannot("connect to", port, why) : TH_OK;
}

static th_err open_device(const char *port, int *fd, th_why *why)
{
    struct termios t;
    *fd = open(port, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0) return cannot("open", port, why);
    if (tcgetattr(*fd, &t)) {
        const th_err err = cannot("use as a serial line", port, why);
        (void)close(*fd);
        return err;
    }
    t.c_iflag = 0; /* bytes as they are */
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag = CS8 | CREAD | CLOCAL;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    (void)cfsetispeed(&t, B115200);
    (void)cfsetospeed(&t, B115200);
    if (tcsetattr(*fd, TCSAFLUSH, &t) == 0) return TH_OK;
    const th_err err = cannot("set the speed of", port, why);
    (void)close(*fd);
    return err;
}

th_err th_line_open(const char *port, th_line **line, th_why *why)
{
    int fd;
    TH_TRY(strncmp(port, "tcp:", 4) == 0 ? open_tcp(port + 4, port, &fd, why) : open_device(port, &fd, why));
    th_line *l = malloc(sizeof *l);
    if (!l) {
        (void)close(fd);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    l->fd = fd;
    th_text_fmt(l->port, sizeof l->port, "%s", port);
    (void)signal(SIGPIPE, SIG_IGN); /* a line that is closed is an error of the write */
    *line = l;
    return TH_OK;
}

/* Until the line is ready, at most so long; 1: it is. */
static int wait_for(const th_line *l, short what, int timeout_ms)
{
    struct pollfd p = {l->fd, what, 0};
    return poll(&p, 1, timeout_ms);
}

th_err th_line_write(th_line *l, th_span bytes, th_why *why)
{
    while (bytes.n) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        const int ready = wait_for(l, POLLOUT, 10000);
        if (ready == 0) return th_why_set(why, TH_EIO, "%s takes no more bytes", l->port);
        const ssize_t n = ready > 0 ? write(l->fd, bytes.p, bytes.n) : -1;
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n < 0) return cannot("write to", l->port, why);
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return TH_OK;
}

th_err th_line_read(th_line *l, uint8_t *to, size_t cap, int timeout_ms, size_t *n, th_why *why)
{
    *n = 0;
    const int ready = wait_for(l, POLLIN, timeout_ms);
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    if (ready == 0 || (ready < 0 && errno == EINTR)) return TH_OK;
    const ssize_t got = ready < 0 ? -1 : read(l->fd, to, cap);
    if (got < 0 && errno != EINTR && errno != EAGAIN) return cannot("read from", l->port, why);
    if (got == 0) return th_why_set(why, TH_EIO, "%s was closed by the other side", l->port);
    if (got > 0) *n = (size_t)got;
    return TH_OK;
}

void th_line_close(th_line *l)
{
    if (!l) return;
    (void)close(l->fd);
    free(l);
}
