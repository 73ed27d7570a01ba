#include "together.h"

#include "board.h"
#include "cost.h"
#include "model.h"
#include "semihost.h"

#if MODEL_TOGETHER
#include "model_together.h"
#if MODEL1_AUDIO
#include "model1_audio.h"
#elif MODEL1_SENSOR
#include "model1_sensor.h"
#else
#include "model1_camera.h"
#endif
#if MODEL2_AUDIO
#include "model2_audio.h"
#elif MODEL2_SENSOR
#include "model2_sensor.h"
#else
#include "model2_camera.h"
#endif

#include <string.h>

enum { FIRST, SECOND, MODELS };

static uint32_t frame[MODELS][COST_NUMBERS], inference[MODELS][COST_NUMBERS];
static uint32_t inference_ticks; /* since the last frame_ends */
static int32_t out_file, in_file[MODELS];
static int32_t status;                        /* DEVICE_EXIT_OK so far */
static int32_t since_ms;                      /* when the first model began anew */
static int32_t any;                           /* the first model has just said .. */
static int32_t time_ms, say_label, say_score; /* .. this */

static void fail(int32_t code)
{
    if (status == DEVICE_EXIT_OK) status = code;
}

static void frame_ends(int model, uint32_t from)
{
    cost_add(frame[model], device_ticks() - from - inference_ticks);
}

static void inference_ends(int model, uint32_t from)
{
    const uint32_t ticks = device_ticks() - from;
    cost_add(inference[model], ticks);
    inference_ticks += ticks;
}

static void write_out(const void *scores, uint32_t n)
{
    if (semi_write(out_file, scores, n) != (int32_t)n) fail(DEVICE_EXIT_BAD_FILE);
}

static void say3(const char *word, int32_t a, int32_t b, int32_t c)
{
    const uint32_t value[3] = {(uint32_t)a, (uint32_t)b, (uint32_t)c};
    device_say(word, value, 3);
}

/* The next n bytes of the second model's feed, which begins again at its end. */
static void second_bytes(void *to, uint32_t n)
{
    uint8_t *at = to;
    int32_t empty = 0;
    while (n && empty < 2 && !status) {
        const int32_t got = semi_read(in_file[SECOND], at, n);
        if (got > 0) {
            at += got;
            n -= (uint32_t)got;
            empty = 0;
        } else {
            empty++;
            if (semi_rewind(in_file[SECOND])) fail(DEVICE_EXIT_BAD_FILE);
        }
    }
    if (n) fail(DEVICE_EXIT_BAD_FILE);
}

/* ---- the first model ---- */

#if !MODEL1_CAMERA
/* The network of a loop that calls us: scores, or features in and numbers out. */
static void first_network(const void *in, void *out)
{
    const uint32_t from = device_ticks();
    (void)model1_init(); /* every window stands alone, as in training */
    memcpy(model1_input(0), in, MODEL1_INPUT0_BYTES);
    if (model1_invoke()) fail(DEVICE_EXIT_ENDLESS);
    memcpy(out, model1_output(0), MODEL1_OUTPUT0_BYTES);
    inference_ends(FIRST, from);
}
#endif

#if MODEL1_AUDIO
static int16_t block1[MODEL1_HOP_SAMPLES]; /* at most one frame, one inference, one detection */
static int8_t scores1[MODEL1_LABELS];
static int32_t have_scores;

static void device_classify(void *ctx, const int8_t *features, int8_t *scores)
{
    (void)ctx;
    first_network(features, scores);
}

static void device_on_detect(void *ctx, const th_detection *d)
{
    (void)ctx;
    any = 1;
    time_ms = th_time_add(d->time_ms, since_ms);
    say_label = d->label;
    say_score = d->score;
}

static void device_on_scores(void *ctx, int32_t t, const int8_t *scores)
{
    (void)ctx;
    (void)t;
    memcpy(scores1, scores, sizeof scores1);
    have_scores = 1;
}

static void first_start(void)
{
    if (model1_listen_start(device_classify)) fail(DEVICE_EXIT_BAD_WORDS);
}

