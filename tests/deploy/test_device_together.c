/* A model that wakes another on the emulated board against the host: every score of both, every detection, every look;
 * sound, sensor and camera each as the first and as the second. */
#include "picture.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "evaluate/together.h"

#include <math.h>

enum { SAMPLES = 16000 * 6, ROWS = 900, AXES = 6, MOST = 1 << 16, MOST_EVENTS = 256 };

static int16_t pcm[SAMPLES];
static float rows[ROWS][AXES];
static const char states[4][TH_LABEL_BYTES] = {"still", "walking", "turning", "falling"};

static void make_rows(void)
{
    th_rng r = th_rng_make(3, 9);
    for (int t = 0; t < ROWS; t++)
        for (int a = 0; a < AXES; a++)
            rows[t][a] =
                (float)(t / 60 % 5) * 0.3f * sinf((float)t * (0.1f + 0.07f * (float)a)) + 0.3f * th_rng_normal(&r);
}

/* What the loop gave, here or there. */
typedef struct seen {
    uint8_t out[MOST];
    size_t n_out, n_heard, n_answers;
    th_detection heard[MOST_EVENTS], answer[MOST_EVENTS];
} seen;

static void on_out(void *ctx, const void *scores, size_t bytes)
{
    seen *s = ctx;
    assert_true(s->n_out + bytes <= MOST);
    memcpy(s->out + s->n_out, scores, bytes);
    s->n_out += bytes;
}

static void on_heard(void *ctx, const th_detection *d)
{
    seen *s = ctx;
    assert_true(s->n_heard < MOST_EVENTS);
    s->heard[s->n_heard++] = *d;
}

static void on_answer(void *ctx, const th_detection *d)
{
    seen *s = ctx;
    assert_true(s->n_answers < MOST_EVENTS);
    s->answer[s->n_answers++] = *d;
}

static void same(const th_detection *a, const th_detection *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].time_ms, b[i].time_ms);
        assert_int_equal(a[i].label, b[i].label);
        assert_int_equal(a[i].score, b[i].score);
    }
}

enum { SOUND, SENSOR, CAMERA };

/* All that can be the first or the second. */
typedef struct world {
    small s;
    th_model *pictures;
    th_eye eye;
    th_sensor sensor;
    const th_board *board;
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
} world;

static void world_make(world *w)
{
    th_why why = {0};
    memset(w, 0, sizeof *w);
    assert_int_equal(th_board_find(NULL, &w->board, &why), TH_OK);
    if (th_firmware_tools(w->board, NULL) || th_emulator_tools(w->board, NULL)) {
        printf("# SKIP arm-none-eabi-gcc or qemu-system-arm is not here\n");
        skip();
    }
    small_make(&w->s);
    small_noise(pcm, SAMPLES);
    make_rows();
    make_frames();
    w->pictures = picture_int8_net(1);
    if (th_eye_make(&w->pictures->graphs[0], -1.0f, 1.0f, picture_labels, LABELS, &w->eye, &why))
        fail_msg("%s", why.text);
    w->sensor = (th_sensor){.block = {.n_parts = 2,
                                      .n_axes = AXES,
                                      .window = 10,
                                      .rate_hz = 62.5f,
                                      .part = {{.kind = TH_BLOCK_RAW}, {.kind = TH_BLOCK_ALIGNED}}},
                            .hop = 4,
                            .n_labels = 4,
                            .labels = states};
    assert_int_equal(th_dir_temp(w->dir, &why), TH_OK);
    assert_int_equal(th_path_join(w->out, w->dir, "fw", &why), TH_OK);
}

static void world_free(world *w)
{
    th_dir_remove(w->dir);
    th_model_free(w->pictures);
    small_free(&w->s);
}

static th_sense sense_of(world *w, int kind)
{
    th_why why = {0};
    th_plan *plan;
    const th_model *m = kind == CAMERA ? w->pictures : w->s.s8;
    if (th_plan_make_for(&m->graphs[0], w->board->isa, &plan, &why)) fail_msg("%s", why.text);
    return (th_sense){.sound = kind == SOUND ? &w->s.pipe : NULL,
                      .sensor = kind == SENSOR ? &w->sensor : NULL,
                      .camera = kind == CAMERA ? &w->eye : NULL,
                      .plan = plan};
}

static th_span feed_of(int kind)
{
    if (kind == SOUND) return (th_span){(const uint8_t *)pcm, sizeof pcm};
    if (kind == SENSOR) return (th_span){(const uint8_t *)rows, sizeof rows};
    return (th_span){frames[0], sizeof frames};
}

static void compare(const th_emulation *e, const seen *host, const th_firmware *fw, size_t arena)
{
    assert_true(host->n_heard >= host->n_answers && host->n_answers > 1); /* or the test says nothing */
    assert_int_equal(e->n_out, host->n_out);
    assert_memory_equal(e->out, host->out, host->n_out);
    assert_int_equal(e->n_detections, host->n_heard);
    same(e->detection, host->heard, host->n_heard);
    assert_int_equal(e->n_answers, host->n_answers);
    same(e->answer, host->answer, host->n_answers);
    assert_true(e->frame.mean > 100 && e->inference.mean > 1000 && e->frame2.mean > 100 && e->inference2.mean > 1000);
    assert_true(e->stack <= fw->stack_bound);
    assert_int_equal(fw->arena, arena);
}

