/* The firmware's loop on the emulated board. Its command line is one letter; sound or tensors come from the host's
 * file "in", scores or tensors go to "out":
 *
 *   s  stream: 16-bit samples; a line for each detection, the scores of every inference to "out"
 *   c  clips: windows of MODEL_CLIP_SAMPLES samples; the scores of each
 *   w  watch: rows of MODEL_AXES float32; the network's answer to each window; a line when what is seen changes
 *   p  pictures: a camera's frames, MODEL_FRAME_ROWS rows of MODEL_ROW_BYTES; the scores of each; a line when the label
 *      changes, with the number of the frame where others have the time
 *   t  together: a model wakes another one (together.h)
 *   g  gate: a small network lets windows through to a large one (gate.h)
 *   e  examples: input tensors, one set after the other; the output tensors of each, which stands alone: what the
 *      network remembers is forgotten in between
 *   r  raw: the same with the state going on; of several models
 *      (MODEL_CASCADE) those of all, in the order of a round in which each one wakes the next
 *
 * A second letter l, live: behind every inference of s, w and p a line "ran" with the time (p: number of the frame),
 * and the ticks that the features in front of it and the network took.
 *
 * What it says are lines of a word and hexadecimal numbers, so that no text has to be put together here; the host
 * multiplies and divides (src/deploy/emulator.c). Nothing is said while something is being measured. */
#include "app.h"
#include "board.h"
#include "cost.h"
#include "gate.h"
#include "hal.h"
#include "model.h"
#include "semihost.h"
#include "together.h"
#if MODEL_AUDIO
#include "model_audio.h"
#endif
#if MODEL_SENSOR
#include "model_sensor.h"
#endif
#if MODEL_CAMERA
#include "model_camera.h"
#endif

#include <string.h>

enum { CLOSED = -1 };

#ifndef MODEL_CASCADE
static int32_t endless; /* an inference came to no end */
#endif

static uint32_t inference[COST_NUMBERS];
static int32_t out_file = CLOSED;

void device_say(const char *word, const uint32_t *value, int32_t n)
{
    const char *end = word;
    while (*end) end++;
    serial_write(word, (uint32_t)(end - word));
    for (int32_t i = 0; i < n; i++) {
        char text[9];
        uint32_t v = value[i];
        text[0] = ' ';
        for (int k = 8; k > 0; k--, v >>= 4) text[k] = "0123456789abcdef"[v & 15];
        serial_write(text, sizeof text);
    }
    serial_write("\n", 1);
}

#if MODEL_AUDIO || MODEL_SENSOR || MODEL_CAMERA
static int32_t live;

/* Somebody looks on: what it took is said at once, and not only at the end. */
static void say_ran(int32_t time_ms, uint32_t frame_ticks, uint32_t inference_ticks)
{
    const uint32_t value[3] = {(uint32_t)time_ms, frame_ticks, inference_ticks};
    if (live) device_say("ran", value, 3);
}

/* To the host, and to what is yours. */
static void tell(int32_t time_ms, int32_t label, int32_t score)
{
    const uint32_t value[3] = {(uint32_t)time_ms, (uint32_t)label, (uint32_t)score};
    device_say("detect", value, 3);
    app_detect(time_ms, label, score);
}
#endif

#ifdef MODEL_PROFILE
static uint32_t step_ticks[MODEL_STEPS], step_from;

/* model.c calls this behind each step of a measuring build. */
void model_profile(int32_t step)
{
    const uint32_t now = device_ticks();
    step_ticks[step] += now - step_from;
    step_from = device_ticks();
}
#endif

#ifdef MODEL_CASCADE
/* One round as run_raw sees it. */
typedef struct round_at {
    int32_t status; /* DEVICE_EXIT_OK so far */
    int32_t over;   /* the file ended before the round began */
    uint32_t from;  /* when the model that runs began */
} round_at;

static void device_fill(void *ctx, int model)
{
    round_at *r = ctx;
    for (int i = 0; i < model_inputs(model) && !r->over; i++) {
        const uint32_t n = model_input_bytes(model, i);
        const int32_t got = sensor_read(model_input(model, i), n);
        r->over = got <= 0 && !model && !i;
        if (!r->over && got != (int32_t)n) r->status = DEVICE_EXIT_BAD_FILE;
    }
    r->from = device_ticks();
}

static int device_wake(void *ctx, int model)
{
    round_at *r = ctx;
    const uint32_t ticks = device_ticks() - r->from;
    if (r->over || r->status) return 0;
    cost_add(inference, ticks);
    for (int i = 0; i < model_outputs(model); i++) {
        const uint32_t n = model_output_bytes(model, i);
        if (semi_write(out_file, model_output(model, i), n) != (int32_t)n) r->status = DEVICE_EXIT_BAD_FILE;
    }
    return !r->status;
}

