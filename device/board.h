/* device/board.h -- what the parts of the firmware know of each other. */
#ifndef DEVICE_BOARD_H
#define DEVICE_BOARD_H

#include <stdint.h>

/* The instruction clock, one file per kind: device_clock_start() and device_ticks(), a 32-bit count up that wraps.
 * The compiler gets the file's name and the address of the timer from the board's row (src/deploy/board.c). */
#include DEVICE_CLOCK

enum {
    DEVICE_EXIT_OK = 0,
    DEVICE_EXIT_BAD_WORDS = 2,
    DEVICE_EXIT_BAD_FILE = 3,
    DEVICE_EXIT_ENDLESS = 4, /* a loop in a network came to no end */
    DEVICE_EXIT_FAULT = 99
};

/* Where the linker script put things. */
extern uint32_t __stack_limit[], __stack_top[];

/* start.c: memory as C wants it, then main, then the end. `sp`: where the stack is now. */
void device_start(uint32_t *sp) __attribute__((noreturn));

/* Largest part of the stack that was in use since the start, in bytes (start.c paints it). */
uint32_t device_stack_used(void);

/* start.c: tells the host about a fault and stops. It may use the whole stack again: nothing goes back.
 *   sp  where the stack was; below __stack_limit it had overflowed, and pc is 0 */
void device_fault(uint32_t *sp, uint32_t pc, uint32_t cause) __attribute__((noreturn, used));

/* main.c: a line of a word and hexadecimal numbers, "fault 0000a5c0 ..." */
void device_say(const char *word, const uint32_t *value, int32_t n);

#endif
