/* The network as a WebAssembly module: what model.mjs calls beside the functions of model.h. Sound, rows or a camera's
 * pixels go to web_feed(), then web_push() takes them in; what was heard, felt or seen meanwhile stands in
 * web_events(): time (ms; of a camera the number of the frame), label, 256 times its score. */
#include "model.h"
#if MODEL_AUDIO
#include "model_audio.h"
#elif MODEL_SENSOR
#include "model_sensor.h"
#elif MODEL_CAMERA
#include "model_camera.h"
#endif

enum { EVENT_NUMBERS = 3, MOST_EVENTS = 64 };
static int32_t events[MOST_EVENTS * EVENT_NUMBERS], n_events;

int32_t web_start(void);
void *web_feed(void);
int32_t web_push(int32_t n);
const int32_t *web_events(void);

const int32_t *web_events(void)
{
    return events;
}

#if MODEL_AUDIO || MODEL_SENSOR || MODEL_CAMERA
static void add_event(int32_t time, int32_t label, int32_t score)
{
    int32_t *e = events + EVENT_NUMBERS * (n_events < MOST_EVENTS ? n_events : MOST_EVENTS - 1);
    e[0] = time;
    e[1] = label;
    e[2] = score;
    if (n_events < MOST_EVENTS) n_events++;
}
#endif

#if MODEL_AUDIO
static int16_t feed[4096];

static void on_detect(void *ctx, const th_detection *d)
{
    (void)ctx;
    add_event(d->time_ms, d->label, d->score);
}

int32_t web_start(void)
{
    return model_init() || model_listen_start(0);
}

/* n samples, at most 4096; how many words were heard in them. */
int32_t web_push(int32_t n)
{
    n_events = 0;
    model_listen(feed, n, on_detect, 0, 0);
    return n_events;
}
#elif MODEL_SENSOR
static float feed[MODEL_AXES];

int32_t web_start(void)
{
    return model_init() || model_watch_start(0);
}

/* One row. */
int32_t web_push(int32_t n)
{
    th_sighting seen;
    int changed;
    (void)n;
    n_events = 0;
    if (model_watch(feed, &seen, &changed) && changed) add_event(seen.time_ms, seen.state, seen.score);
    return n_events;
}
#elif MODEL_CAMERA
static uint8_t feed[MODEL_FRAME_ROWS * MODEL_ROW_BYTES];
static int32_t n_frames;

int32_t web_start(void)
{
    n_frames = 0;
    return model_init();
}

/* One frame. */
int32_t web_push(int32_t n)
{
    int32_t label, score, y = 0;
    (void)n;
    n_events = 0;
    if (model_camera_start()) return -1;
    while (y < MODEL_FRAME_ROWS && !model_camera_row(feed + y * MODEL_ROW_BYTES)) y++;
    if (model_camera_answer(&label, &score)) return -1;
    add_event(n_frames++, label, score);
    return n_events;
}
#else
static uint8_t feed[1];

int32_t web_start(void)
{
    return model_init();
}

int32_t web_push(int32_t n)
{
    (void)n;
    return 0;
}
#endif

void *web_feed(void)
{
    return feed;
}
