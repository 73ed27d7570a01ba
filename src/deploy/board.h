/* deploy/board.h -- the boards, one table: memory, compiler flags, emulator, and what an instruction costs.
 *
 * A new board is a row in board.c. Only a new kind of instruction clock needs a file (device/clock_*.h), and a new
 * kind of processor its start-up code (device/cortexm.c, device/riscv.c). */
#ifndef TH_DEPLOY_BOARD_H
#define TH_DEPLOY_BOARD_H

#include "base/why.h"
#include "nn/fast.h"

#include <stdbool.h>
#include <stdint.h>

#define TH_BOARD_DEFAULT "nano33ble"

/* A kind of processor: how to compile for it, and how many cycles its instructions take. */
typedef struct th_core {
    const char *name; /* "Cortex-M4F" */
    th_isa isa;       /* whose kernels run on it */
    const char *compiler, *objcopy;
    const char *const *flags;     /* NULL-terminated */
    uint32_t library_frame;       /* most stack that a function of libgcc takes for this processor, bytes */
    int32_t cycles_per_100_instr; /* an estimate */
    int32_t cycles_error_percent; /* of the published results that it was held against; 0: it was not */
    const char *cycles_source;
} th_core;

typedef struct th_board {
    const char *name, *title; /* "nano33ble", "Arduino Nano 33 BLE Sense" */
    const char *chip;         /* "nRF52840" */
    const th_core *core;
    th_isa isa; /* the core's: plans are made for it */
    int32_t clock_hz;
    uint32_t flash_at, flash_bytes, ram_at, ram_bytes; /* of the chip */
    const char *emulator;                              /* program; NULL: there is none for this board */
    const char *emulator_package;                      /* Debian's name of what has it */
    const char *const *emulator_options;               /* its machine with the same core and memory map */
    /* The instruction clock: a timer of that machine. Under `-icount shift=0` an instruction takes a nanosecond. */
    const char *clock; /* file in device/ */
    uint32_t clock_at;
    int32_t clock_instr, clock_ticks; /* so many instructions are so many ticks */
    const char *serial;               /* the serial line of that machine: a file in device/loader/, or NULL */
    uint32_t serial_at;
    int32_t pj_per_cycle; /* energy, 10^-12 joule; 0: no figure is known */
    const char *energy_source;
} th_board;

/* TH_EUSAGE when there is no such board; the text lists the ones that exist. NULL: the default. */
TH_NODISCARD th_err th_board_find(const char *name, const th_board **board, th_why *why);
const th_board *th_board_all(size_t *n);

/* Instructions that so many multiply-accumulates of int8 take, as those of the presets do: an estimate. */
double th_board_instructions(const th_board *board, double macs);

/* Milliseconds and millijoule that so many instructions take on the board: estimates. 0 where no figure is known. */
double th_board_ms(const th_board *board, double instructions);
double th_board_mj(const th_board *board, double instructions);

#endif
