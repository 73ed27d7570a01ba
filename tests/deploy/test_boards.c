/* Every board of the table: its instruction clock against a loop of known length, a network's bytes against the host's,
 * and the stack bound against what was used. */
#include "small.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "deploy/measure.h"
#include "deploy/sizes.h"

#include <math.h>

/* The board, or NULL with a word when it cannot be run here. */
static const th_board *board_here(size_t i)
{
    size_t n;
    th_why why = {0};
    const th_board *b = th_board_all(&n) + i;
    if (i >= n || !b->emulator) return NULL;
    if (th_firmware_tools(b, &why) == TH_OK && th_emulator_tools(b, &why) == TH_OK) return b;
    printf("# SKIP %s: %s\n", b->name, why.text);
    return NULL;
}

static size_t n_boards(void)
{
    size_t n;
    (void)th_board_all(&n);
    return n;
}

#define ROUNDS 1000000 /* of two instructions each */

/* A "network" that only counts down. */
static void loop_code(th_code *code)
{
    memset(code, 0, sizeof *code);
    th_writer_add(&code->model_h, "#include <stdint.h>\n#define MODEL_AUDIO 0\n#define MODEL_STEPS 1\n"
                                  "#define MODEL_INPUTS 1\n#define MODEL_OUTPUTS 1\n"
                                  "extern const uint32_t model_input_bytes[1], model_output_bytes[1];\n"
                                  "int model_init(void);\nvoid *model_input(int index);\n"
                                  "const void *model_output(int index);\nint model_invoke(void);\n");
    th_writer_add(
        &code->model_c,
        "#include \"model.h\"\nstatic uint32_t word;\n"
        "const uint32_t model_input_bytes[1] = {4}, model_output_bytes[1] = {4};\n"
        "int model_init(void) { return 0; }\n"
        "void *model_input(int index) { return &word + index; }\n"
        "const void *model_output(int index) { return &word + index; }\n"
        "int model_invoke(void)\n{\n    uint32_t n = %d;\n"
        "#if defined(__riscv)\n    __asm volatile(\"1: addi %%0, %%0, -1\\n bnez %%0, 1b\" : \"+r\"(n));\n"
        "#else\n    __asm volatile(\".syntax unified\\n1: subs %%0, %%0, #1\\n bne 1b\" : \"+l\"(n) :: \"cc\");\n"
        "#endif\n    return 0;\n}\n",
        ROUNDS);
}

static void the_clock_counts_instructions(void **state)
{
    (void)state;
    const uint8_t feed[3 * 4] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    for (size_t i = 0; i < n_boards(); i++) {
        const th_board *b = board_here(i);
        th_why why = {0};
        th_code code;
        th_firmware fw;
        th_emulation e;
        char dir[TH_PATH_BYTES];
        if (!b) continue;
        loop_code(&code);
        assert_int_equal(th_dir_temp(dir, &why), TH_OK);
        if (th_firmware_sources(&code, dir, &why) || th_firmware_build(&code, b, dir, 0, &fw, &why))
            fail_msg("%s: %s", b->name, why.text);
        if (th_emulator_run(b, fw.elf, TH_EMULATE_RAW, (th_span){feed, sizeof feed}, true, 60, NULL, NULL, &e, &why))
            fail_msg("%s: %s", b->name, why.text);
        /* the call, two readings of the clock, and a tick at either end */
        const int64_t around = 64 + 2 * (b->clock_instr / b->clock_ticks), counted = e.inference.mean - 2 * ROUNDS;
        printf("# %s: %lld instructions for %d\n", b->name, (long long)e.inference.mean, 2 * ROUNDS);
        if (counted < -around || counted > around) fail_msg("%s: %lld too many", b->name, (long long)counted);
        assert_int_equal(e.inference.n, 3);
        assert_true(e.inference.max - e.inference.min <= (b->clock_instr + b->clock_ticks - 1) / b->clock_ticks);
        assert_int_equal(e.n_out, sizeof feed);
        assert_memory_equal(e.out, feed, sizeof feed);
        th_emulation_free(&e);
        th_firmware_free(&fw);
        th_code_free(&code);
        th_dir_remove(dir);
    }
}

static void host_outputs(const small *s, const uint8_t *in, int32_t n, uint8_t *out)
{
    th_runner *r;
    assert_int_equal(th_runner_new(s->plan, &r, NULL), TH_OK);
    for (int32_t k = 0; k < n; k++) {
        memcpy(th_runner_input(r, 0), in + k * 120, 120);
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        memcpy(out + k * 4, th_runner_output(r, 0), 4);
    }
    th_runner_free(r);
}

static void check_run(const th_board *b, const th_firmware *fw, th_span feed, const uint8_t *wanted)
{
    th_why why = {0};
    th_emulation e, again;
    if (th_emulator_run(b, fw->elf, TH_EMULATE_RAW, feed, true, 60, NULL, NULL, &e, &why) ||
        th_emulator_run(b, fw->elf, TH_EMULATE_RAW, feed, true, 60, NULL, NULL, &again, &why))
        fail_msg("%s: %s", b->name, why.text);
    printf("# %s: %lld instructions, stack %u of %u, static %u\n", b->name, (long long)e.inference.mean, e.stack,
           fw->stack_bound, fw->fixed);
    assert_int_equal(e.n_out, feed.n / 30);
    assert_memory_equal(e.out, wanted, e.n_out);
    assert_int_equal(e.inference.mean, again.inference.mean);
    assert_int_equal(e.inference.max, again.inference.max);
    assert_int_equal(e.stack, again.stack);
    assert_true(e.stack <= fw->stack_bound && fw->stack_bound <= e.stack + 128);
    assert_true(fw->fixed <= 48); /* what measuring takes beside the network */
    th_emulation_free(&e);
    th_emulation_free(&again);
}

