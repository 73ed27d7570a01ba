/* app.c -- yours: what is to happen.  `thimble deploy --as firmware` writes this file once and keeps it as it is from
 * then on, also with a new model.  What the board can do for you stands in device/hal.h: led_write, serial_write,
 * time_ms. */
#include "app.h"

#include "hal.h"
#include "model.h"
#if MODEL_AUDIO
#include "model_audio.h"
#elif MODEL_SENSOR
#include "model_sensor.h"
#elif MODEL_CAMERA
#include "model_camera.h"
#endif

void app_start(void) {}

#if MODEL_AUDIO || MODEL_SENSOR || MODEL_CAMERA
/* "> yes" over the serial line. */
static void say(int32_t label)
{
    serial_write("> ", 2);
    for (const char *c = model_labels[label]; *c; c++) serial_write(c, 1);
    serial_write("\n", 1);
}
#else
static void say(int32_t label)
{
    (void)label;
}
#endif

/* Words: the first one switches the light on, and off when it was on; every other word switches it off.  What a sensor
 * feels or a camera sees: the light is dark while it is the first label. */
void app_detect(int32_t time_ms, int32_t label, int32_t score)
{
    static int32_t is_on;
    (void)time_ms;
    (void)score;
    is_on = MODEL_AUDIO ? !label && !is_on : label != 0;
    led_write(is_on ? 255 : 0);
    say(label);
}

void app_output(void) {}
