/* device/clock_none.h -- for boards without an emulator: nothing is counted. */
static inline void device_clock_start(void) {}

static inline uint32_t device_ticks(void)
{
    return 0;
}
