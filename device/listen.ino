// Listens with the microphone of an Arduino Nano 33 BLE Sense and prints the words that it hears.
// Not tested on hardware.  Needs Arduino's board package "Arduino Mbed OS Nano Boards" (it has PDM.h).
#include <PDM.h>
extern "C" {
#include "model.h"
#include "model_audio.h"
}

static int16_t ring[4096];                    // filled by the microphone's interrupt
static volatile uint32_t filled = 0, used = 0; // samples since the start

static void on_audio() {
  int16_t block[256];
  int n = PDM.read(block, sizeof block) / 2;
  for (int i = 0; i < n; i++) ring[(filled + i) % 4096] = block[i];
  filled += n;
}

static void on_detect(void *, const th_detection *d) {
  Serial.print(d->time_ms);
  Serial.print(" ms: ");
  Serial.println(model_labels[d->label]);
}

void setup() {
  Serial.begin(115200);
  model_init();
  model_listen_start(0);
  PDM.onReceive(on_audio);
  if (!PDM.begin(1, MODEL_RATE_HZ)) Serial.println("the microphone did not start");
}

void loop() {
  int16_t block[256];
  uint32_t n = filled - used;
  if (n > 4096) used = filled - 2048;         // too slow: drop the oldest sound
  if (n > 256) n = 256;
  for (uint32_t i = 0; i < n; i++) block[i] = ring[(used + i) % 4096];
  used += n;
  if (n) model_listen(block, (int32_t)n, on_detect, 0, 0);
}