static int32_t first_take(void)
{
    const int32_t n = semi_read(in_file[FIRST], block1, sizeof block1) / 2;
    const int64_t frames = model1_listener.n_done;
    if (n <= 0) return 0;
    th_wake_pass(&model_wake, n);
    have_scores = 0;
    inference_ticks = 0;
    const uint32_t from = device_ticks();
    model1_listen(block1, n, device_on_detect, device_on_scores, 0);
    if (model1_listener.n_done != frames) frame_ends(FIRST, from);
    if (have_scores) write_out(scores1, sizeof scores1);
    return 1;
}
#elif MODEL1_SENSOR
static void device_network(void *ctx, const void *in, void *out)
{
    (void)ctx;
    first_network(in, out);
}

/* What was seen before the look is nothing new behind it. */
static void first_start(void)
{
    if (model_wake.units)
        th_window_gap(&model1_watcher.window);
    else if (model1_watch_start(device_network))
        fail(DEVICE_EXIT_BAD_WORDS);
}

static int32_t first_take(void)
{
    float row[MODEL1_AXES];
    th_sighting seen;
    int changed;
    if (semi_read(in_file[FIRST], row, sizeof row) != (int32_t)sizeof row) return 0;
    th_wake_pass(&model_wake, 1);
    inference_ticks = 0;
    const uint32_t from = device_ticks();
    if (!model1_watch(row, &seen, &changed)) return 1;
    frame_ends(FIRST, from);
    write_out(model1_watcher.out, MODEL1_OUTPUT0_BYTES);
    if (!changed) return 1;
    any = 1;
    time_ms = th_wake_ms(&model_wake);
    say_label = seen.state;
    say_score = seen.score;
    return 1;
}
#else
static uint8_t line1[MODEL1_ROW_BYTES];
static int32_t state1;

static void first_start(void)
{
    if (!model_wake.units) state1 = -1;
}

static int32_t first_take(void)
{
    uint32_t from = device_ticks();
    if (model1_camera_start()) fail(DEVICE_EXIT_BAD_WORDS);
    uint32_t ticks = device_ticks() - from;
    for (int32_t y = 0; y < MODEL1_FRAME_ROWS; y++) {
        if (semi_read(in_file[FIRST], line1, sizeof line1) != (int32_t)sizeof line1) return 0;
        from = device_ticks();
        (void)model1_camera_row(line1);
        ticks += device_ticks() - from;
    }
    cost_add(frame[FIRST], ticks);
    th_wake_pass(&model_wake, 1);
    from = device_ticks();
    if (model1_camera_answer(&say_label, &say_score)) fail(DEVICE_EXIT_ENDLESS);
    inference_ends(FIRST, from);
    write_out(model1_output(0), MODEL1_LABELS);
    any = say_label != state1;
    state1 = say_label;
    time_ms = th_wake_ms(&model_wake);
    return 1;
}
#endif

/* Units of the first model's feed that pass while the second looks. */
static void first_skip(void)
{
#if MODEL1_AUDIO
    uint8_t *to = (uint8_t *)block1;
    const uint32_t most = sizeof block1, unit = sizeof block1[0];
#elif MODEL1_SENSOR
    float row[MODEL1_AXES];
    uint8_t *to = (uint8_t *)row;
    const uint32_t most = sizeof row, unit = sizeof row;
#else
    uint8_t *to = line1;
    const uint32_t most = sizeof line1, unit = sizeof line1 * MODEL1_FRAME_ROWS;
#endif
    for (uint32_t left = unit * (uint32_t)model_wake.cfg.skip; left;) {
        const uint32_t n = left < most ? left : most;
        if (semi_read(in_file[FIRST], to, n) != (int32_t)n) return;
        left -= n;
    }
}

/* ---- the second model ---- */

#if !MODEL2_CAMERA
static void second_network(const void *in, void *out)
{
    const uint32_t from = device_ticks();
    (void)model2_init();
    memcpy(model2_input(0), in, MODEL2_INPUT0_BYTES);
    if (model2_invoke()) fail(DEVICE_EXIT_ENDLESS);
    memcpy(out, model2_output(0), MODEL2_OUTPUT0_BYTES);
    inference_ends(SECOND, from);
}
#endif

#if MODEL2_AUDIO
static int16_t block2[MODEL2_HOP_SAMPLES];
static int8_t scores2[MODEL2_LABELS];
static int32_t scores_seen;

static void device_second_classify(void *ctx, const int8_t *features, int8_t *scores)
{
    (void)ctx;
    second_network(features, scores);
}

