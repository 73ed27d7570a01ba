// sensor_read of hal.h: the OV7675 (or OV7670) on the shield of the Tiny Machine Learning Kit.
#include <Arduino.h>
#include <Arduino_OV767X.h>  // Sketch > Include Library > Manage Libraries: Arduino_OV767X

#include <@NAME@.h>

#include <string.h>

static uint8_t frame[MODEL_FRAME_ROWS * MODEL_ROW_BYTES];  // the library reads a frame at once
static uint32_t used = sizeof frame;

int32_t sensor_start(float rate_hz) {
  return Camera.begin(QQVGA, RGB565, rate_hz < 5 ? 1 : 5) ? 0 : -1;
}

int32_t sensor_read(void *to, uint32_t n) {
  if (used == sizeof frame) {
    Camera.readFrame(frame);
    used = 0;
  }
  if (n > sizeof frame - used) n = sizeof frame - used;
  memcpy(to, frame + used, n);
  used += n;
  return (int32_t)n;
}
