/* device/clock_sse.h -- the system counter of Arm's Corstone SSE-300, by its control frame: CNTCR, CNTCV.
 * Source: Arm, "Corstone SSE-300 Example Subsystem Technical Reference Manual", "System counter". */
#define COUNTER_CONTROL (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0u))
#define COUNTER_LOW     (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 8u))

static inline void device_clock_start(void)
{
    COUNTER_CONTROL = 1;
}

static inline uint32_t device_ticks(void)
{
    return COUNTER_LOW;
}
