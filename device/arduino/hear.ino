// @NAME@: says which words it hears, over the serial line and with the light.
// This file is yours: File > Save As .. takes it along. What the board does for it stands in sensor.cpp and hal.h.
#include <@NAME@.h>

static void heard(void *, const th_detection *d) {
  led_write(255);
  Serial.print((long)d->time_ms);
  Serial.print(" ms: ");
  Serial.print(model_labels[d->label]);
  Serial.print(' ');
  Serial.println(d->score / 256.0);
}

void setup() {
  Serial.begin(115200);
  model_init();
  model_listen_start(0);
  if (sensor_start(MODEL_RATE_HZ)) Serial.println("the microphone does not answer");
}

void loop() {
  static int16_t sound[256];
  const int32_t n = sensor_read(sound, sizeof sound) / 2;
  led_write(0);
  model_listen(sound, n, heard, 0, 0);
}
