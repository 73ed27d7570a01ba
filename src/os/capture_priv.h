/* os/capture_priv.h -- a row of the table of sources. */
#ifndef TH_OS_CAPTURE_PRIV_H
#define TH_OS_CAPTURE_PRIV_H

#include "os/capture.h"

#include <stddef.h>

typedef struct th_capture_kind {
    const char *name; /* "serial": what stands before the colon */
    /* Is `from`, which has no such name in front, one of these? */
    bool (*knows)(const char *from);
    th_err (*open)(th_capture *c, const char *place, th_why *why); /* place: what stands behind the colon */
    th_err (*read)(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why);
    void (*close)(th_capture *c);
    void (*list)(th_capture_found_fn *found, void *ctx); /* or NULL */
} th_capture_kind;

struct th_capture {
    const th_capture_kind *kind;
    th_capture_cfg cfg;
    th_capture_info info;
    char place[256];
    int fd;     /* -1: none */
    void *own;  /* of the kind */
    bool began; /* something has come */
    int32_t lost;
};

extern const th_capture_kind th_capture_microphone, th_capture_serial, th_capture_fifo, th_capture_stdin;

/* Waits until c->fd can be read or has ended.  Errors: TH_ETRUNC, TH_EINTR, TH_EIO. */
TH_NODISCARD th_err th_capture_wait(th_capture *c, th_why *why);

/* Has the source been silent since `since` (th_clock_s) for too long, or has somebody pressed Ctrl-C?  The error that
 * says so. */
TH_NODISCARD th_err th_capture_patience(const th_capture *c, double since, th_why *why);

/* Waits for c->fd and reads it: the whole `read` of what is a file to the system. */
TH_NODISCARD th_err th_capture_read_fd(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why);
void th_capture_close_fd(th_capture *c);

#endif
