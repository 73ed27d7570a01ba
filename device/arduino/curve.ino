// @NAME@: one number in, one number out. x goes from 0 to 2 pi and back to 0; the light is as bright as the answer, and
// the serial line says x, the answer, and both as the network's own numbers.
// This file is yours: File > Save As .. takes it along.
#include <@NAME@.h>

static float x = 0;

void setup() {
  Serial.begin(115200);
  model_init();
}

void loop() {
  const @IN@ in = @QUANTIZE@;
  memcpy(model_input(0), &in, sizeof in);
  if (model_invoke()) return;
  @OUT@ out;
  memcpy(&out, model_output(0), sizeof out);
  const float y = @DEQUANTIZE@;
  led_write((int32_t)((y + 1) * 127));
  Serial.print(x, 4);
  Serial.print('\t');
  Serial.print(y, 4);
  Serial.print('\t');
  Serial.print(in);
  Serial.print('\t');
  Serial.println(out);
  x += 0.1f;
  if (x > 6.2832f) x = 0;
  delay(20);
}
