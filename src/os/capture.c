/* The table of sources, and what those that are files to the system share. */
#include "os/capture_priv.h"

#include "base/text.h"
#include "os/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 100 /* between two looks for Ctrl-C */

/* In the order in which a name without a kind in front is held against them: what is not one of the others may be a
 * device of ALSA's. */
static const th_capture_kind *const kinds[] = {&th_capture_stdin, &th_capture_serial, &th_capture_fifo,
                                               &th_capture_microphone};
#define N_KINDS (sizeof kinds / sizeof *kinds)

/* "serial:/dev/ttyACM0" -> its row and "/dev/ttyACM0". */
static const th_capture_kind *find_kind(const char *from, const char **place)
{
    for (size_t i = 0; i < N_KINDS; i++) {
        const size_t n = strlen(kinds[i]->name);
        if (n == 0 || strncmp(from, kinds[i]->name, n) != 0) continue;
        *place = from[n] == ':' ? from + n + 1 : "";
        if (from[n] == ':' || !from[n]) return kinds[i];
    }
    *place = from;
    for (size_t i = 0; i < N_KINDS; i++)
        if (kinds[i]->knows(from)) return kinds[i];
    return NULL;
}

th_err th_capture_open(const char *from, const th_capture_cfg *cfg, th_capture **c, th_why *why)
{
    const char *place = "";
    const th_capture_kind *kind = find_kind(from, &place);
    *c = NULL;
    if (!kind)
        return th_why_set(why, TH_EUSAGE,
                          "\"%s\" is no source. It is microphone, serial:/dev/ttyACM0, fifo:PATH, - (standard input) "
                          "or one of the list of thimble data record --list",
                          from);
    th_capture *new = calloc(1, sizeof *new);
    if (!new) return th_why_set(why, TH_ENOMEM, "out of memory");
    new->kind = kind;
    new->cfg = *cfg;
    new->fd = -1;
    th_err err = th_text_fmt(new->place, sizeof new->place, "%s", place) < sizeof new->place
                     ? kind->open(new, new->place, why)
                     : th_why_set(why, TH_ERANGE, "the name of the source is too long: %.60s..", from);
    if (err) {
        free(new);
        return err;
    }
    *c = new;
    return TH_OK;
}

const th_capture_info *th_capture_about(const th_capture *c)
{
    return &c->info;
}

int32_t th_capture_lost(const th_capture *c)
{
    return c->lost;
}

th_err th_capture_read(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why)
{
    *n = 0;
    TH_TRY(c->kind->read(c, bytes, cap, n, why));
    c->began |= *n > 0;
    return TH_OK;
}

void th_capture_close(th_capture *c)
{
    if (!c) return;
    c->kind->close(c);
    free(c);
}

void th_capture_list(th_capture_found_fn *found, void *ctx)
{
    for (size_t i = N_KINDS; i-- > 0;) /* microphones first */
        if (kinds[i]->list) kinds[i]->list(found, ctx);
}

/* ---- what is a file to the system ---- */

th_err th_capture_patience(const th_capture *c, double since, th_why *why)
{
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    if (th_clock_s() - since < c->cfg.timeout_s) return TH_OK;
    return th_why_set(why, TH_ETRUNC, "nothing %s from %s for %d s%s", c->began ? "more came" : "came", c->info.source,
                      (int)(c->cfg.timeout_s + 0.5),
                      c->began ? ""
                               : ". Is it plugged in, does its program write, is the speed (--baud) the one of the "
                                 "sketch? --timeout S waits longer");
}

th_err th_capture_wait(th_capture *c, th_why *why)
{
    const double start = th_clock_s();
    for (;;) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        const int ready = poll(&p, 1, LOOK_MS);
        if (ready > 0) return TH_OK;
        if (ready < 0 && errno != EINTR)
            return th_why_set(why, TH_EIO, "cannot wait for %s: %s", c->info.source, strerror(errno));
        TH_TRY(th_capture_patience(c, start, why));
    }
}

th_err th_capture_read_fd(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why)
{
    for (;;) {
        TH_TRY(th_capture_wait(c, why));
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted"); /* a source that never rests */
        const ssize_t got = read(c->fd, bytes, cap);
        if (got >= 0) {
            *n = (size_t)got;
            return TH_OK;
        }
        if (errno != EAGAIN && errno != EINTR)
            return th_why_set(why, TH_EIO, "%s has gone: %s", c->info.source, strerror(errno));
    }
}

void th_capture_close_fd(th_capture *c)
{
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
}
