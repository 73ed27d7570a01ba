/* The firmware on the emulated Cortex-M4F against the host: every score byte and every detection. */
#include "small.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "deploy/measure.h"
#include "evaluate/stream.h"
#include "fmt/elf.h"

#define NEEDS_TOOLS()                                                                                                  \
    do {                                                                                                               \
        const th_board *needed;                                                                                        \
        assert_int_equal(th_board_find(NULL, &needed, NULL), TH_OK);                                                   \
        if (th_firmware_tools(needed, NULL) || th_emulator_tools(needed, NULL)) {                                      \
            printf("# SKIP arm-none-eabi-gcc or qemu-system-arm is not here\n");                                       \
            skip();                                                                                                    \
        }                                                                                                              \
    } while (0)

typedef struct world { /* one firmware for all tests */
    small s;
    char dir[TH_PATH_BYTES];
    th_firmware fw;
    const th_board *board;
} world;

static void open_world(world *w)
{
    th_why why = {0};
    char out[TH_PATH_BYTES];
    memset(w, 0, sizeof *w);
    small_make(&w->s);
    assert_int_equal(th_board_find(NULL, &w->board, &why), TH_OK);
    assert_int_equal(th_dir_temp(w->dir, &why), TH_OK);
    assert_int_equal(th_path_join(out, w->dir, "fw", &why), TH_OK);
    if (th_export_firmware(w->s.plan, &(th_app){.sound = &w->s.pipe}, w->board, out, TH_BUILD_PROFILE, &w->fw, &why))
        fail_msg("%s", why.text);
}

static void close_world(world *w)
{
    th_firmware_free(&w->fw);
    th_dir_remove(w->dir);
    small_free(&w->s);
}

typedef struct heard {
    th_detection d[64];
    size_t n, n_scores;
    int8_t scores[1 << 14];
} heard;

static void on_detect(void *ctx, const th_detection *d)
{
    heard *h = ctx;
    assert_true(h->n < 64);
    h->d[h->n++] = *d;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    heard *h = ctx;
    (void)time_ms;
    assert_true(h->n_scores + 4 <= sizeof h->scores);
    memcpy(h->scores + h->n_scores, scores, 4);
    h->n_scores += 4;
}

enum { N = 96000 };

static void stream_is_equal_to_the_host(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    th_emulation e, again;
    int16_t *pcm = calloc(N, sizeof *pcm);
    heard *h = calloc(1, sizeof *h);
    open_world(&w);
    small_noise(pcm, N);
    const th_span feed = {(const uint8_t *)pcm, N * 2};
    if (th_emulator_run(w.board, w.fw.elf, TH_EMULATE_STREAM, feed, true, 120, NULL, NULL, &e, &why))
        fail_msg("%s", why.text);
    assert_int_equal(th_stream_run(&w.s.pipe, w.s.plan, pcm, N, on_detect, on_scores, h, &why), TH_OK);
    assert_true(h->n > 2); /* or the test says nothing */
    assert_int_equal(e.n_detections, h->n);
    for (size_t i = 0; i < h->n; i++) {
        assert_int_equal(e.detection[i].time_ms, h->d[i].time_ms);
        assert_int_equal(e.detection[i].label, h->d[i].label);
        assert_int_equal(e.detection[i].score, h->d[i].score);
    }
    assert_int_equal(e.n_out, h->n_scores);
    assert_memory_equal(e.out, h->scores, h->n_scores);
    assert_int_equal(e.inference.n, (int64_t)h->n_scores / 4);
    assert_int_equal(e.frame.n, th_frontend_frames(&w.s.pipe.frontend, N));
    assert_true(e.inference.mean > 1000 && e.frame.mean > 1000);
    /* the bound holds, and is not far off */
    assert_true(w.fw.stack_bound > 0 && e.stack <= w.fw.stack && e.stack * 2 > w.fw.stack);
    /* instructions repeat exactly */
    assert_int_equal(th_emulator_run(w.board, w.fw.elf, TH_EMULATE_STREAM, feed, true, 120, NULL, NULL, &again, &why),
                     TH_OK);
    assert_int_equal(again.inference.mean, e.inference.mean);
    assert_int_equal(again.frame.mean, e.frame.mean);
    assert_int_equal(again.stack, e.stack);
    th_emulation_free(&again);
    th_emulation_free(&e);
    close_world(&w);
    free(pcm);
    free(h);
}