static int32_t run_raw(void)
{
    round_at r = {DEVICE_EXIT_OK, 0, 0};
    while (!r.over && !r.status)
        if (model_round(device_fill, device_wake, &r) < 0) return DEVICE_EXIT_ENDLESS;
    return r.status;
}
#else
static uint32_t inference_begins(void)
{
    const uint32_t from = device_ticks();
#ifdef MODEL_PROFILE
    step_from = from;
#endif
    return from;
}

static uint32_t inference_ends(uint32_t from)
{
    const uint32_t ticks = device_ticks() - from;
    cost_add(inference, ticks);
    return ticks;
}

static uint32_t invoke_ticks(void)
{
    const uint32_t from = inference_begins();
    if (model_invoke()) endless = 1;
    return inference_ends(from);
}

/* alone: each set of inputs meets a network without a memory. */
static int32_t run_sets(int32_t alone)
{
    for (;;) {
        if (alone && model_init()) return DEVICE_EXIT_BAD_WORDS;
        for (int32_t i = 0; i < MODEL_INPUTS; i++) {
            const uint32_t n = model_input_bytes[i];
            const int32_t got = sensor_read(model_input(i), n);
            if (i == 0 && got <= 0) return DEVICE_EXIT_OK;
            if (got != (int32_t)n) return DEVICE_EXIT_BAD_FILE;
        }
        (void)invoke_ticks();
        if (endless) return DEVICE_EXIT_ENDLESS;
        for (int32_t i = 0; i < MODEL_OUTPUTS; i++) {
            const uint32_t n = model_output_bytes[i];
            if (semi_write(out_file, model_output(i), n) != (int32_t)n) return DEVICE_EXIT_BAD_FILE;
        }
        app_output();
    }
}

static int32_t run_raw(void)
{
    return run_sets(0);
}
#endif

#if MODEL_AUDIO
static int16_t block[MODEL_HOP_SAMPLES]; /* one hop: at most one frame, one inference, one detection */
static int8_t scores[MODEL_LABELS];
static th_detection detection;
static int32_t have_scores, have_detection, scores_ms;
static uint32_t frame[COST_NUMBERS];
static uint32_t frame_ticks, inference_ticks; /* of this push */

static void device_classify(void *ctx, const int8_t *features, int8_t *out)
{
    (void)ctx;
    memcpy(model_input(0), features, model_input_bytes[0]);
    inference_ticks += invoke_ticks();
    memcpy(out, model_output(0), MODEL_LABELS);
}

static void device_on_detect(void *ctx, const th_detection *d)
{
    (void)ctx;
    detection = *d;
    have_detection = 1;
}

static void device_on_scores(void *ctx, int32_t time_ms, const int8_t *s)
{
    (void)ctx;
    memcpy(scores, s, sizeof scores);
    scores_ms = time_ms;
    have_scores = 1;
}

static void push(int32_t n)
{
    const int64_t frames = model_listener.n_done;
    have_scores = have_detection = 0;
    inference_ticks = 0;
    const uint32_t from = device_ticks();
    model_listen(block, n, device_on_detect, device_on_scores, 0);
    frame_ticks = device_ticks() - from - inference_ticks;
    if (model_listener.n_done != frames) cost_add(frame, frame_ticks);
}

static int32_t run_stream(void)
{
    int32_t got;
    if (model_listen_start(device_classify)) return DEVICE_EXIT_BAD_WORDS;
    while ((got = sensor_read(block, sizeof block)) > 1) {
        push(got / 2);
        if (endless) return DEVICE_EXIT_ENDLESS;
        if (have_scores && semi_write(out_file, scores, sizeof scores) != (int32_t)sizeof scores)
            return DEVICE_EXIT_BAD_FILE;
        if (have_scores) say_ran(scores_ms, frame_ticks, inference_ticks);
        if (have_detection) tell(detection.time_ms, detection.label, detection.score);
    }
    return DEVICE_EXIT_OK;
}

static int32_t run_clips(void)
{
    for (;;) {
        int32_t left = MODEL_CLIP_SAMPLES, seen = 0;
        if (model_listen_start(device_classify)) return DEVICE_EXIT_BAD_WORDS;
        while (left > 0) {
            const int32_t want = left < MODEL_HOP_SAMPLES ? left : MODEL_HOP_SAMPLES;
            const int32_t got = sensor_read(block, (uint32_t)want * 2);
            if (got <= 0 && left == MODEL_CLIP_SAMPLES) return DEVICE_EXIT_OK;
            if (got != want * 2) return DEVICE_EXIT_BAD_FILE;
            push(want);
            if (endless) return DEVICE_EXIT_ENDLESS;
            left -= want;
            if (have_scores && !seen++ && semi_write(out_file, scores, sizeof scores) != (int32_t)sizeof scores)
                return DEVICE_EXIT_BAD_FILE;
        }
        if (!seen) return DEVICE_EXIT_BAD_FILE;
    }
}
#endif

#if MODEL_SENSOR
static uint32_t frame[COST_NUMBERS];
static uint32_t inference_ticks; /* of this row */

static void device_network(void *ctx, const void *in, void *out)
{
    (void)ctx;
    memcpy(model_input(0), in, model_input_bytes[0]);
    inference_ticks += invoke_ticks();
    memcpy(out, model_output(0), model_output_bytes[0]);
}