static void device_second_detect(void *ctx, const th_detection *d)
{
    (void)ctx;
    (void)d;
}

static void device_second_scores(void *ctx, int32_t t, const int8_t *scores)
{
    (void)ctx;
    (void)t;
    if (!scores_seen++) memcpy(scores2, scores, sizeof scores2);
}

static void second_start(void) {}

/* A clip from silence. */
static void second_answer(int32_t *label, int32_t *score)
{
    scores_seen = 0;
    if (model2_listen_start(device_second_classify)) fail(DEVICE_EXIT_BAD_WORDS);
    for (int32_t left = MODEL2_CLIP_SAMPLES; left > 0 && !status; left -= MODEL2_HOP_SAMPLES) {
        const int32_t n = left < MODEL2_HOP_SAMPLES ? left : MODEL2_HOP_SAMPLES;
        const int64_t frames = model2_listener.n_done;
        second_bytes(block2, 2u * (uint32_t)n);
        inference_ticks = 0;
        const uint32_t from = device_ticks();
        model2_listen(block2, n, device_second_detect, device_second_scores, 0);
        if (model2_listener.n_done != frames) frame_ends(SECOND, from);
    }
    write_out(scores2, sizeof scores2);
    *label = th_camera_best(scores2, MODEL2_LABELS, -128, 65536, score);
}
#elif MODEL2_SENSOR
static void device_second_network(void *ctx, const void *in, void *out)
{
    (void)ctx;
    second_network(in, out);
}

static void second_start(void)
{
    if (model2_watch_start(device_second_network)) fail(DEVICE_EXIT_BAD_WORDS);
}

/* The next whole window. */
static void second_answer(int32_t *label, int32_t *score)
{
    float row[MODEL2_AXES];
    th_sighting seen = {0, -1, 0};
    int changed, full = 0;
    while (!full && !status) {
        second_bytes(row, sizeof row);
        inference_ticks = 0;
        const uint32_t from = device_ticks();
        full = model2_watch(row, &seen, &changed);
        if (full) frame_ends(SECOND, from);
    }
    write_out(model2_watcher.out, MODEL2_OUTPUT0_BYTES);
    *label = seen.state;
    *score = seen.score;
}
#else
static uint8_t line2[MODEL2_ROW_BYTES];

static void second_start(void) {}

static void second_answer(int32_t *label, int32_t *score)
{
    uint32_t from = device_ticks();
    if (model2_camera_start()) fail(DEVICE_EXIT_BAD_WORDS);
    uint32_t ticks = device_ticks() - from;
    for (int32_t y = 0; y < MODEL2_FRAME_ROWS; y++) {
        second_bytes(line2, sizeof line2);
        from = device_ticks();
        (void)model2_camera_row(line2);
        ticks += device_ticks() - from;
    }
    cost_add(frame[SECOND], ticks);
    from = device_ticks();
    if (model2_camera_answer(label, score)) fail(DEVICE_EXIT_ENDLESS);
    inference_ends(SECOND, from);
    write_out(model2_output(0), MODEL2_LABELS);
}
#endif

static void look(void)
{
    const int32_t began = time_ms;
    int32_t label, score;
    second_start();
    do second_answer(&label, &score);
    while (!th_wake_answer(&model_wake, label, score) && !status);
    say3("answer", began, model_wake.label, model_wake.score);
    first_skip();
    since_ms = th_wake_ms(&model_wake);
    first_start();
}

int32_t device_together(int32_t in, int32_t out)
{
    in_file[FIRST] = in;
    in_file[SECOND] = semi_open("in2", 3, SEMI_OPEN_READ);
    out_file = out;
    if (in_file[SECOND] < 0) return DEVICE_EXIT_BAD_FILE;
    th_wake_start(&model_wake);
    first_start();
    while (!status && first_take()) {
        if (!any) continue;
        any = 0;
        say3("detect", time_ms, say_label, say_score);
        if (th_wake_by(&model_wake, say_label)) look();
    }
    return status;
}

void device_together_costs(void)
{
    if (!frame[FIRST][COST_COUNT]) return; /* another mode */
    device_say("frame", frame[FIRST], COST_NUMBERS);
    device_say("inference", inference[FIRST], COST_NUMBERS);
    device_say("frame2", frame[SECOND], COST_NUMBERS);
    device_say("inference2", inference[SECOND], COST_NUMBERS);
}
#endif
