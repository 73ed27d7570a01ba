/* The stand-in of a core, running here: sensors play back the file "feed" and end the program with it; what the sketch
 * prints goes to stdout. */
#include "Arduino.h"
#include "Arduino_OV767X.h"
#include "PDM.h"
#include "motion.h"

#include <stdio.h>
#include <stdlib.h>

SerialLine Serial;
PDMClass PDM;
MotionSensor IMU;
OV767X Camera;

static FILE *feed;
static void (*on_sound)();
static unsigned long now_us;

static void take(void *to, size_t n)
{
    if (fread(to, 1, n, feed) != n) exit(0);
}

void SerialLine::begin(unsigned long) {}
int SerialLine::available() { return 0; }
int SerialLine::read() { return -1; }
size_t SerialLine::write(const uint8_t *bytes, size_t n) { return fwrite(bytes, 1, n, stdout); }
size_t SerialLine::print(const char *text) { return (size_t)printf("%s", text); }
size_t SerialLine::print(char c) { return (size_t)printf("%c", c); }
size_t SerialLine::print(int v) { return (size_t)printf("%d", v); }
size_t SerialLine::print(unsigned v) { return (size_t)printf("%u", v); }
size_t SerialLine::print(long v) { return (size_t)printf("%ld", v); }
size_t SerialLine::print(unsigned long v) { return (size_t)printf("%lu", v); }
size_t SerialLine::print(double v, int digits) { return (size_t)printf("%.*f", digits, v); }

unsigned long millis() { return now_us / 1000; }
unsigned long micros() { return now_us += 500; } /* so whoever waits for a time gets there */
void delay(unsigned long ms) { now_us += 1000 * ms; }
void pinMode(int, int) {}
void analogWrite(int, int) {}

int analogRead(int)
{
    float v;
    take(&v, sizeof v);
    return (int)v;
}

/* The microphone's interrupt comes while the sketch waits. */
void yield()
{
    if (on_sound) on_sound();
}

int PDMClass::begin(int channels, int) { return channels == 1; }
void PDMClass::onReceive(void (*fn)()) { on_sound = fn; }
int PDMClass::read(void *to, size_t n)
{
    take(to, n);
    return (int)n;
}

int MotionSensor::begin() { return 1; }
int MotionSensor::accelerationAvailable() { return 1; }
int MotionSensor::gyroscopeAvailable() { return 1; }
int MotionSensor::readAcceleration(float &x, float &y, float &z)
{
    float v[3];
    take(v, sizeof v);
    x = v[0], y = v[1], z = v[2];
    return 1;
}
int MotionSensor::readGyroscope(float &x, float &y, float &z) { return readAcceleration(x, y, z); }

int OV767X::begin(int resolution, int format, int) { return resolution == QQVGA && format == RGB565; }
void OV767X::readFrame(void *to) { take(to, 160 * 120 * 2); }

int main()
{
    feed = fopen("feed", "rb");
    setup();
    for (int i = 0; feed || i < 200; i++) loop(); /* a sketch without a sensor has no end by itself */
    return 0;
}
