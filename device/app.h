/* device/app.h -- what the firmware's loop (main.c) tells the program that is yours, app.c. */
#ifndef DEVICE_APP_H
#define DEVICE_APP_H

#include <stdint.h>

void app_start(void); /* once, before anything else */

/* Something was heard, felt or seen: model_labels[label], score / 256 sure; time_ms since the start (of a camera: the
 * number of the frame). */
void app_detect(int32_t time_ms, int32_t label, int32_t score);

/* A network without a sensor in front of it has run: model_output(0). */
void app_output(void);

#endif
