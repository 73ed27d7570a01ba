/* As PDM.h of the package "Arduino Mbed OS Nano Boards". */
#ifndef PDM_H
#define PDM_H
#include <stddef.h>
struct PDMClass {
    int begin(int channels, int rate_hz);
    void end();
    int available();
    int read(void *to, size_t n);
    void onReceive(void (*fn)());
    void setGain(int gain);
};
extern PDMClass PDM;
#endif
