/* deploy/board.h -- the boards, one table: memory, compiler flags, emulator, and what an
 * instruction costs. */
#ifndef TH_DEPLOY_BOARD_H
#define TH_DEPLOY_BOARD_H

#include "base/why.h"
#include "nn/fast.h"

#include <stdint.h>

#define TH_BOARD_DEFAULT "nano33ble"

typedef struct th_board {
    const char *name, *title; /* "nano33ble", "Arduino Nano 33 BLE Sense" */
    const char *core;         /* "Cortex-M4F" */
    th_isa isa;               /* whose kernels run on it */
    int32_t clock_hz;
    uint32_t flash_at, flash_bytes, ram_at, ram_bytes; /* of the chip */
    uint32_t stack_bytes;                              /* reserved for the stack at least */
    const char *compiler;                              /* "arm-none-eabi-gcc"; its tools have the same prefix */
    const char *objcopy;
    const char *const *cpu_flags; /* NULL-terminated */
    const char *emulator;         /* program */
    const char *machine;          /* its machine with the same core and memory map */
    uint32_t timer_at;            /* instruction clock of that machine (device/board.h) */
    int32_t instr_per_tick;
    int32_t cycles_per_100_instr; /* estimate, for latency and duty cycle */
    const char *cycles_source;    /* where the estimate comes from */
} th_board;

/* TH_EUSAGE when there is no such board; the text lists the ones that exist. NULL: the default. */
TH_NODISCARD th_err th_board_find(const char *name, const th_board **board, th_why *why);
const th_board *th_board_all(size_t *n);

/* Milliseconds that so many instructions take on the board: an estimate. */
double th_board_ms(const th_board *board, double instructions);

#endif
