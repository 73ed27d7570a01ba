/* app.c -- yours: what is to happen.  `thimble deploy --as firmware` writes this file once and keeps it as it is from
 * then on, also with a new model.  What the board can do for you stands in device/hal.h: led_write, serial_write,
 * time_ms. */
#include "app.h"

#include "hal.h"

void app_start(void) {}

void app_detect(int32_t time_ms, int32_t label, int32_t score)
{
    (void)time_ms;
    (void)score;
    led_write(label ? 255 : 0);
}

void app_output(void) {}
