/* A camera's frames on emulated boards against the host: every score of every frame, every label that changes. */
#include "small.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "evaluate/look.h"

enum { FRAMES = 12, FRAME = 120 * 160 * 2, H = 24, W = 32, LABELS = 4 };

static const char labels[LABELS][TH_LABEL_BYTES] = {"person", "no person", "dog", "\xd9\x86\xd8\xb9\xd9\x85"};
static uint8_t frames[FRAMES][FRAME];

/* Bars of two colours, other ones in each frame, and noise in the low bits. */
static void make_frames(void)
{
    th_rng rng = th_rng_make(5, 2);
    for (int k = 0; k < FRAMES; k++) {
        const uint32_t colour[2] = {th_rng_below(&rng, 65536), th_rng_below(&rng, 65536)};
        for (int i = 0; i < FRAME / 2; i++) {
            const uint32_t v = colour[i % 160 / (k + 2) % 2] ^ (th_rng_below(&rng, 8) << 5);
            frames[k][2 * i] = (uint8_t)(v >> 8);
            frames[k][2 * i + 1] = (uint8_t)v;
        }
    }
}

/* Pictures of H x W x c -> conv -> mean -> dense -> soft-max. */
static th_model *picture_net(int32_t c)
{
    test_build b = {.rng = th_rng_make(23, 1)};
    th_why why = {0};
    assert_int_equal(th_model_new(&b.model, &why), TH_OK);
    b.model->description = "test";
    b.model->n_graphs = 1;
    b.g = b.model->graphs = th_model_alloc(b.model, 1, sizeof *b.g);
    b.g->name = "main";
    b.g->tensors = th_model_alloc(b.model, 32, sizeof *b.g->tensors);
    b.g->nodes = th_model_alloc(b.model, 16, sizeof *b.g->nodes);
    int32_t *ends = th_model_alloc(b.model, 2, sizeof *ends);
    ends[0] = b.last = test_tensor(&b, "input", 1, H, W, c);
    test_conv(&b, H / 2, W / 2, c, 8, 3, 3, 2);
    int32_t from = b.last;
    th_attr *a = &test_node(&b, TH_OP_AVERAGE_POOL_2D, from, -1, -1, test_tensor(&b, "pool", 1, 1, 1, 8))->attr;
    a->conv.padding = TH_PAD_VALID;
    a->conv.filter_h = a->conv.stride_h = H / 2;
    a->conv.filter_w = a->conv.stride_w = W / 2;
    a->conv.dilation_h = a->conv.dilation_w = 1;
    from = b.last;
    test_node(&b, TH_OP_RESHAPE, from, -1, -1, test_tensor(&b, "flat", 1, 8, 0, 0));
    from = b.last;
    const int32_t w = test_weights(&b, "fc/w", 6.0f, LABELS, 8, 0, 0),
                  bias = test_weights(&b, "fc/b", 0.1f, LABELS, 0, 0, 0);
    test_node(&b, TH_OP_FULLY_CONNECTED, from, w, bias, test_tensor(&b, "fc", 1, LABELS, 0, 0));
    from = b.last;
    test_node(&b, TH_OP_SOFTMAX, from, -1, -1, test_tensor(&b, "scores", 1, LABELS, 0, 0))->attr.softmax.beta = 1.0f;
    ends[1] = b.last;
    b.g->inputs = ends;
    b.g->outputs = ends + 1;
    b.g->n_inputs = b.g->n_outputs = 1;
    return b.model;
}

static void sample(void *ctx, int32_t i, float *x)
{
    const int32_t c = *(const int32_t *)ctx;
    th_rng rng = th_rng_make(7, (uint64_t)i);
    const float level = th_rng_range(&rng, -1.0f, 1.0f);
    for (int32_t k = 0; k < H * W * c; k++) x[k] = 0.5f * level + 0.5f * th_rng_range(&rng, -1.0f, 1.0f);
}

static th_model *int8_net(int32_t c)
{
    th_why why = {0};
    th_model *f32 = picture_net(c), *s8;
    int32_t n = 0;
    const th_quantize_job job = {.model = f32, .samples = {.n = 32, .sample = sample, .ctx = &c}};
    if (th_quantize(&job, &s8, NULL, &n, &why)) fail_msg("%s", why.text);
    th_model_free(f32);
    return s8;
}

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
    th_model *s8 = int8_net(c);
    const th_graph *g = &s8->graphs[0];
    if (th_eye_make(g, -1.0f, 1.0f, labels, LABELS, &eye, &why) || th_plan_make(g, &plan, &why) ||
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
    th_model *s8 = int8_net(1), *f32 = picture_net(1);
    assert_int_equal(th_eye_make(&s8->graphs[0], 0, 1, labels, 3, &eye, &why), TH_ESHAPE);
    assert_non_null(strstr(why.text, "gives 4 scores, its card has 3"));
    why = (th_why){0};
    assert_int_equal(th_eye_make(&f32->graphs[0], 0, 1, labels, 4, &eye, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "thimble quantize"));
    why = (th_why){0};
    f32->graphs[0].tensors[f32->graphs[0].inputs[0]].shape.d[3] = 2;
    assert_false(th_eye_fits(&f32->graphs[0]));
    assert_int_equal(th_eye_make(&f32->graphs[0], 0, 1, labels, 4, &eye, &why), TH_ESHAPE);
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
