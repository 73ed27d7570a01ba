/* The self test: inputs from a generator, outputs that the host computed with the same kernels. */
#include "deploy/codegen_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t next(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static size_t fill(const th_tensor *t, uint32_t *x, uint8_t *out)
{
    const size_t n = th_tensor_bytes(t), size = th_type_bytes(t->type);
    for (size_t i = 0; i < n; i += size) {
        const uint32_t r = next(x);
        const float f = (float)(r >> 8) / 8388608.0f - 1.0f;
        uint32_t v = size == 1 ? r >> 24 : size == 2 ? r >> 16 : r;
        if (t->type == TH_F32) memcpy(&v, &f, sizeof v);
        for (size_t b = 0; b < size; b++) out[i + b] = (uint8_t)(b < 4 ? v >> 8 * b : 0);
    }
    return n;
}

size_t th_code_test_input(const th_graph *g, uint32_t seed, uint8_t *out)
{
    size_t n = 0;
    for (int i = 0; i < 16; i++) (void)next(&seed);
    for (int32_t i = 0; i < g->n_inputs; i++) n += fill(&g->tensors[g->inputs[i]], &seed, out + n);
    return n;
}

static size_t bytes_of(const th_graph *g, const int32_t *list, int32_t n)
{
    size_t sum = 0;
    for (int32_t i = 0; i < n; i++) sum += th_tensor_bytes(&g->tensors[list[i]]);
    return sum;
}

/* Text of the test's input generator for one type; the same as fill. */
static void write_fill(th_writer *w, const th_graph *g)
{
    th_writer_add(
        w, "static uint32_t next(uint32_t x)\n{\n    x ^= x << 13;\n    x ^= x >> 17;\n    x ^= x << 5;\n    return "
           "x;\n}\n\n"
           "static void fill_inputs(uint32_t x)\n{\n    uint32_t i;\n    for (i = 0; i < 16; i++) x = next(x);\n");
    for (int32_t k = 0; k < g->n_inputs; k++) {
        const th_tensor *t = &g->tensors[g->inputs[k]];
        const size_t size = th_type_bytes(t->type);
        th_writer_add(w, "    for (i = 0; i < MODEL_INPUT%d_BYTES; i += %zu) {\n        x = next(x);\n        {\n",
                      (int)k, size);
        if (t->type == TH_F32)
            th_writer_add(w, "            const float v = (float)(x >> 8) / 8388608.0f - 1.0f;\n");
        else if (size == 8)
            th_writer_add(w, "            const uint64_t v = x;\n");
        else
            th_writer_add(w, "            const uint%d_t v = (uint%d_t)(x >> %d);\n", (int)size * 8, (int)size * 8,
                          32 - (int)size * 8);
        th_writer_add(w, "            memcpy((uint8_t *)model_input(%d) + i, &v, sizeof v);\n        }\n    }\n",
                      (int)k);
    }
    th_writer_add(w, "}\n\n");
}

/* What stands in the outputs of a run that came to no end is the same everywhere, too. */
static void write_expected(th_writer *w, th_runner *r, const th_graph *g, uint8_t *inputs, bool *endless)
{
    for (uint32_t seed = 1; seed <= TH_SELFTEST_SETS; seed++) {
        size_t at = 0;
        (void)th_code_test_input(g, seed, inputs);
        th_runner_reset(r);
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t n = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            memcpy(th_runner_input(r, i), inputs + at, n);
            at += n;
        }
        endless[seed - 1] = th_runner_invoke(r, NULL, NULL) == TH_EENDLESS;
        for (int32_t i = 0; i < g->n_outputs; i++) {
            char name[48];
            const th_tensor *t = &g->tensors[g->outputs[i]];
            th_writer_add(w, "/* inputs of seed %u, output %d */\n", (unsigned)seed, (int)i);
            snprintf(name, sizeof name, "expected_%u_%d", (unsigned)seed, (int)i);
            th_writer_array(w, name, TH_U8, th_runner_output(r, i), th_tensor_bytes(t));
        }
    }
}

static void write_main(th_writer *w, const th_graph *g, const bool *endless)
{
    th_writer_add(w, "\nint main(void)\n{\n");
    for (unsigned seed = 1; seed <= TH_SELFTEST_SETS; seed++) {
        th_writer_add(w, "    model_init();\n    fill_inputs(%u);\n    if (%smodel_invoke()) return %u;%s\n", seed,
                      endless[seed - 1] ? "!" : "", seed, endless[seed - 1] ? " /* its loops have no end */" : "");
        for (int32_t i = 0; i < g->n_outputs; i++)
            th_writer_add(w,
                          "    if (memcmp(model_output(%d), expected_%u_%d, MODEL_OUTPUT%d_BYTES) != 0) return %u;\n",
                          (int)i, seed, (int)i, (int)i, seed);
    }
    th_writer_add(w, "    return 0;\n}\n");
}

/* One of several models: main_selftest.c calls these. */
static void write_check(th_writer *w, const th_graph *g)
{
    th_writer_add(w, "\nvoid model_test_fill(int seed);\nint model_test_same(int seed);\n\n"
                     "void model_test_fill(int seed)\n{\n    fill_inputs((uint32_t)seed);\n}\n\n"
                     "int model_test_same(int seed)\n{\n    int same = 1;\n");
    for (int32_t i = 0; i < g->n_outputs; i++) {
        th_writer_add(w, "    {\n        static const uint8_t *const want[%d] = {", TH_SELFTEST_SETS);
        for (int seed = 1; seed <= TH_SELFTEST_SETS; seed++)
            th_writer_add(w, "%sexpected_%d_%d", seed > 1 ? ", " : "", seed, (int)i);
        th_writer_add(
            w,
            "};\n        same = same && memcmp(model_output(%d), want[seed - 1], MODEL_OUTPUT%d_BYTES) == 0;\n"
            "    }\n",
            (int)i, (int)i);
    }
    th_writer_add(w, "    return same;\n}\n");
}

th_err th_code_selftest(const th_plan *plan, th_code *code, th_why *why)
{
    const th_graph *g = plan->graph;
    th_writer *w = &code->selftest_c;
    th_runner *runner = NULL;
    bool endless[TH_SELFTEST_SETS];
    TH_TRY(th_runner_new(plan, &runner, why));
    uint8_t *inputs = malloc(bytes_of(g, g->inputs, g->n_inputs) + 1);
    if (!inputs) {
        th_runner_free(runner);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    th_code_banner(w, code->number ? "model_selftest.c" : "main_selftest.c",
                   "exit code 0: this compiler and machine give the outputs that the host computed");
    th_writer_add(w, "#include \"model.h\"\n\n#include <string.h>\n\n" TH_CODE_ALIGN_TEXT "\n");
    write_fill(w, g);
    write_expected(w, runner, g, inputs, endless);
    if (code->number)
        write_check(w, g);
    else
        write_main(w, g, endless);
    free(inputs);
    th_runner_free(runner);
    return TH_OK;
}
