/* A FIFO that another program writes into, or a file.
 *
 * Opened without waiting for a writer, a FIFO says POLLHUP only after one has been there and has gone; a read would say
 * "end" at once.  So th_capture_read_fd, which asks poll first, waits for the writer as long as for anything else. */
#include "os/capture_priv.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool knows(const char *from)
{
    struct stat st;
    return strchr(from, '/') && stat(from, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

static th_err open_fifo(th_capture *c, const char *place, th_why *why)
{
    struct stat st;
    c->fd = open(place, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (c->fd < 0 && errno == ENOENT)
        return th_why_set(why, TH_ENOENT, "there is no FIFO \"%s\". Make one: mkfifo %s", place,
                          *place ? place : "PATH");
    if (c->fd < 0) return th_why_set(why, TH_EIO, "cannot read %s: %s", place, strerror(errno));
    if (fstat(c->fd, &st) || (!S_ISFIFO(st.st_mode) && !S_ISREG(st.st_mode))) {
        th_capture_close_fd(c);
        return th_why_set(why, TH_EFORMAT, "%s is no FIFO and no file%s", place,
                          S_ISCHR(st.st_mode) ? ". A board's port is serial:PATH" : "");
    }
    th_text_fmt(c->info.source, sizeof c->info.source, "fifo %s", place);
    return TH_OK;
}

const th_capture_kind th_capture_fifo = {
    .name = "fifo", .knows = knows, .open = open_fifo, .read = th_capture_read_fd, .close = th_capture_close_fd};
