/* hal.h on the emulated board: the sensor is the host's file "in", played back; the light is a line of what the
 * firmware says, whenever it changes; time is that of the instruction clock. */
#include "board.h"
#include "hal.h"
#include "semihost.h"

#ifndef DEVICE_TICKS_PER_MS
#define DEVICE_TICKS_PER_MS 1000
#endif

static int32_t feed = -1;

int32_t sensor_start(float rate_hz)
{
    (void)rate_hz;
    feed = semi_open("in", 2, SEMI_OPEN_READ);
    return feed < 0 ? -1 : 0;
}

int32_t sensor_read(void *to, uint32_t n)
{
    return semi_read(feed, to, n);
}

void led_write(int32_t level)
{
    static uint32_t now;
    const uint32_t next = level < 0 ? 0u : level > 255 ? 255u : (uint32_t)level;
    if (next != now) device_say("led", &next, 1);
    now = next;
}

/* The clock is a counter of 32 bits: it is to be asked before it has come round. */
uint32_t time_ms(void)
{
    static uint32_t ms, before, rest;
    const uint32_t now = device_ticks();
    rest += (now - before) % DEVICE_TICKS_PER_MS;
    ms += (now - before) / DEVICE_TICKS_PER_MS + rest / DEVICE_TICKS_PER_MS;
    rest %= DEVICE_TICKS_PER_MS;
    before = now;
    return ms;
}
