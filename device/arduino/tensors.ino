// @NAME@: runs the network on zeros, and says the first numbers of what comes out as bytes. Your data go into `fill`.
// This file is yours: File > Save As .. takes it along.
#include <@NAME@.h>

// n bytes of input number i: as model.h says which type and scale it has.
static void fill(int i, void *to, uint32_t n) {
  (void)i;
  memset(to, 0, n);
}

void setup() {
  Serial.begin(115200);
  if (model_init()) Serial.println("the model does not run here");
}

void loop() {
  for (int i = 0; i < MODEL_INPUTS; i++) fill(i, model_input(i), model_input_bytes[i]);
  const unsigned long from = micros();
  const int bad = model_invoke();
  const unsigned long us = micros() - from;
  const uint8_t *out = (const uint8_t *)model_output(0);
  for (uint32_t i = 0; i < model_output_bytes[0] && i < 16 && !bad; i++) {
    Serial.print(out[i]);
    Serial.print(' ');
  }
  Serial.print(us);
  Serial.println(" us");
  delay(1000);
}
