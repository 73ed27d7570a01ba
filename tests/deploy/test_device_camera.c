/* A camera's frames on emulated boards against the host: every score of every frame, every label that changes. */
#include "picture.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "evaluate/look.h"

typedef struct seen {
    int32_t n, changes, state, frame[FRAMES], label[FRAMES], score[FRAMES];
    int8_t scores[FRAMES][LABELS];
} seen;

static void on_frame(void *ctx, const int8_t *scores, int32_t label, int32_t score)
{
    seen *s = ctx;
    memcpy(s->scores[s->n], scores, LABELS);
    if (label != s->state) {
        s->frame[s->changes] = s->n;
        s->label[s->changes] = label;
        s->score[s->changes++] = score;
    }
    s->state = label;
    s->n++;
}

static void compare(const th_emulation *e, const seen *host)
{
    assert_int_equal(e->n_out, sizeof host->scores);
    assert_memory_equal(e->out, host->scores, sizeof host->scores);
    assert_int_equal(e->n_detections, host->changes);
    for (int32_t i = 0; i < host->changes; i++) {
        assert_int_equal(e->detection[i].time_ms, host->frame[i]);
        assert_int_equal(e->detection[i].label, host->label[i]);
        assert_int_equal(e->detection[i].score, host->score[i]);
    }
    assert_int_equal(e->frame.n, FRAMES);
    assert_int_equal(e->inference.n, FRAMES);
}

static void board_equals_host(const char *name, int32_t c, unsigned flags)
{
    seen host = {.state = -1};
    th_why why = {0};
    th_emulation e;
    th_firmware fw;
    th_eye eye;
    th_plan *plan = NULL;
    const th_board *board;
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
    assert_int_equal(th_board_find(name, &board, &why), TH_OK);
    if (th_firmware_tools(board, NULL) || th_emulator_tools(board, NULL)) {
        printf("# SKIP arm-none-eabi-gcc or qemu-system-arm is not here\n");
        skip();
    }
    make_frames();
    th_model *s8 = picture_int8_net(c);
    const th_graph *g = &s8->graphs[0];
    if (th_eye_make(g, -1.0f, 1.0f, picture_labels, LABELS, &eye, &why) || th_plan_make(g, &plan, &why) ||
        th_look_run(&eye, plan, frames[0], FRAMES, on_frame, &host, &why))
        fail_msg("%s", why.text);
    assert_true(host.n == FRAMES && host.changes > 2); /* or the test says nothing */
    th_plan_free(plan);
    if (th_plan_make_for(g, board->isa, &plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    assert_int_equal(th_path_join(out, dir, "fw", &why), TH_OK);
    if (th_export_firmware(plan, &(th_app){.camera = &eye}, board, out, flags, &fw, &why)) fail_msg("%s", why.text);
    if (th_emulator_run(board, fw.elf, TH_EMULATE_PICTURES, (th_span){frames[0], sizeof frames}, true, 120, NULL, NULL,
                        &e, &why))
        fail_msg("%s", why.text);
    compare(&e, &host);
    assert_true(e.frame.mean > 10000 && e.inference.mean > 1000 && fw.stack_bound > 0 && e.stack <= fw.stack);
    printf("# %s, %d channels: %lld instructions from a frame to %d x %d, %lld for an inference, stack %lu of %lu\n",
           name, (int)c, (long long)e.frame.mean, H, W, (long long)e.inference.mean, (unsigned long)e.stack,
           (unsigned long)fw.stack);
    th_emulation_free(&e);
    /* half a frame at the end is an error, not an answer */
    assert_int_equal(th_emulator_run(board, fw.elf, TH_EMULATE_PICTURES, (th_span){frames[0], FRAME + FRAME / 2}, false,
                                     60, NULL, NULL, &e, &why),
                     TH_EIO);
    th_emulation_free(&e);
    th_firmware_free(&fw);
    th_dir_remove(dir);
    th_plan_free(plan);
    th_model_free(s8);
}

static void colour(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 3, TH_BUILD_PROFILE);
}

static void grey_without_a_float_unit(void **state)
{
    (void)state;
    board_equals_host("microbit", 1, 0);
}

static void a_package(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 1, TH_BUILD_PACKAGE);
}

/* What cannot look at a camera is refused with its reason. */
static void other_networks_are_refused(void **state)
{
    (void)state;
    th_why why = {0};
    th_eye eye;
    th_model *s8 = picture_int8_net(1), *f32 = picture_net(1);
    assert_int_equal(th_eye_make(&s8->graphs[0], 0, 1, picture_labels, 3, &eye, &why), TH_ESHAPE);
    assert_non_null(strstr(why.text, "gives 4 scores, its card has 3"));
    why = (th_why){0};
    assert_int_equal(th_eye_make(&f32->graphs[0], 0, 1, picture_labels, 4, &eye, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "thimble quantize"));
    why = (th_why){0};
    f32->graphs[0].tensors[f32->graphs[0].inputs[0]].shape.d[3] = 2;
    assert_false(th_eye_fits(&f32->graphs[0]));
    assert_int_equal(th_eye_make(&f32->graphs[0], 0, 1, picture_labels, 4, &eye, &why), TH_ESHAPE);
    th_model_free(s8);
    th_model_free(f32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colour),
        cmocka_unit_test(grey_without_a_float_unit),
        cmocka_unit_test(a_package),
        cmocka_unit_test(other_networks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
