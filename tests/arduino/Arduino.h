/* tests/arduino/Arduino.h -- a stand-in of an Arduino core: what our sketches and board files use of it, with the same
 * names and types. Compiled for a Cortex-M4 it shows that all of it fits together; core.cpp makes it run here. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OUTPUT                  1
#define LED_BUILTIN             13
#define A0                      14
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))

struct SerialLine {
    void begin(unsigned long baud);
    int available();
    int read();
    size_t write(const uint8_t *bytes, size_t n);
    size_t print(const char *text);
    size_t print(char c);
    size_t print(int v);
    size_t print(unsigned v);
    size_t print(long v);
    size_t print(unsigned long v);
    size_t print(double v, int digits = 2);
    template <class T> size_t println(T v) { return print(v) + print('\n'); }
    operator bool() { return true; }
};
extern SerialLine Serial;

unsigned long millis();
unsigned long micros();
void delay(unsigned long ms);
void yield();
void pinMode(int pin, int mode);
int analogRead(int pin);
void analogWrite(int pin, int level);
void setup();
void loop();

#endif
