/* device/clock_stm32.h -- STM32 TIM2, 32 bits, not divided. Source: ST RM0090, "General-purpose timers". */
#define TIM_CR1 (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x00u))
#define TIM_CNT (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x24u))
#define TIM_ARR (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0x2Cu))

static inline void device_clock_start(void)
{
    TIM_ARR = 0xFFFFFFFFu;
    TIM_CR1 = 1;
}

static inline uint32_t device_ticks(void)
{
    return TIM_CNT;
}
