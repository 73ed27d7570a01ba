// hal.h on an Arduino, but for the sensor: light, serial line and clock. It uses only what every core has.
#include <Arduino.h>

#include "hal.h"

void led_write(int32_t level) {
  static bool ready;
  if (!ready) pinMode(LED_BUILTIN, OUTPUT);
  ready = true;
  analogWrite(LED_BUILTIN, level < 0 ? 0 : level > 255 ? 255 : (int)level);
}

int32_t serial_read(void *to, uint32_t n) {
  uint8_t *byte = (uint8_t *)to;
  uint32_t got = 0;
  while (got < n && Serial.available() > 0) byte[got++] = (uint8_t)Serial.read();
  return (int32_t)got;
}

void serial_write(const void *from, uint32_t n) {
  Serial.write((const uint8_t *)from, n);
}

uint32_t time_ms(void) {
  return millis();
}
