#include "small.h"

#include "../model/calls.h"
#include "../model/tower.h"

#include "base/text.h"
#include "deploy/export.h"

static char dir[TH_PATH_BYTES];

static void fresh_dir(void)
{
    th_why why = {0};
    if (th_dir_temp(dir, &why)) fail_msg("%s", why.text);
}

static void path_in(char buf[TH_PATH_BYTES], const char *name)
{
    assert_int_equal(th_path_join(buf, dir, name, NULL), TH_OK);
}

/* The folder compiles as strict C99 without a warning, and its self test agrees with the host. */
static void compile_and_run(const char *compiler, const char *folder)
{
    char tail[4096], cc[64], where[TH_PATH_BYTES];
    path_in(where, folder);
    snprintf(cc, sizeof cc, "CC=%s", compiler);
    const char *const clean[] = {"make", "-s", "clean", NULL};
    const char *const test[] = {"make", "-s", cc, "CFLAGS=-O1 -Wall -Wextra -Wshadow -Wconversion -Werror",
                                "test", NULL};
    assert_int_equal(run_program(where, clean, tail, sizeof tail), 0);
    if (run_program(where, test, tail, sizeof tail) != 0) fail_msg("%s: %s", compiler, tail);
}

static void c_of_a_keyword_model_compiles_and_agrees(void **state)
{
    (void)state;
    small s;
    th_why why = {0};
    char out[TH_PATH_BYTES];
    small_make(&s);
    fresh_dir();
    path_in(out, "c");
    if (th_export_c(s.plan, &(th_app){.sound = &s.pipe}, out, &why)) fail_msg("%s", why.text);
    compile_and_run("cc", "c");
    if (th_program_exists("clang")) compile_and_run("clang", "c");
    th_dir_remove(dir);
    small_free(&s);
}

/* Variables, CALL_ONCE, IF and WHILE in C as in the runner. */
static void c_of_graphs_that_run_graphs_agrees(void **state)
{
    (void)state;
    calls *const all[] = {calls_counter(), calls_choice(), calls_loop()};
    th_why why = {0};
    char out[TH_PATH_BYTES];
    fresh_dir();
    path_in(out, "c");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        th_plan *plan = NULL;
        if (th_plan_make(&all[i]->g[0], &plan, &why) || th_export_c(plan, NULL, out, &why)) fail_msg("%s", why.text);
        compile_and_run("cc", "c");
        th_plan_free(plan);
        free(all[i]);
    }
    th_dir_remove(dir);
}

/* The same as packages, and a keyword model with its audio code around the executor. */
static void packages_with_their_executor_agree(void **state)
{
    (void)state;
    calls *const all[] = {calls_counter(), calls_choice(), calls_loop()};
    th_why why = {0};
    char out[TH_PATH_BYTES], thm[TH_PATH_BYTES];
    size_t run_bytes = 0;
    small s;
    fresh_dir();
    path_in(out, "c");
    path_in(thm, "c/model.thm");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        th_plan *plan = NULL;
        if (th_plan_make(&all[i]->g[0], &plan, &why) ||
            th_export_package(plan, &all[i]->m, NULL, out, &run_bytes, &why))
            fail_msg("%s", why.text);
        compile_and_run("cc", "c");
        assert_in_range(run_bytes, 128, th_file_size(thm));
        th_plan_free(plan);
        free(all[i]);
    }
    small_make(&s);
    if (th_export_package(s.plan, s.s8, &(th_app){.sound = &s.pipe}, out, &run_bytes, &why)) fail_msg("%s", why.text);
    compile_and_run("cc", "c");
    if (th_program_exists("clang")) compile_and_run("clang", "c");
    small_free(&s);
    th_dir_remove(dir);
}

/* Compiles as it should, and the self test's exit code is `code`. */
static void cascade_gives(const th_code_part *part, bool kept, int code)
{
    char tail[4096], out[TH_PATH_BYTES];
    th_why why = {0};
    path_in(out, "c");
    if (th_export_cascade(&(th_several){.part = part, .n = 3, .kept = kept}, out, &why)) fail_msg("%s", why.text);
    if (code == 0) compile_and_run("cc", "c");
    const char *const build[] = {"make", "-s", "build/selftest", NULL};
    const char *const run[] = {"sh", "-c", "./build/selftest", NULL};
    assert_int_equal(run_program(out, build, tail, sizeof tail), 0);
    assert_int_equal(run_program(out, run, tail, sizeof tail), code);
    th_dir_remove(out);
}

