/* The firmware that takes models: packages come over the serial line (nn/loader.h), into the RAM that is free, and run.
 */
#include "board.h"
#include "hal.h"
#include "nn/loader.h"

#include DEVICE_SERIAL

extern uint8_t __free_start[], __ram_end[];
extern const th_kernel_set loader_kernels; /* model.c */

static th_loader loader;
static int32_t sensor_started;

/* Faults are for a debugger to see: the line is for answers. */
void device_say(const char *word, const uint32_t *value, int32_t n)
{
    (void)word;
    (void)value;
    (void)n;
}

int32_t serial_read(void *to, uint32_t n)
{
    uint8_t *p = to;
    uint32_t got = 0;
    int32_t byte;
    while (got < n && (byte = line_take()) >= 0) p[got++] = (uint8_t)byte;
    return (int32_t)got;
}

void serial_write(const void *from, uint32_t n)
{
    const uint8_t *p = from;
    while (n--) line_give(*p++);
}

static void device_send(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx;
    serial_write(bytes, (uint32_t)n);
}

static int32_t device_sense(void *ctx, void *to, uint32_t n)
{
    (void)ctx;
    if (!sensor_started && sensor_start(0)) return -1;
    sensor_started = 1;
    return sensor_read(to, n);
}

int main(void)
{
    uint8_t byte;
    device_clock_start();
    line_start();
    loader.memory = __free_start;
    loader.bytes = (uint32_t)(__ram_end - __free_start);
    loader.kernels = &loader_kernels;
    loader.send = device_send;
    loader.sensor = device_sense;
    for (;;)
        if (serial_read(&byte, 1) == 1) th_loader_take(&loader, byte);
}
