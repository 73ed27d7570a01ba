/* deploy/send.h -- the computer's side of nn/loader.h: sends a package to a board that takes models, and runs it there.
 */
#ifndef TH_DEPLOY_SEND_H
#define TH_DEPLOY_SEND_H

#include "base/span.h"
#include "os/line.h"

typedef struct th_sender th_sender;

typedef struct th_sender_board {
    char isa[17];    /* processor family that it takes packages for, beside "plain" */
    uint32_t memory; /* bytes for package and arena */
    uint32_t crc;    /* of the package that runs, 0: none */
} th_sender_board;

/* Opens the line and asks who is there; the line belongs to the sender then.
 * Errors: those of th_line_open; TH_EIO (nobody answers, or another protocol). */
TH_NODISCARD th_err th_sender_open(const char *port, th_sender **s, th_sender_board *board, th_why *why);
void th_sender_close(th_sender *s);

/* Sends a package's run part, and has the board open it; needs, *memory: bytes in which it runs, as the computer
 * thinks (th_packed.memory[0]; 0: it doesn't know) and as the board says.
 * Errors: the board's own, with its words; TH_EIO. */
TH_NODISCARD th_err th_sender_package(th_sender *s, th_span run_part, size_t needs, uint32_t *memory, th_why *why);

/* Runs it once: inputs and outputs one after the other, of sizes in[] and out[].  from NULL: with what the board's
 * sensor gives; TH_ETRUNC when that has come to its end. */
typedef struct th_sender_sizes {
    const uint32_t *in, *out;
    int32_t n_in, n_out;
} th_sender_sizes;
TH_NODISCARD th_err th_sender_run(th_sender *s, const th_sender_sizes *sizes, const uint8_t *from, uint8_t *to,
                                  th_why *why);

#endif