/* A keyword model that wakes one with state, which wakes one that runs graphs, in one arena; the self test sees when
 * outputs that were to be kept are not. */
static void models_in_one_arena_agree(void **state)
{
    (void)state;
    calls *counter = calls_counter(), *choice = calls_choice();
    small s;
    small_make(&s);
    th_text_fmt(s.pipe.labels[1], sizeof s.pipe.labels[1], "%s", "model_\"x\" model_y");
    const th_graph *const graph[3] = {s.plan->graph, &counter->g[0], &choice->g[0]};
    size_t bytes[2];
    fresh_dir();
    for (int kept = 0; kept < 2; kept++) {
        th_plan *plan[3];
        th_code_part part[3];
        const int32_t until[3] = {kept ? 2 : 0, kept ? 2 : 1, 2};
        const th_app app = {.sound = &s.pipe};
        size_t alone[3];
        for (int i = 0; i < 3; i++) {
            assert_int_equal(th_plan_make(graph[i], &plan[i], NULL), TH_OK);
            part[i] = (th_code_part){plan[i], i ? NULL : &app, "folder/a model.tflite"};
            alone[i] = plan[i]->arena_bytes;
        }
        assert_int_equal(th_plan_join(plan, until, 3, NULL), TH_OK);
        bytes[kept] = plan[0]->arena_bytes;
        for (int i = 0; i < 3; i++) {
            assert_int_equal(plan[i]->own_bytes, alone[i]);
            assert_true(plan[i]->own_at + alone[i] <= bytes[kept]);
        }
        cascade_gives(part, kept != 0, 0);
        if (!kept) cascade_gives(part, true, 11); /* which was not planned */
        for (int i = 0; i < 3; i++) th_plan_free(plan[i]);
    }
    assert_true(bytes[0] < bytes[1]);
    th_dir_remove(dir);
    free(counter);
    free(choice);
    small_free(&s);
}

/* Operators in row bands, with kernels of several families: as C and as packages. */
static void c_of_row_bands_agrees(void **state)
{
    (void)state;
    static const int32_t layer[][2] = {{4, 1}, {8, 2}, {8, 2}, {8, 1}, {8, 1}};
    static const th_isa isa[] = {TH_ISA_PLAIN, TH_ISA_ARM_DSP, TH_ISA_SCALAR};
    th_why why = {0};
    char out[TH_PATH_BYTES];
    size_t run_bytes;
    fresh_dir();
    path_in(out, "c");
    for (size_t i = 0; i < 3; i++)
        for (int which = 0; which < 2; which++) {
            tower *m = which ? tower_residual() : tower_picture(48, 32, layer, 5);
            th_plan *plan = NULL;
            th_code code;
            if (th_plan_make_banded(&m->g, isa[i], &plan, &why) || th_code_make(plan, NULL, &code, &why))
                fail_msg("%s", why.text);
            assert_int_equal(plan->n_bands, 1);
            assert_non_null(strstr(code.model_c.text, "for (v = bands0;"));
            th_code_free(&code);
            if (th_export_c(plan, NULL, out, &why)) fail_msg("%s", why.text);
            compile_and_run("cc", "c");
            if (i == 0 && th_program_exists("clang")) compile_and_run("clang", "c");
            if (th_export_package(plan, NULL, NULL, out, &run_bytes, &why)) fail_msg("%s", why.text);
            compile_and_run("cc", "c");
            th_plan_free(plan);
            free(m);
        }
    th_dir_remove(dir);
}

/* A loop that never ends: model_invoke says so after as many rounds as the runner, with the same bytes in the outputs.
 */