static void clips_and_raw_tensors_are_equal(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    th_emulation e;
    int8_t scores[9 * 4];
    uint8_t in[3 * 120];
    open_world(&w);
    const int32_t clip = w.s.pipe.clip_samples;
    int16_t *pcm = calloc((size_t)clip * 9, sizeof *pcm);
    small_noise(pcm, clip * 9);
    const th_span feed = {(const uint8_t *)pcm, (size_t)clip * 18};
    if (th_emulator_run(w.board, w.fw.elf, TH_EMULATE_CLIPS, feed, false, 120, NULL, NULL, &e, &why))
        fail_msg("%s", why.text);
    assert_int_equal(th_stream_clips(&w.s.pipe, w.s.plan, pcm, 9, scores, &why), TH_OK);
    assert_int_equal(e.n_out, sizeof scores);
    assert_memory_equal(e.out, scores, sizeof scores);
    th_emulation_free(&e);

    for (uint32_t i = 0; i < 3; i++) (void)th_code_test_input(w.s.plan->graph, i + 1, in + (size_t)i * 120);
    if (th_emulator_run(w.board, w.fw.profile_elf, TH_EMULATE_RAW, (th_span){in, sizeof in}, true, 120, NULL, NULL, &e,
                        &why))
        fail_msg("%s", why.text);
    assert_int_equal(e.n_out, 12);
    th_runner *r;
    assert_int_equal(th_runner_new(w.s.plan, &r, &why), TH_OK);
    for (size_t i = 0; i < 3; i++) {
        memcpy(th_runner_input(r, 0), in + i * 120, 120);
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        assert_memory_equal(e.out + i * 4, th_runner_output(r, 0), 4);
    }
    th_runner_free(r);
    /* the steps are counted, and together they are the inference */
    int64_t sum = 0;
    assert_int_equal(e.n_steps, (size_t)w.s.plan->graph->n_nodes);
    for (size_t i = 0; i < e.n_steps; i++) sum += e.step[i];
    assert_true(sum > e.inference.mean * 8 / 10 && sum <= e.inference.mean);
    th_emulation_free(&e);
    close_world(&w);
    free(pcm);
}

/* inspect, build and run show the same numbers. */
static void measure_equals_build_and_run(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    th_measure m;
    open_world(&w);
    if (th_measure_model(w.s.plan, &(th_app){.sound = &w.s.pipe}, w.board, &m, &why)) fail_msg("%s", why.text);
    assert_false(m.estimate);
    assert_true(m.ran && m.fits);
    assert_int_equal(m.flash, w.fw.flash);
    assert_int_equal(m.ram_bound, w.fw.ram_bound);
    assert_int_equal(m.flash_code, w.fw.flash_code);
    assert_int_equal(m.flash_model, w.fw.flash_model);
    assert_int_equal(m.fixed, w.fw.fixed);
    assert_int_equal(m.stack_bound, w.fw.stack);
    assert_int_equal(m.arena, w.s.plan->arena_bytes);
    uint8_t *bin;
    size_t n;
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, w.dir, "fw/firmware.bin", &why), TH_OK);
    assert_int_equal(th_file_read(path, 0, &bin, &n, &why), TH_OK);
    free(bin);
    assert_int_equal(n, w.fw.flash); /* the image is what the sections say */
    close_world(&w);
}

