/* device/clock_cmsdk.h -- Arm CMSDK APB timer: counts down. Source: Arm DDI 0479, "APB timer". */
#define CMSDK_CONTROL (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 0u))
#define CMSDK_VALUE   (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 4u))
#define CMSDK_RELOAD  (*(volatile uint32_t *)(DEVICE_CLOCK_AT + 8u))

static inline void device_clock_start(void)
{
    CMSDK_RELOAD = 0xFFFFFFFFu;
    CMSDK_VALUE = 0xFFFFFFFFu;
    CMSDK_CONTROL = 1;
}

static inline uint32_t device_ticks(void)
{
    return 0u - CMSDK_VALUE;
}
