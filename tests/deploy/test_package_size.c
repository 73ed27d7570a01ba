/* The executor with the kernels of all seven models of the benchmark table, on a Cortex-M4: below 30 KB of code. */
#include "../test.h"

#include "deploy/firmware.h"
#include "nn/kernels.h"
#include "os/process.h"

static const char *const model[] = {"kws_ref_model", "vww_96_int8",      "pretrainedResnet_quant", "ad01_int8",
                                    "person_detect", "str_ww_ref_model", "micro_speech_quantized"};
enum { N_MODELS = sizeof model / sizeof model[0], MOST_CODE = 30 * 1024, MAX_KERNELS = 256 };

typedef struct all {
    th_code code; /* of the last model; its sources become those of all */
    const char *kernel[MAX_KERNELS];
    size_t n_kernels;
} all;

static void add_kernel(all *a, const char *name)
{
    size_t at = 0;
    while (at < a->n_kernels && th_kernel_number(a->kernel[at]) < th_kernel_number(name)) at++;
    if (at < a->n_kernels && strcmp(a->kernel[at], name) == 0) return;
    assert_true(a->n_kernels < MAX_KERNELS);
    memmove(a->kernel + at + 1, a->kernel + at, (a->n_kernels - at) * sizeof *a->kernel);
    a->kernel[at] = name;
    a->n_kernels++;
}

/* The package of one more model; what it needs comes to what the others need. */
static void add_model(all *a, const char *name, const th_board *board)
{
    char path[4096];
    th_model *m = NULL;
    th_plan *plan = NULL;
    th_why why = {0};
    th_embed_set ring = a->code.ring;
    th_code_free(&a->code);
    snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), name);
    if (th_model_load(path, &m, &why) || th_plan_make_for(&m->graphs[0], board->core->isa, &plan, &why) ||
        th_code_make_package(plan, NULL, NULL, &a->code, &why))
        fail_msg("%s: %s", name, why.text);
    for (size_t i = 0; i < a->code.n_kernels; i++) add_kernel(a, a->code.kernel[i]);
    for (size_t i = 0; i < ring.n; i++) assert_int_equal(th_embed_add(&a->code.ring, ring.file[i]->path, &why), TH_OK);
    th_plan_free(plan);
    th_model_free(m);
}

/* model.c with the table of all kernels in place of its own. */
static void replace_table(all *a)
{
    static const char from[] = "static const th_kernel_row rows[]", to[] = "/* The arena, ";
    const char *table = strstr(a->code.model_c.text, from), *bytes = strstr(a->code.model_c.text, "static const union");
    th_writer w = {0};
    assert_non_null(table);
    assert_non_null(bytes);
    assert_non_null(strstr(bytes, to));
    th_writer_add(&w, "#include \"model.h\"\n#include \"nn/package.h\"\n#define TH_CODE_ALIGN(n) "
                      "__attribute__((aligned(n)))\n");
    for (size_t i = 0; i < a->n_kernels; i++) th_writer_add(&w, "extern th_kernel %s;\n", a->kernel[i]);
    th_writer_add(&w, "%s = {\n", from);
    for (size_t i = 0; i < a->n_kernels; i++)
        th_writer_add(&w, "    {%u, %s},\n", (unsigned)th_kernel_number(a->kernel[i]), a->kernel[i]);
    th_writer_add(&w, "};\nstatic const th_kernel_set kernels = {rows, %zu, \"arm-dsp\"};\n%s", a->n_kernels, bytes);
    th_writer_free(&a->code.model_c);
    a->code.model_c = w;
    free(a->code.kernel);
    a->code.kernel = malloc(sizeof a->kernel);
    memcpy(a->code.kernel, a->kernel, sizeof a->kernel);
    a->code.n_kernels = a->n_kernels;
}

static void the_executor_of_seven_models_is_small(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    const th_board *board;
    th_firmware fw = {0};
    th_why why = {0};
    char dir[TH_PATH_BYTES];
    all a = {0};
    assert_int_equal(th_board_find("nano33ble", &board, &why), TH_OK);
    if (th_firmware_tools(board, &why)) {
        printf("SKIPPED: %s\n", why.text);
        skip();
    }
    for (size_t i = 0; i < N_MODELS; i++) add_model(&a, model[i], board);
    replace_table(&a);
    if (th_dir_temp(dir, &why) || th_firmware_sources(&a.code, dir, &why) ||
        th_firmware_build(&a.code, board, dir, 0, &fw, &why))
        fail_msg("%s", why.text);
    const size_t tables = a.code.packed.run_bytes - a.code.packed.weight_bytes, code = fw.flash_code - tables;
    print_message("%zu kernels and the executor, with the firmware's loop: %zu bytes of code\n", a.n_kernels, code);
    assert_true(a.n_kernels >= 6);
    assert_in_range(code, 4096, MOST_CODE - 1);
    th_firmware_free(&fw);
    th_code_free(&a.code);
    th_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_executor_of_seven_models_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
