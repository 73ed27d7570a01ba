/* device/hal.h -- all that a program here wants of a board: a sensor, a light, a serial line and a clock.
 *
 *   emulated board   hal_emulator.c: the sensor is a file of the computer that is played back
 *   Arduino          arduino/board.cpp, and arduino/sensor_*.cpp for what measures
 *
 * Another board is another file with these six functions; nothing else knows pins, drivers or registers. */
#ifndef DEVICE_HAL_H
#define DEVICE_HAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Switches the sensor on.  rate_hz: measurements in a second (samples, rows, frames).  0, or negative: no answer. */
int32_t sensor_start(float rate_hz);

/* Waits for n bytes of the sensor, and says how many there were; fewer: it has come to its end (only one that is played
 * back does).  As the sensor gives them:
 *   microphone  16-bit samples, one channel         motion and others  rows of floats, one for each axis
 *   camera      rows of pixels from above, two bytes a pixel (RGB565, the high byte first), frame after frame */
int32_t sensor_read(void *to, uint32_t n);

void led_write(int32_t level); /* 0: dark, 255: as bright as it can */

/* What has come over the serial line, at most n bytes; 0: nothing yet; negative: the line is closed. */
int32_t serial_read(void *to, uint32_t n);
void serial_write(const void *from, uint32_t n);

uint32_t time_ms(void); /* since the start; begins again after 49 days */

#ifdef __cplusplus
}
#endif

#endif
