// sensor_read of hal.h: the PDM microphone of a Nano 33 BLE Sense (both revisions). PDM.h comes with the board's package.
#include <Arduino.h>
#include <PDM.h>

#include <@NAME@.h>

enum { RING = 4096, BLOCK = 256 };            // samples; RING: a power of two
static int16_t ring[RING];                    // filled by the microphone's interrupt
static volatile uint32_t filled = 0, used = 0;  // samples since the start

static void on_audio() {
  int16_t block[BLOCK];
  const int n = PDM.read(block, sizeof block) / 2;
  for (int i = 0; i < n; i++) ring[(filled + i) % RING] = block[i];
  filled += n;
}

int32_t sensor_start(float rate_hz) {
  PDM.onReceive(on_audio);
  return PDM.begin(1, (int)rate_hz) ? 0 : -1;
}

int32_t sensor_read(void *to, uint32_t n) {
  int16_t *sample = (int16_t *)to;
  for (uint32_t i = 0; i < n / 2; i++) {
    while (filled == used) yield();
    if (filled - used > RING - BLOCK) used = filled - RING / 2;  // too slow: the oldest sound is lost
    sample[i] = ring[used % RING];
    used++;
  }
  return (int32_t)(n / 2 * 2);
}
