/* device/clock_nrf51.h -- nRF51 TIMER0, 32 bits at 16 MHz. Source: Nordic nRF51 Series Reference Manual, "TIMER". */
#define TIMER_START     (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x000u))
#define TIMER_CAPTURE0  (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x040u))
#define TIMER_BITMODE   (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x508u))
#define TIMER_PRESCALER (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x510u))
#define TIMER_CC0       (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x540u))

static inline void device_clock_start(void)
{
    TIMER_BITMODE = 3; /* 32 bits */
    TIMER_PRESCALER = 0;
    TIMER_START = 1;
}

static inline uint32_t device_ticks(void)
{
    TIMER_CAPTURE0 = 1;
    return TIMER_CC0;
}