static void c_of_an_endless_loop_comes_back(void **state)
{
    (void)state;
    calls *c = calls_loop();
    th_plan *plan = NULL;
    th_code code;
    th_why why = {0};
    char out[TH_PATH_BYTES];
    c->no = 1;
    fresh_dir();
    path_in(out, "c");
    if (th_plan_make(&c->g[0], &plan, &why) || th_export_c(plan, NULL, out, &why) ||
        th_code_make(plan, NULL, &code, &why))
        fail_msg("%s", why.text);
    assert_non_null(strstr(code.selftest_c.text, "if (!model_invoke()) return 1;"));
    compile_and_run("cc", "c");
    th_code_free(&code);
    th_plan_free(plan);
    free(c);
    th_dir_remove(dir);
}

/* Custom operators, states that steps keep, several element types in tables. */
static void c_of_the_audio_front_end_agrees(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/audio_preprocessor_int8.tflite");
    static const char *const name[] = {"audio_preprocessor_int8", "audio_preprocessor_float"};
    th_why why = {0};
    char out[TH_PATH_BYTES], file[TH_PATH_BYTES];
    fresh_dir();
    path_in(out, "c");
    for (int i = 0; i < 2; i++) {
        th_model *model = NULL;
        th_plan *plan = NULL;
        assert_int_equal(th_path_join(file, test_shared(), "models", NULL), TH_OK);
        snprintf(file + strlen(file), sizeof file - strlen(file), "/%s.tflite", name[i]);
        if (th_model_load(file, &model, &why) || th_plan_make(&model->graphs[0], &plan, &why) ||
            th_export_c(plan, NULL, out, &why))
            fail_msg("%s", why.text);
        compile_and_run("cc", "c");
        th_plan_free(plan);
        th_model_free(model);
    }
    th_dir_remove(dir);
}

/* A wrong expectation must be noticed: the self test can fail. */
static void self_test_can_fail(void **state)
{
    (void)state;
    small s;
    th_why why = {0};
    char out[TH_PATH_BYTES], file[TH_PATH_BYTES], tail[4096];
    uint8_t *text;
    size_t n;
    small_make(&s);
    fresh_dir();
    path_in(out, "c");
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_OK);
    path_in(file, "c/main_selftest.c");
    assert_int_equal(th_file_read(file, 0, &text, &n, &why), TH_OK);
    char *digit = NULL;
    for (size_t i = 0; i + 12 < n && !digit; i++)
        if (memcmp(text + i, "expected_1_0[", 13) == 0) digit = strchr((char *)text + i, '{');
    assert_non_null(digit);
    digit = strpbrk(digit, "0123456789");
    *digit = *digit == '1' ? '2' : '1';
    assert_int_equal(th_file_write(file, (th_span){text, n}, &why), TH_OK);
    free(text);
    const char *const test[] = {"make", "-s", "test", NULL};
    assert_int_not_equal(run_program(out, test, tail, sizeof tail), 0);
    th_dir_remove(dir);
    small_free(&s);
}

static void same_model_same_bytes(void **state)
{
    (void)state;
    small s;
    th_code a, b;
    th_why why = {0};
    small_make(&s);
    assert_int_equal(th_code_make(s.plan, &(th_app){.sound = &s.pipe}, &a, &why), TH_OK);
    assert_int_equal(th_code_make(s.plan, &(th_app){.sound = &s.pipe}, &b, &why), TH_OK);
    assert_string_equal(a.model_c.text, b.model_c.text);
    assert_string_equal(a.app_c.text, b.app_c.text);
    assert_string_equal(a.selftest_c.text, b.selftest_c.text);
    /* labels in any script become plain ASCII */
    for (const char *c = a.app_c.text; *c; c++) assert_true((unsigned char)*c < 127);
    assert_non_null(strstr(a.app_c.text, "\\331\\206\\330\\271\\331\\205"));
    th_code_free(&a);
    th_code_free(&b);
    small_free(&s);
}

