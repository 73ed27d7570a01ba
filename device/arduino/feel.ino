// @NAME@: says what its sensor feels, when that changes, over the serial line and with the light.
// This file is yours: File > Save As .. takes it along. What the board does for it stands in sensor.cpp and hal.h.
#include <@NAME@.h>

void setup() {
  Serial.begin(115200);
  model_init();
  model_watch_start(0);
  if (sensor_start(@RATE@)) Serial.println("the sensor does not answer");
}

void loop() {
  float row[MODEL_AXES];
  th_sighting seen;
  int changed;
  sensor_read(row, sizeof row);
  if (!model_watch(row, &seen, &changed) || !changed) return;
  led_write(seen.state ? 255 : 0);
  Serial.print((long)seen.time_ms);
  Serial.print(" ms: ");
  Serial.print(model_labels[seen.state]);
  Serial.print(' ');
  Serial.println(seen.score / 256.0);
}