static int32_t run_watch(void)
{
    float row[MODEL_AXES];
    th_sighting seen;
    int changed;
    if (model_watch_start(device_network)) return DEVICE_EXIT_BAD_WORDS;
    while (sensor_read(row, sizeof row) == (int32_t)sizeof row) {
        inference_ticks = 0;
        const uint32_t from = device_ticks();
        const int full = model_watch(row, &seen, &changed);
        const uint32_t ticks = device_ticks() - from - inference_ticks;
        if (endless) return DEVICE_EXIT_ENDLESS;
        if (!full) continue;
        cost_add(frame, ticks);
        if (semi_write(out_file, model_watcher.out, model_output_bytes[0]) != (int32_t)model_output_bytes[0])
            return DEVICE_EXIT_BAD_FILE;
        say_ran(seen.time_ms, ticks, inference_ticks);
        if (changed) tell(seen.time_ms, seen.state, seen.score);
    }
    return DEVICE_EXIT_OK;
}
#endif

#if MODEL_CAMERA
static uint32_t frame[COST_NUMBERS];
static uint8_t line[MODEL_ROW_BYTES];
static uint32_t frame_ticks; /* of the last one */

/* Rows of a frame, to the last one; 1: the network has what it looks at, 0: the file has ended, negative: amid a frame.
 * Only our part is measured, not the host's. */
static int32_t take_frame(void)
{
    uint32_t from = device_ticks();
    int32_t complete = 0;
    if (model_camera_start()) return -1;
    uint32_t ticks = device_ticks() - from;
    for (int32_t y = 0; y < MODEL_FRAME_ROWS; y++) {
        const int32_t got = sensor_read(line, sizeof line);
        if (got <= 0 && y == 0) return 0;
        if (got != (int32_t)sizeof line) return -1;
        from = device_ticks();
        complete = model_camera_row(line);
        ticks += device_ticks() - from;
    }
    cost_add(frame, ticks);
    frame_ticks = ticks;
    return complete ? 1 : -1;
}

static int32_t run_pictures(void)
{
    int32_t got, state = -1;
    for (uint32_t n = 0; (got = take_frame()) > 0; n++) {
        int32_t label, score;
        const uint32_t from = inference_begins();
        if (model_camera_answer(&label, &score)) return DEVICE_EXIT_ENDLESS;
        const uint32_t ticks = inference_ends(from);
        if (semi_write(out_file, model_output(0), MODEL_LABELS) != MODEL_LABELS) return DEVICE_EXIT_BAD_FILE;
        say_ran((int32_t)n, frame_ticks, ticks);
        if (label != state) tell((int32_t)n, label, score);
        state = label;
    }
    return got < 0 ? DEVICE_EXIT_BAD_FILE : DEVICE_EXIT_OK;
}
#endif

static void say_measurements(void)
{
    const uint32_t stack = device_stack_used();
#ifdef MODEL_PROFILE
    for (int32_t i = 0; i < MODEL_STEPS; i++) device_say("step", &step_ticks[i], 1);
#endif
#if MODEL_AUDIO || MODEL_SENSOR || MODEL_CAMERA
    device_say("frame", frame, COST_NUMBERS);
#endif
    device_say("inference", inference, COST_NUMBERS);
#if MODEL_TOGETHER
    device_together_costs();
#endif
#if MODEL_GATE
    device_gate_costs();
#endif
    device_say("stack", &stack, 1);
}

static int32_t run(char mode)
{
#if MODEL_AUDIO
    if (mode == 's') return run_stream();
    if (mode == 'c') return run_clips();
#endif
#if MODEL_SENSOR
    if (mode == 'w') return run_watch();
#endif
#if MODEL_CAMERA
    if (mode == 'p') return run_pictures();
#endif
#if MODEL_TOGETHER
    if (mode == 't') return device_together(semi_open("in", 2, SEMI_OPEN_READ), out_file);
#endif
#if MODEL_GATE
    if (mode == 'g') return device_gate(semi_open("in", 2, SEMI_OPEN_READ), out_file);
#endif
#ifndef MODEL_CASCADE
    if (mode == 'e') return run_sets(1);
#endif
    return mode == 'r' ? run_raw() : DEVICE_EXIT_BAD_WORDS;
}

int main(void)
{
    char mode[4];
    device_clock_start();
    if (semi_command_line(mode, sizeof mode)) return DEVICE_EXIT_BAD_WORDS;
    out_file = semi_open("out", 3, SEMI_OPEN_WRITE);
    if (sensor_start(0) || out_file < 0) return DEVICE_EXIT_BAD_FILE;
    if (model_init()) return DEVICE_EXIT_BAD_WORDS;
    app_start();
#if MODEL_AUDIO || MODEL_SENSOR || MODEL_CAMERA
    live = mode[1] == 'l';
#endif
    const int32_t status = run(mode[0]);
    say_measurements();
    return status;
}
