/* A serial port: 8 bits, no parity, 1 stop bit, no flow control, bytes as they are.  Ours alone while it is open; its
 * settings are put back at the end. */
#define _DEFAULT_SOURCE /* CRTSCTS */
#include "os/capture_priv.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define USUAL_BAUD 115200

typedef struct baud {
    int32_t rate;
    speed_t code;
} baud;

static const baud bauds[] = {
    {1200, B1200},     {2400, B2400},     {4800, B4800},       {9600, B9600},       {19200, B19200},
    {38400, B38400},   {57600, B57600},   {115200, B115200},   {230400, B230400},   {460800, B460800},
    {500000, B500000}, {921600, B921600}, {1000000, B1000000}, {2000000, B2000000}, {3000000, B3000000},
};

static th_err speed_of(int32_t rate, speed_t *code, th_why *why)
{
    char list[200];
    size_t n = 0;
    list[0] = 0;
    for (size_t i = 0; i < sizeof bauds / sizeof *bauds; i++) {
        if (bauds[i].rate == rate) {
            *code = bauds[i].code;
            return TH_OK;
        }
        n += th_text_fmt(list + n, sizeof list - n, "%s%d", i ? ", " : "", (int)bauds[i].rate);
    }
    return th_why_set(why, TH_EUSAGE, "--baud %d: a serial port knows %s", (int)rate, list);
}

static bool knows(const char *from)
{
    return strncmp(from, "/dev/tty", 8) == 0 || strncmp(from, "/dev/pts/", 9) == 0 ||
           strncmp(from, "/dev/serial/", 12) == 0;
}

/* The ports of boards: what USB gives. */
static bool is_port(const char *name)
{
    return strncmp(name, "ttyACM", 6) == 0 || strncmp(name, "ttyUSB", 6) == 0;
}

static void list_ports(th_capture_found_fn *found, void *ctx)
{
    DIR *d = opendir("/dev");
    for (struct dirent *e; d && (e = readdir(d));) {
        char from[300];
        if (!is_port(e->d_name)) continue;
        th_text_fmt(from, sizeof from, "serial:/dev/%s", e->d_name);
        found(ctx, from, "a board's serial port");
    }
    if (d) closedir(d);
}

typedef struct ports {
    char text[300];
    size_t n;
} ports;

static void note_port(void *ctx, const char *from, const char *what)
{
    ports *p = ctx;
    (void)what;
    if (p->n < sizeof p->text) p->n += th_text_fmt(p->text + p->n, sizeof p->text - p->n, " %s", from);
}

static th_err cannot_open(const char *place, th_why *why)
{
    const int reason = errno;
    ports p = {.text = "", .n = 0};
    list_ports(note_port, &p);
    if (reason == ENOENT || reason == ENODEV || reason == ENXIO)
        return th_why_set(
            why, TH_ENOENT,
            "there is no serial port \"%s\". Plug the board in (a cable that has data lines); here now:%s", place,
            p.n ? p.text : " none");
    if (reason == EACCES)
        return th_why_set(why, TH_EIO,
                          "you may not open %s. Join the group that owns it, then log in again: sudo usermod -aG "
                          "dialout $USER",
                          place);
    if (reason == EBUSY)
        return th_why_set(why, TH_EIO, "%s is in use. Close the serial monitor or the other program", place);
    return th_why_set(why, TH_EIO, "cannot open %s: %s", place, strerror(reason));
}

static th_err set_up(th_capture *c, speed_t speed, th_why *why)
{
    struct termios now;
    struct termios *before = malloc(sizeof *before);
    if (!before) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (tcgetattr(c->fd, before)) {
        free(before);
        return th_why_set(why, TH_EIO, "%s is no serial port: %s", c->place, strerror(errno));
    }
    c->own = before;
    now = *before;
    now.c_iflag &=
        ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY);
    now.c_oflag &= ~(tcflag_t)OPOST;
    now.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    now.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB | CRTSCTS);
    now.c_cflag |= CS8 | CREAD | CLOCAL;
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    if (cfsetispeed(&now, speed) || cfsetospeed(&now, speed) || tcsetattr(c->fd, TCSANOW, &now))
        return th_why_set(why, TH_EIO, "%s does not take %d baud: %s", c->place, (int)c->cfg.baud, strerror(errno));
    ioctl(c->fd, TIOCEXCL);   /* another reader would take every other byte */
    tcflush(c->fd, TCIFLUSH); /* what came before we were there has no time */
    return TH_OK;
}

static void close_port(th_capture *c)
{
    if (c->own) {
        ioctl(c->fd, TIOCNXCL);
        tcsetattr(c->fd, TCSANOW, c->own);
    }
    free(c->own);
    c->own = NULL;
    th_capture_close_fd(c);
}

static th_err open_port(th_capture *c, const char *place, th_why *why)
{
    speed_t speed = B115200;
    if (!c->cfg.baud) c->cfg.baud = USUAL_BAUD;
    TH_TRY(speed_of(c->cfg.baud, &speed, why));
    th_text_fmt(c->info.source, sizeof c->info.source, "serial %s", place);
    c->info.is_live = true;
    c->fd = open(place, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (c->fd < 0) return cannot_open(place, why);
    const th_err err = set_up(c, speed, why);
    if (err) close_port(c);
    return err;
}

/* A port has no end: what looks like one is a plug that was pulled. */
static th_err read_port(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why)
{
    TH_TRY(th_capture_read_fd(c, bytes, cap, n, why));
    return *n ? TH_OK : th_why_set(why, TH_EIO, "%s has gone: it was unplugged", c->info.source);
}

const th_capture_kind th_capture_serial = {
    .name = "serial", .knows = knows, .open = open_port, .read = read_port, .close = close_port, .list = list_ports};