/* What is up to date is used again, and nothing else is. */
static void a_changed_firmware_is_not_used_again(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    th_code code;
    th_firmware again;
    char out[TH_PATH_BYTES];
    open_world(&w);
    assert_int_equal(th_path_join(out, w.dir, "fw", &why), TH_OK);
    assert_int_equal(th_code_make(w.s.plan, &(th_app){.sound = &w.s.pipe}, &code, &why), TH_OK);
    assert_true(th_firmware_reuse(&code, w.board, out, TH_BUILD_PROFILE, &again));
    assert_int_equal(again.flash, w.fw.flash);
    assert_int_equal(again.ram_bound, w.fw.ram_bound);
    assert_int_equal(again.stack_bound, w.fw.stack_bound);
    assert_string_equal(again.elf, w.fw.elf);
    assert_string_equal(again.profile_elf, w.fw.profile_elf);
    th_firmware_free(&again);
    assert_false(th_firmware_reuse(&code, w.board, out, 0, &again));
    th_writer_add(&code.model_c, "/* another model */\n");
    assert_false(th_firmware_reuse(&code, w.board, out, TH_BUILD_PROFILE, &again));
    th_code_free(&code);
    assert_int_equal(th_code_make(w.s.plan, &(th_app){.sound = &w.s.pipe}, &code, &why), TH_OK);
    assert_int_equal(th_file_write(w.fw.elf, (th_span){(const uint8_t *)"x", 1}, &why), TH_OK);
    assert_false(th_firmware_reuse(&code, w.board, out, TH_BUILD_PROFILE, &again));
    th_code_free(&code);
    close_world(&w);
}

/* Two models in one arena, every round waking the second: each gives what it gives alone, and RAM is what was planned.
 */
static void a_cascade_runs_on_the_board(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    enum { ROUNDS = 3, IN = 120, OUT = 4 };
    small s;
    th_why why = {0};
    th_firmware fw;
    th_emulation e;
    th_runner *r;
    th_plan *plan[2];
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
    uint8_t in[ROUNDS * 2 * IN], wanted[ROUNDS * 2 * OUT];
    const th_board *board;
    const int32_t until[2] = {1, 1};
    small_make(&s);
    assert_int_equal(th_runner_new(s.plan, &r, &why), TH_OK);
    for (uint32_t k = 0; k < ROUNDS * 2; k++) {
        assert_int_equal(th_code_test_input(s.plan->graph, k + 1, in + k * IN), IN);
        memcpy(th_runner_input(r, 0), in + k * IN, IN);
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        memcpy(wanted + k * OUT, th_runner_output(r, 0), OUT);
    }
    th_runner_free(r);
    assert_int_equal(th_board_find(NULL, &board, &why), TH_OK);
    for (int i = 0; i < 2; i++) assert_int_equal(th_plan_make_for(&s.s8->graphs[0], board->isa, &plan[i], &why), TH_OK);
    assert_int_equal(th_plan_join(plan, until, 2, &why), TH_OK);
    assert_true(plan[1]->own_at >= plan[0]->own_bytes || plan[0]->own_at >= plan[1]->own_bytes);
    const th_code_part part[2] = {{plan[0], &(th_app){.sound = &s.pipe}, "one.tflite"}, {plan[1], NULL, "two.tflite"}};
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    assert_int_equal(th_path_join(out, dir, "fw", &why), TH_OK);
    if (th_export_cascade_firmware(&(th_several){.part = part, .n = 2, .kept = true}, board, out, &fw, &why) ||
        th_emulator_run(board, fw.elf, TH_EMULATE_RAW, (th_span){in, sizeof in}, true, 60, NULL, NULL, &e, &why))
        fail_msg("%s", why.text);
    assert_int_equal(e.inference.n, ROUNDS * 2);
    assert_int_equal(e.n_out, sizeof wanted);
    assert_memory_equal(e.out, wanted, sizeof wanted);
    assert_int_equal(fw.arena, plan[0]->arena_bytes);
    assert_true(e.stack <= fw.stack_bound && fw.stack_bound <= e.stack + 128);
    th_emulation_free(&e);
    th_firmware_free(&fw);
    for (int i = 0; i < 2; i++) th_plan_free(plan[i]);
    th_dir_remove(dir);
    small_free(&s);
}

