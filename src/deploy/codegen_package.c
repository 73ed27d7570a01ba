/* model.c around a package: its run part as bytes, the table of the kernels that it needs, and the interface of
 * model.h in terms of nn/package.h. */
#include "deploy/codegen_priv.h"

#include "nn/kernels.h"

#include <stdlib.h>
#include <string.h>

static int by_number(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return (int)th_kernel_number(*x) - (int)th_kernel_number(*y);
}

/* The names of the plan's kernels, each once, their numbers rising. */
static th_err list_kernels(const th_plan *plan, th_code *code, th_why *why)
{
    const th_step *s;
    int32_t n = 0;
    while (th_code_step(plan, n)) n++;
    code->kernel = calloc((size_t)n + 1, sizeof *code->kernel);
    if (!code->kernel) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    for (int32_t i = 0; (s = th_code_step(plan, i)) != NULL; i++) {
        bool seen = s->control != TH_CONTROL_KERNEL;
        for (size_t k = 0; k < code->n_kernels && !seen; k++) seen = strcmp(code->kernel[k], s->kernel_name) == 0;
        if (!seen) code->kernel[code->n_kernels++] = s->kernel_name;
    }
    qsort(code->kernel, code->n_kernels, sizeof *code->kernel, by_number);
    return TH_OK;
}

static void write_table(th_writer *w, const th_code *code, const char *isa)
{
    for (size_t i = 0; i < code->n_kernels; i++) th_writer_add(w, "extern th_kernel %s;\n", code->kernel[i]);
    th_writer_add(w, "static const th_kernel_row rows[] = {\n");
    for (size_t i = 0; i < code->n_kernels; i++)
        th_writer_add(w, "    {%u, %s},\n", (unsigned)th_kernel_number(code->kernel[i]), code->kernel[i]);
    th_writer_add(w, "    {0xffff, 0}\n};\nstatic const th_kernel_set kernels = {rows, %zu, \"%s\"};\n\n",
                  code->n_kernels, isa);
}

static void write_memory(th_writer *w, const th_packed *packed)
{
    th_writer_add(w,
                  "/* The arena, and behind it what the executor needs. */\n"
                  "static union {\n    uint8_t byte[sizeof(void *) > 4 ? %zu : %zu];\n    int64_t whole;\n"
                  "    double real;\n} memory TH_CODE_ALIGN(16);\nstatic th_package executor;\n\n",
                  packed->memory[1], packed->memory[0]);
}

static void write_io(th_writer *w, const th_graph *g)
{
    th_writer_add(w, "const uint32_t model_input_bytes[MODEL_INPUTS] = {");
    for (int32_t i = 0; i < g->n_inputs; i++) th_writer_add(w, "%sMODEL_INPUT%d_BYTES", i ? ", " : "", (int)i);
    th_writer_add(w, "};\nconst uint32_t model_output_bytes[MODEL_OUTPUTS] = {");
    for (int32_t i = 0; i < g->n_outputs; i++) th_writer_add(w, "%sMODEL_OUTPUT%d_BYTES", i ? ", " : "", (int)i);
    th_writer_add(w, "};\n\n");
}

static void write_functions(th_writer *w, size_t run_bytes)
{
    th_writer_add(w,
                  "#ifdef MODEL_PROFILE\nstatic void step_done(void *ctx, int32_t node)\n{\n    (void)ctx;\n"
                  "    model_profile(node);\n}\n#endif\n\n"
                  "/* The package is looked at once; after that only state goes back to its start. */\n"
                  "int model_init(void)\n{\n"
                  "    static const th_span bytes = {package.byte, %zu};\n"
                  "    if (executor.memory) {\n        th_package_reset(&executor);\n        return 0;\n    }\n"
                  "    {\n        const th_err err = th_package_open(&executor, bytes, &kernels, 0);\n"
                  "        if (err) return err;\n    }\n"
                  "#ifdef MODEL_PROFILE\n    executor.on_step = step_done;\n#endif\n"
                  "    return th_package_start(&executor, memory.byte, sizeof memory.byte);\n}\n\n",
                  run_bytes);
    th_writer_add(w, "void *model_input(int index)\n{\n    return th_package_input(&executor, (uint32_t)index);\n}\n\n"
                     "const void *model_output(int index)\n{\n"
                     "    return th_package_output(&executor, (uint32_t)index);\n}\n\n"
                     "void *model_memory(void)\n{\n    return memory.byte;\n}\n\n"
                     "int model_invoke(void)\n{\n    return th_package_invoke(&executor) ? -1 : 0;\n}\n");
}

static void write_bytes(th_writer *w, const th_packed *packed)
{
    th_writer_add(w,
                  "static const union {\n    uint8_t byte[%zu];\n    int64_t whole;\n} package TH_CODE_ALIGN(16) = {{",
                  packed->run_bytes);
    for (size_t i = 0; i < packed->run_bytes; i++)
        th_writer_add(w, "%s%u,", i % 32 ? "" : "\n    ", (unsigned)packed->bytes[i]);
    th_writer_add(w, "\n}};\n\n");
}

th_err th_code_package(const th_plan *plan, const th_model *model, th_code *code, th_why *why)
{
    th_writer *w = &code->model_c;
    TH_TRY(th_package_make(plan, model, &code->packed, why));
    TH_TRY(list_kernels(plan, code, why));
    code->weight_bytes = code->packed.weight_bytes;
    th_code_banner(w, "model.c", "a model package, the kernels that it needs, and the executor that runs it");
    th_writer_add(w, "#include \"model.h\"\n\n#include \"nn/package.h\"\n\n" TH_CODE_ALIGN_TEXT "\n");
    write_table(w, code, th_isa_name(plan->isa));
    write_bytes(w, &code->packed);
    write_memory(w, &code->packed);
    write_io(w, plan->graph);
    write_functions(w, code->packed.run_bytes);
    return TH_OK;
}
