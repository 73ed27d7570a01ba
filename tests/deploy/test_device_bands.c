/* Operators in row bands on emulated boards, as generated C and as a package: the bytes of a plan without bands, memory
 * as planned, and what inspect says is what the build and the run measure. */
#include "../model/tower.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "deploy/measure.h"
#include "deploy/sizes.h"

#define ROUNDS 2

/* What a plan without bands gives on this computer. */
static void whole_outputs(const tower *m, const uint8_t *in, size_t n_in, uint8_t *out, size_t n_out)
{
    th_plan *plan;
    th_runner *r;
    th_why why = {0};
    if (th_plan_make(&m->g, &plan, &why) || th_runner_new(plan, &r, &why)) fail_msg("%s", why.text);
    for (int k = 0; k < ROUNDS; k++) {
        memcpy(th_runner_input(r, 0), in + (size_t)k * n_in, n_in);
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        memcpy(out + (size_t)k * n_out, th_runner_output(r, 0), n_out);
    }
    th_runner_free(r);
    th_plan_free(plan);
}

/* What inspect shows with the compiler, and without it. */
static void check_measure(const th_board *b, const th_plan *plan, const th_firmware *fw, const th_emulation *e)
{
    th_measure m;
    th_why why = {0};
    uint32_t code;
    int32_t unknown;
    if (th_measure_model(plan, NULL, b, &m, &why)) fail_msg("%s", why.text);
    assert_int_equal(m.arena, fw->arena);
    assert_int_equal(m.flash, fw->flash);
    assert_int_equal(m.flash_code, fw->flash_code);
    assert_int_equal(m.fixed, fw->fixed);
    assert_int_equal(m.stack_bound, fw->stack);
    assert_int_equal(m.stack, e->stack);
    if (th_sizes_code(plan, b, &code, &unknown, &why)) fail_msg("%s", why.text);
    assert_true(code > fw->flash_code - fw->flash / 33 && code < fw->flash_code + fw->flash / 33);
    const uint32_t ram = th_sizes_bands_ram(plan);
    assert_in_range(fw->fixed, ram, ram + 64);
}

static void run_on(const th_board *b, tower *m, unsigned flags)
{
    const size_t n_in = th_tensor_bytes(&m->t[m->input]), n_out = th_tensor_bytes(&m->t[m->output]);
    uint8_t *in = malloc(ROUNDS * n_in), *out = malloc(ROUNDS * n_out);
    th_plan *plan;
    th_firmware fw;
    th_emulation e;
    th_why why = {0};
    char dir[TH_PATH_BYTES], to[TH_PATH_BYTES];
    for (size_t i = 0; i < ROUNDS * n_in; i++) in[i] = (uint8_t)th_rng_u32(&m->rng);
    whole_outputs(m, in, n_in, out, n_out);
    if (th_plan_make_banded(&m->g, b->isa, &plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(plan->n_bands, 1);
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    assert_int_equal(th_path_join(to, dir, "fw", &why), TH_OK);
    if (th_export_firmware(plan, NULL, b, to, flags, &fw, &why) ||
        th_emulator_run(b, fw.elf, TH_EMULATE_RAW, (th_span){in, ROUNDS * n_in}, true, 60, NULL, NULL, &e, &why))
        fail_msg("%s: %s", b->name, why.text);
    assert_int_equal(e.n_out, ROUNDS * n_out);
    assert_memory_equal(e.out, out, ROUNDS * n_out);
    assert_true(e.stack <= fw.stack_bound && fw.stack_bound <= e.stack + 128);
    if (!flags) check_measure(b, plan, &fw, &e);
    printf("# %s%s: arena %zu, code %u bytes\n", b->name, flags ? ", package" : "", plan->arena_bytes, fw.flash_code);
    th_emulation_free(&e);
    th_firmware_free(&fw);
    th_dir_remove(dir);
    th_plan_free(plan);
    free(in);
    free(out);
}

static void bands_run_on_boards(void **state)
{
    (void)state;
    static const int32_t layer[][2] = {{4, 1}, {8, 2}, {8, 2}, {8, 1}, {8, 1}};
    static const char *const name[] = {"nano33ble", "microbit", "m55"};
    int n = 0;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        const th_board *b;
        assert_int_equal(th_board_find(name[i], &b, NULL), TH_OK);
        if (th_firmware_tools(b, NULL) || th_emulator_tools(b, NULL)) continue;
        for (int which = 0; which < 4; which++) {
            tower *m = which % 2 ? tower_residual() : tower_picture(48, 32, layer, 5);
            run_on(b, m, which < 2 ? 0 : TH_BUILD_PACKAGE);
            free(m);
            n++;
        }
    }
    if (n) return;
    printf("# SKIP no board's compiler and emulator are here\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bands_run_on_boards)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
