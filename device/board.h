/* device/board.h -- what the firmware's loop needs of a board. */
#ifndef DEVICE_BOARD_H
#define DEVICE_BOARD_H

#include <stdint.h>

enum { DEVICE_EXIT_OK = 0, DEVICE_EXIT_ENDLESS = 4, DEVICE_EXIT_FAULT = 99 };

/* Largest part of the stack that was in use since the start, in bytes (start.c paints it). */
uint32_t device_stack_used(void);

/* The loop's way to say that a fault happened; called on a stack of its own (main.c). */
void device_report_fault(uint32_t pc, uint32_t lr, uint32_t cfsr, int overflow);

/* The instruction clock: a CMSDK timer that counts down at 25 MHz.  Under `-icount shift=0` an
 * instruction takes 1 ns, so a tick is 40 instructions. */
#define DEVICE_TIMER_CONTROL (*(volatile uint32_t *)(TH_TIMER_AT + 0u))
#define DEVICE_TIMER_VALUE   (*(volatile uint32_t *)(TH_TIMER_AT + 4u))
#define DEVICE_TIMER_RELOAD  (*(volatile uint32_t *)(TH_TIMER_AT + 8u))

static inline void device_timer_start(void)
{
    DEVICE_TIMER_RELOAD = 0xFFFFFFFFu;
    DEVICE_TIMER_VALUE = 0xFFFFFFFFu;
    DEVICE_TIMER_CONTROL = 1;
}

static inline uint32_t device_ticks(void)
{
    return 0u - DEVICE_TIMER_VALUE;
}

#endif