static void write_text(const char *name, const char *text)
{
    char path[TH_PATH_BYTES];
    path_in(path, name);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

static void foreign_files_are_not_replaced(void **state)
{
    (void)state;
    small s;
    th_why why = {0};
    char out[TH_PATH_BYTES], part[TH_PATH_BYTES], path[TH_PATH_BYTES];
    small_make(&s);
    fresh_dir();
    path_in(out, "c");
    path_in(part, "c.part");
    assert_int_equal(th_dir_make(out, NULL), TH_OK);
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_OK); /* an empty folder is free */
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_OK); /* and so is our own */
    write_text("c/mine.txt", "precious");
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, "mine.txt"));
    path_in(path, "c/mine.txt");
    assert_true(th_file_exists(path));
    th_dir_remove(path);
    why = (th_why){0};
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_OK);
    write_text("c/model.h", "/* changed by hand */\n");
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, "model.h"));
    assert_false(th_dir_exists(part));
    why = (th_why){0};
    path_in(path, "other");
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    write_text("other/a.txt", "x");
    assert_int_equal(th_export_c(s.plan, NULL, path, &why), TH_EEXIST);
    why = (th_why){0};
    path_in(path, "other/a.txt");
    assert_int_equal(th_export_c(s.plan, NULL, path, &why), TH_EEXIST);
    th_dir_remove(dir);
    small_free(&s);
}

/* Prints the self test's exit code, since a bare AVR has nobody to give it to. */
static const char avr_main[] = "#include <avr/io.h>\nint selftest_main(void);\n"
                               "static void put(char c) { while (!(UCSR0A & (1 << UDRE0))) {} UDR0 = (uint8_t)c; }\n"
                               "int main(void)\n{\n    UCSR0B = 1 << TXEN0;\n    const int code = selftest_main();\n"
                               "    put('r'); put('='); put((char)('0' + code)); put('\\n');\n    for (;;) {}\n}\n";

/* The emulated AVR never ends by itself: it is stopped when it has spoken. */
static const char avr_run[] = "qemu-system-avr -M mega2560 -bios selftest.elf -display none -monitor none -serial "
                              "stdio >said </dev/null & pid=$!; "
                              "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
                              "for k in 1 2 3 4 5 6 7 8 9 10; do grep -q r= said && break 2; sleep 0.1; done; done; "
                              "kill $pid; grep -q r=0 said";

/* The generated C and the kernels with 16-bit int: AVR, run on QEMU when it is there.
 * At -O1, since from -O2 on gcc calls libgcc's __usmulhisi3_tail, which QEMU 7.2 gets wrong: it jumps
 * onto a skip instruction (sbrs) there and stays. */
static void c_compiles_for_a_16_bit_int(void **state)
{
    (void)state;
    small s;
    th_why why = {0};
    char out[TH_PATH_BYTES], tail[8192];
    if (!th_program_exists("avr-gcc")) {
        printf("# SKIP avr-gcc is not here\n");
        skip();
    }
    small_make(&s);
    fresh_dir();
    path_in(out, "c");
    assert_int_equal(th_export_c(s.plan, NULL, out, &why), TH_OK);
    const char *const build[] = {
        "sh", "-c",
        "avr-gcc -mmcu=atmega2560 -std=c99 -pedantic -Wall -Wextra -Werror -O1 -ffp-contract=off -ffunction-sections "
        "-fdata-sections -I. -Dmain=selftest_main -c main_selftest.c model.c */*.c && "
        "avr-gcc -mmcu=atmega2560 -std=c99 -Os -Wl,--gc-sections ../avr_main.c *.o -o selftest.elf",
        NULL};
    const char *const run[] = {"sh", "-c", avr_run, NULL};
    write_text("avr_main.c", avr_main);
    if (run_program(out, build, tail, sizeof tail) != 0) fail_msg("%s", tail);
    if (th_program_exists("qemu-system-avr") && run_program(out, run, tail, sizeof tail) != 0)
        fail_msg("not equal on the AVR %s", tail);
    th_dir_remove(dir);
    small_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_of_a_keyword_model_compiles_and_agrees),
        cmocka_unit_test(c_of_graphs_that_run_graphs_agrees),
        cmocka_unit_test(packages_with_their_executor_agree),
        cmocka_unit_test(models_in_one_arena_agree),
        cmocka_unit_test(c_of_row_bands_agrees),
        cmocka_unit_test(c_of_an_endless_loop_comes_back),
        cmocka_unit_test(c_of_the_audio_front_end_agrees),
        cmocka_unit_test(self_test_can_fail),
        cmocka_unit_test(same_model_same_bytes),
        cmocka_unit_test(foreign_files_are_not_replaced),
        cmocka_unit_test(c_compiles_for_a_16_bit_int),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
