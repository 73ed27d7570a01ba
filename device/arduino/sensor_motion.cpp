// sensor_read of hal.h: acceleration (3 axes), and with 6 axes the gyroscope after it, of a Nano 33 BLE Sense.
#include <Arduino.h>

#include <@NAME@.h>

#define REVISION 2  // of the board: 1 or 2. It stands on its underside; the first one says nothing.
#if REVISION == 1
#include <Arduino_LSM9DS1.h>  // Sketch > Include Library > Manage Libraries: Arduino_LSM9DS1
#else
#include <Arduino_BMI270_BMM150.h>  // .. Arduino_BMI270_BMM150
#endif

// The board says g and degrees a second. What the recordings were in that the model learned from is to be said here:
// 9.80665f for m/s2, as phones give it; 0.01745329f for radians a second.
static const float acceleration_unit = 1.0f, rotation_unit = 1.0f;

static uint32_t every_us, due_us;

int32_t sensor_start(float rate_hz) {
  every_us = (uint32_t)(1000000.0f / rate_hz);
  due_us = micros();
  return IMU.begin() ? 0 : -1;
}

// The newest measurement when its time has come. The chip measures 100 to 119 times a second.
static void read_row(float *row) {
  static float at[6];
  while ((int32_t)(micros() - due_us) < 0) yield();
  due_us += every_us;
  if (IMU.accelerationAvailable()) IMU.readAcceleration(at[0], at[1], at[2]);
  if (MODEL_AXES > 3 && IMU.gyroscopeAvailable()) IMU.readGyroscope(at[3], at[4], at[5]);
  for (int i = 0; i < MODEL_AXES; i++) row[i] = at[i % 6] * (i < 3 ? acceleration_unit : rotation_unit);
}

int32_t sensor_read(void *to, uint32_t n) {
  const uint32_t bytes = MODEL_AXES * sizeof(float);
  uint32_t got = 0;
  for (; got + bytes <= n; got += bytes) read_row((float *)((uint8_t *)to + got));
  return (int32_t)got;
}
