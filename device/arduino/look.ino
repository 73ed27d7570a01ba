// @NAME@: says what its camera sees, over the serial line and with the light.
// This file is yours: File > Save As .. takes it along. What the board does for it stands in sensor.cpp and hal.h.
#include <@NAME@.h>

void setup() {
  Serial.begin(115200);
  model_init();
  if (sensor_start(1)) Serial.println("the camera does not answer");
}

void loop() {
  static uint8_t line[MODEL_ROW_BYTES];
  int32_t label, score;
  model_camera_start();
  for (int y = 0; y < MODEL_FRAME_ROWS; y++) {
    sensor_read(line, sizeof line);
    model_camera_row(line);
  }
  if (model_camera_answer(&label, &score)) return;
  led_write(label ? 255 : 0);
  Serial.print(model_labels[label]);
  Serial.print(' ');
  Serial.println(score / 256.0);
}