/* answers: of a look; the label that wakes is what the first says first. */
static void board_equals_host(int first, int second, int32_t answers)
{
    static seen host;
    static world w;
    th_why why = {0};
    th_firmware fw;
    th_emulation e;
    const char *const app[] = {"sound", "sensor", "camera"};
    world_make(&w);
    const th_sense sense[2] = {sense_of(&w, first), sense_of(&w, second)};
    th_plan *plans[2] = {(th_plan *)(uintptr_t)sense[0].plan, (th_plan *)(uintptr_t)sense[1].plan};
    const size_t arena = plans[0]->arena_bytes > plans[1]->arena_bytes ? plans[0]->arena_bytes : plans[1]->arena_bytes;
    assert_int_equal(th_plan_join(plans, (const int32_t[]){0, 1}, 2, &why), TH_OK);
    const th_span feed[2] = {feed_of(first), feed_of(second)};
    const double fps = 2.0, rate = th_sense_rate(&sense[0], fps);
    th_wake_cfg cfg = {.label = 99, .answers = answers, .rate = (int32_t)lround(rate * 1000.0)};
    cfg.skip = (int32_t)lround(th_sense_look(&sense[1], answers, fps) * rate * 0.2);
    const th_together_see see = {on_out, on_heard, on_answer, &host};
    memset(&host, 0, sizeof host);
    if (th_together_run(sense, &cfg, feed, &see, &why)) fail_msg("%s", why.text);
    assert_true(host.n_heard > 0 && host.n_answers == 0);
    cfg.label = host.heard[0].label;
    memset(&host, 0, sizeof host);
    if (th_together_run(sense, &cfg, feed, &see, &why)) fail_msg("%s", why.text);
    const th_app apps[2] = {{sense[0].sound, sense[0].sensor, sense[0].camera},
                            {sense[1].sound, sense[1].sensor, sense[1].camera}};
    const th_code_part part[2] = {{plans[0], &apps[0], "one.tflite"}, {plans[1], &apps[1], "two.tflite"}};
    if (th_export_cascade_firmware(&(th_several){.part = part, .n = 2, .wake = &cfg}, w.board, w.out, &fw, &why) ||
        th_emulator_run_two(w.board, fw.elf, TH_EMULATE_TOGETHER, feed, true, 120, NULL, NULL, &e, &why))
        fail_msg("%s", why.text);
    printf("# %s wakes %s: %zu detections, %zu looks, stack %lu of %lu\n", app[first], app[second], host.n_heard,
           host.n_answers, (unsigned long)e.stack, (unsigned long)fw.stack_bound);
    compare(&e, &host, &fw, arena);
    th_emulation_free(&e);
    th_firmware_free(&fw);
    for (int i = 0; i < 2; i++) th_plan_free(plans[i]);
    world_free(&w);
}

static void sound_wakes_a_camera(void **state)
{
    (void)state;
    board_equals_host(SOUND, CAMERA, 2);
}

static void a_sensor_wakes_sound(void **state)
{
    (void)state;
    board_equals_host(SENSOR, SOUND, 1);
}

static void a_camera_wakes_a_sensor(void **state)
{
    (void)state;
    board_equals_host(CAMERA, SENSOR, 3);
}

/* The C of both: its self test runs with the plain compiler. */
static void as_c(void **state)
{
    (void)state;
    static world w;
    char tail[4096];
    th_why why = {0};
    world_make(&w);
    const th_sense sense[2] = {sense_of(&w, SOUND), sense_of(&w, CAMERA)};
    th_plan *plans[2] = {(th_plan *)(uintptr_t)sense[0].plan, (th_plan *)(uintptr_t)sense[1].plan};
    assert_int_equal(th_plan_join(plans, (const int32_t[]){0, 1}, 2, &why), TH_OK);
    const th_app apps[2] = {{.sound = &w.s.pipe}, {.camera = &w.eye}};
    const th_code_part part[2] = {{plans[0], &apps[0], "one.tflite"}, {plans[1], &apps[1], "two.tflite"}};
    const th_wake_cfg cfg = {.label = 1, .answers = 3, .skip = 4000, .rate = 16000000};
    if (th_export_cascade(&(th_several){.part = part, .n = 2, .wake = &cfg}, w.out, &why)) fail_msg("%s", why.text);
    const char *const words[] = {"sh", "-c",
                                 "make -s test CFLAGS='-O1 -Wall -Wextra -Werror' && grep -q 'label = 1, .answers = 3' "
                                 "model_together.c && grep -q model2_camera_row README.md",
                                 NULL};
    assert_int_equal(run_program(w.out, words, tail, sizeof tail), 0);
    for (int i = 0; i < 2; i++) th_plan_free(plans[i]);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_wakes_a_camera),
        cmocka_unit_test(a_sensor_wakes_sound),
        cmocka_unit_test(a_camera_wakes_a_sensor),
        cmocka_unit_test(as_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