/* A board whose memory is too small refuses, with the number of bytes. */
static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    small s;
    th_why why = {0};
    th_firmware fw;
    th_measure m;
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
    const th_board *board;
    small_make(&s);
    assert_int_equal(th_board_find(NULL, &board, &why), TH_OK);
    th_board tiny = *board;
    tiny.ram_bytes = 2048;
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    assert_int_equal(th_path_join(out, dir, "fw", &why), TH_OK);
    assert_int_equal(th_export_firmware(s.plan, &(th_app){.sound = &s.pipe}, &tiny, out, 0, &fw, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "does not fit"));
    assert_false(th_dir_exists(out));
    th_firmware_free(&fw);
    why = (th_why){0};
    if (th_measure_model(s.plan, &(th_app){.sound = &s.pipe}, &tiny, &m, &why)) fail_msg("%s", why.text);
    assert_false(m.fits);
    assert_non_null(strstr(m.breaks, "RAM"));
    th_dir_remove(dir);
    small_free(&s);
}

/* Changes the image and runs it, which has to fail. */
static void run_broken(const world *w, void (*change)(const world *w, const th_elf *x, uint8_t *image), th_why *why)
{
    static const uint8_t silence[64] = {0};
    th_emulation e;
    th_elf x;
    uint8_t *image;
    size_t n;
    assert_int_equal(th_file_read(w->fw.elf, 0, &image, &n, why), TH_OK);
    assert_int_equal(th_elf_open((th_span){image, n}, &x, NULL), TH_OK);
    change(w, &x, image);
    assert_int_equal(th_file_write(w->fw.elf, (th_span){image, n}, why), TH_OK);
    free(image);
    assert_int_equal(
        th_emulator_run(w->board, w->fw.elf, TH_EMULATE_STREAM, (th_span){silence, 64}, true, 60, NULL, NULL, &e, why),
        TH_EIO);
    th_emulation_free(&e);
}

/* model_init becomes "udf #0". */
static void break_init(const world *w, const th_elf *x, uint8_t *image)
{
    (void)w;
    for (uint32_t i = 0; i < x->n_symbols; i++) {
        const th_elf_symbol y = th_elf_symbol_at(x, i);
        if (strcmp(y.name, "model_init") != 0) continue;
        const th_elf_section c = th_elf_section_at(x, y.section);
        image[c.offset + y.address - c.address] = 0x00;
        image[c.offset + y.address - c.address + 1] = 0xde;
    }
}

/* A firmware that jumps into nothing: the fault comes back as an error that names it. */
static void a_fault_is_reported(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    open_world(&w);
    run_broken(&w, break_init, &why);
    assert_non_null(strstr(why.text, "model_init"));
    close_world(&w);
}

/* The first word of the image is the stack's start: 64 bytes are left. */
static void break_stack(const world *w, const th_elf *x, uint8_t *image)
{
    const uint32_t top = w->board->ram_at + 64;
    for (uint32_t i = 0; i < x->n_sections; i++) {
        const th_elf_section c = th_elf_section_at(x, i);
        if (strcmp(c.name, ".text") != 0) continue;
        for (int b = 0; b < 4; b++) image[c.offset + (uint32_t)b] = (uint8_t)(top >> 8 * b);
    }
}

/* With 64 bytes of stack left, main runs out of the RAM. */
static void a_stack_overflow_is_reported(void **state)
{
    (void)state;
    NEEDS_TOOLS();
    world w;
    th_why why = {0};
    open_world(&w);
    run_broken(&w, break_stack, &why);
    if (!strstr(why.text, "stack overflow")) fail_msg("%s", why.text);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_is_equal_to_the_host),  cmocka_unit_test(clips_and_raw_tensors_are_equal),
        cmocka_unit_test(measure_equals_build_and_run), cmocka_unit_test(a_cascade_runs_on_the_board),
        cmocka_unit_test(what_does_not_fit_is_refused), cmocka_unit_test(a_fault_is_reported),
        cmocka_unit_test(a_stack_overflow_is_reported), cmocka_unit_test(a_changed_firmware_is_not_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