/* The table of sizes against the build. */
static void check_estimate(const th_board *b, const th_plan *plan, const th_firmware *fw)
{
    uint32_t code;
    int32_t unknown;
    th_why why = {0};
    if (th_sizes_code(plan, b, &code, &unknown, &why)) fail_msg("%s: %s", b->name, why.text);
    printf("# %s: code %u bytes, by the table %u\n", b->name, fw->flash_code, code);
    assert_int_equal(unknown, 0);
    const double off = ((double)code - fw->flash_code) / fw->flash;
    if (fabs(off) > 0.03) fail_msg("%s: %.1f %% off: make size-table writes the table again", b->name, 100.0 * off);
}

static void a_network_gives_the_hosts_bytes(void **state)
{
    (void)state;
    small s;
    uint8_t in[4 * 120], out[4 * 4];
    small_make(&s);
    for (uint32_t k = 0; k < 4; k++) (void)th_code_test_input(s.plan->graph, k + 1, in + k * 120);
    host_outputs(&s, in, 4, out);
    for (size_t i = 0; i < n_boards(); i++) {
        const th_board *b = board_here(i);
        th_why why = {0};
        th_firmware fw;
        th_plan *plan;
        char dir[TH_PATH_BYTES], to[TH_PATH_BYTES];
        if (!b) continue;
        assert_int_equal(th_plan_make_for(&s.s8->graphs[0], b->isa, &plan, &why), TH_OK);
        assert_int_equal(th_dir_temp(dir, &why), TH_OK);
        assert_int_equal(th_path_join(to, dir, "fw", &why), TH_OK);
        if (th_export_firmware(plan, NULL, b, to, 0, &fw, &why)) fail_msg("%s: %s", b->name, why.text);
        assert_int_equal(fw.arena, plan->arena_bytes);
        assert_int_equal(fw.flash_code + fw.flash_model, fw.flash);
        assert_true(fw.flash_model > 300 && fw.flash_code > 1000);
        check_estimate(b, plan, &fw);
        check_run(b, &fw, (th_span){in, sizeof in}, out);
        th_firmware_free(&fw);
        th_dir_remove(dir);
        th_plan_free(plan);
    }
    small_free(&s);
}

/* Built, measured, and refused with a word when it should run. */
static void a_board_without_emulator_is_built(void **state)
{
    (void)state;
    const th_board *b;
    th_why why = {0};
    small s;
    th_measure m;
    assert_int_equal(th_board_find("rp2040", &b, &why), TH_OK);
    assert_int_equal(th_emulator_tools(b, &why), TH_ETOOL);
    assert_non_null(strstr(why.text, "no emulator"));
    why = (th_why){0};
    small_make(&s);
    if (th_measure_model(s.plan, NULL, b, &m, &why)) fail_msg("%s", why.text);
    assert_false(m.ran);
    assert_true(m.fits && m.flash > 1000 && m.ram_bound > m.arena);
    small_free(&s);
}

/* The rows are whole, their kernels are the core's, and the cycle estimate is what its source gives. */
static void the_table_is_sound(void **state)
{
    (void)state;
    size_t n;
    const th_board *all = th_board_all(&n);
    for (size_t i = 0; i < n; i++) {
        const th_board *b = &all[i];
        assert_true(b->core && b->clock_hz > 0 && b->clock && b->clock_instr > 0 && b->clock_ticks > 0);
        assert_int_equal(b->ram_at % 1024, 0); /* the guard of device/cortexm.c */
        assert_true(b->pj_per_cycle == 0 || b->energy_source);
        assert_true(b->emulator == NULL || (b->emulator_options && b->emulator_package));
        for (size_t k = 0; k < i; k++) assert_string_not_equal(all[k].name, b->name);
        if (strcmp(b->core->name, "Cortex-M4F") != 0) continue;
        /* ms at 120 MHz, and instructions: MLPerf Tiny v1.1 (microTVM) and ../shared/docs/BASELINES.md (CMSIS-NN) */
        static const double ms[4] = {99.8, 300.8, 389.6, 8.61}, count[4] = {7696920, 24101960, 29862840, 583000};
        double sum = 0.0, worst = 0.0;
        for (int k = 0; k < 4; k++) sum += ms[k] * 120e3 / count[k] / 4.0;
        assert_true(fabs(sum * 100.0 - b->core->cycles_per_100_instr) < 1.0);
        for (int k = 0; k < 4; k++)
            worst = fmax(worst, fabs(ms[k] * 120e3 / count[k] / (b->core->cycles_per_100_instr / 100.0) - 1.0));
        assert_int_equal((int)(worst * 100.0 + 0.5), b->core->cycles_error_percent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(the_clock_counts_instructions),
        cmocka_unit_test(a_network_gives_the_hosts_bytes),
        cmocka_unit_test(a_board_without_emulator_is_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
