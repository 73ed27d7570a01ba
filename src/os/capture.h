/* os/capture.h -- what comes now: a microphone, a serial port, a FIFO, standard input.  Each is a row of one table
 * (capture.c) and a file of its own (capture_<kind>.c).
 *
 *   "microphone"             the microphone that the system takes (ALSA's "default")
 *   "hw:1,0", "plughw:CARD"  another one, by ALSA's name
 *   "serial:/dev/ttyACM0"    a board; without "serial:" as well
 *   "fifo:PATH"              what another program writes into a FIFO (mkfifo), or a file
 *   "-"                      standard input */
#ifndef TH_OS_CAPTURE_H
#define TH_OS_CAPTURE_H

#include "base/why.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct th_capture th_capture;

typedef struct th_capture_cfg {
    int32_t rate_hz;  /* of a microphone: as near to it as the device can */
    int32_t baud;     /* of a serial port: bits a second; 0: 115200 */
    double timeout_s; /* a source that gives nothing for so long has failed; above 0 */
} th_capture_cfg;

typedef struct th_capture_info {
    bool is_sound;           /* a microphone: samples, little-endian, channel beside channel; else bytes as they come */
    int32_t rate_hz;         /* of its samples */
    int32_t channels, bytes; /* .. and how many each moment has; bytes of one: 2 or 4 */
    bool is_live;            /* a device: what is not read in time is lost, and there is no end */
    char source[96];         /* what a sample says of where it came from: "microphone", "serial /dev/ttyACM0" */
    char device[96];         /* the device's own name, or "" */
} th_capture_info;

/* Errors: TH_EUSAGE (no such kind, a baud rate that is none), TH_ENOENT, TH_EIO (the text says what to do, and which
 * devices there are). */
TH_NODISCARD th_err th_capture_open(const char *from, const th_capture_cfg *cfg, th_capture **c, th_why *why);

const th_capture_info *th_capture_about(const th_capture *c);

/* Waits for at least one byte, then takes what is there, at most cap: *n bytes; 0 at the end of the source.
 * Errors: TH_ETRUNC (nothing came for timeout_s), TH_EIO (the device has gone), TH_EINTR (Ctrl-C). */
TH_NODISCARD th_err th_capture_read(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why);

/* How often a device had to throw samples away because they were not read in time. */
int32_t th_capture_lost(const th_capture *c);

void th_capture_close(th_capture *c); /* NULL is fine */

/* The devices that are here, a line each: what to write after --from, and what it is.  Called once a line. */
typedef void th_capture_found_fn(void *ctx, const char *from, const char *what);
void th_capture_list(th_capture_found_fn *found, void *ctx);

#endif
