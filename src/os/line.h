/* os/line.h -- a serial line, both ways: a board's port, or an emulated board's over TCP. */
#ifndef TH_OS_LINE_H
#define TH_OS_LINE_H

#include "base/span.h"
#include "base/why.h"

typedef struct th_line th_line;

/* port: "/dev/ttyACM0", a pseudo-terminal, or "tcp:HOST:NUMBER".  Bytes go as they are, 115200 a second divided by ten.
 * Errors: TH_EIO with the system's reason, TH_EUSAGE (no such form). */
TH_NODISCARD th_err th_line_open(const char *port, th_line **line, th_why *why);
TH_NODISCARD th_err th_line_write(th_line *line, th_span bytes, th_why *why);

/* What has come, at most cap bytes; *n 0: nothing within so many milliseconds.  Errors: TH_EIO (closed), TH_EINTR. */
TH_NODISCARD th_err th_line_read(th_line *line, uint8_t *to, size_t cap, int timeout_ms, size_t *n, th_why *why);
void th_line_close(th_line *line);

#endif
