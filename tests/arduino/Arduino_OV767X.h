/* As Arduino_OV767X.h. */
#ifndef ARDUINO_OV767X_H
#define ARDUINO_OV767X_H
enum { VGA, CIF, QVGA, QCIF, QQVGA };
enum { YUV422, RGB444, RGB565 };
struct OV767X {
    int begin(int resolution, int format, int fps);
    void readFrame(void *to);
};
extern OV767X Camera;
#endif
