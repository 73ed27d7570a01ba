/* nn/loader.h -- takes a model package over a serial line into memory, checks it, and runs it: a new model without a
 * compiler.  Portable; what it runs on brings the line (device/loader/main.c) and the kernels.
 *
 * Each command is a frame (base/frame.h); each is answered by one of kind | TH_LOADER_ANSWER with the same number:
 * u8 status (0, or a th_err without its sign), then what the table says, or a text that says what is wrong.
 *
 *   command   payload                           answer                    what it does
 *   HELLO                                       u16 protocol, u16 most    says what it is; most: bytes of data in a
 * frame bytes, u32 memory, u32    crc of the package that runs, 0: none crc, text in 16 bytes     processor family
 *   BEGIN     u32 bytes, u32 crc, u32 memory                              forgets its model; room for both?
 *   DATA      u32 crc, u32 place, bytes         u32 bytes there           the next ones; what is there already is
 * passed over END                                         u32 bytes of memory,      opens the package: damage, version,
 * processor u16 inputs, u16 outputs   family and kernels are looked at, and room INPUT     u16 index, u32 place, bytes
 * writes to an input INVOKE                                                                runs the network; a repeated
 * one is not run again OUTPUT    u16 index, u32 place, u16 n       bytes                     reads of an output RESET
 * state back to its start SENSOR                                                                inputs from sensor_read
 * (device/hal.h), then runs
 *
 * crc names the package: that of its header (nn/package_format.h).  DATA of another one is refused.
 * All of it may come from a stranger: no length is believed.  A package that was made to do harm is another matter:
 * docs/formats.md says what a device can know of one. */
#ifndef TH_NN_LOADER_H
#define TH_NN_LOADER_H

#include "base/frame.h"
#include "nn/package.h"

#define TH_LOADER_PROTOCOL 1u
#define TH_LOADER_ANSWER   0x80u
#define TH_LOADER_DATA     240u /* most bytes of DATA, INPUT and OUTPUT in a frame */

enum {
    TH_LOADER_HELLO = 1,
    TH_LOADER_BEGIN,
    TH_LOADER_BYTES,
    TH_LOADER_END,
    TH_LOADER_INPUT,
    TH_LOADER_INVOKE,
    TH_LOADER_OUTPUT,
    TH_LOADER_RESET,
    TH_LOADER_SENSOR
};

typedef struct th_loader {
    uint8_t *memory; /* [bytes] aligned to 16: the package, and behind it what running it needs */
    uint32_t bytes;
    const th_kernel_set *kernels;
    void (*send)(void *ctx, const uint8_t *bytes, size_t n);
    int32_t (*sensor)(void *ctx, void *to, uint32_t n); /* as sensor_read of device/hal.h; or NULL */
    void *ctx;
    th_frame_reader reader;
    th_package package;
    uint32_t crc, want, have;                    /* of the package that comes */
    uint8_t ready;                               /* 1: the package runs */
    uint8_t last_kind, last_number, last_status; /* of the command before this one */
    uint8_t out[TH_FRAME_MOST + TH_FRAME_EXTRA];
} th_loader;

/* The members above `reader` are set, all else is 0.  Takes a byte of the line; answers a command that it completes. */
void th_loader_take(th_loader *l, uint8_t byte);

#endif
