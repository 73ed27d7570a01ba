// sensor_read of hal.h: one analog pin for each axis, A0, A1 and so on, in the order of the model's columns.
#include <Arduino.h>

#include <@NAME@.h>

// What the pin's number becomes: the same unit as in the recordings that the model learned from.
static float value_of(int axis, int reading) {
  (void)axis;
  return (float)reading;
}

static uint32_t every_us, due_us;

int32_t sensor_start(float rate_hz) {
  every_us = (uint32_t)(1000000.0f / rate_hz);
  due_us = micros();
  return 0;
}

int32_t sensor_read(void *to, uint32_t n) {
  const uint32_t bytes = MODEL_AXES * sizeof(float);
  uint32_t got = 0;
  for (; got + bytes <= n; got += bytes) {
    float *row = (float *)((uint8_t *)to + got);
    while ((int32_t)(micros() - due_us) < 0) yield();
    due_us += every_us;
    for (int i = 0; i < MODEL_AXES; i++) row[i] = value_of(i, analogRead(A0 + i));
  }
  return (int32_t)got;
}
