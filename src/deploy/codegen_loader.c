/* The firmware that takes packages: a table of all kernels that its processor can run, and the files that they are in.
 */
#include "deploy/codegen_priv.h"

#include "nn/kernels.h"

#include <stdlib.h>
#include <string.h>

typedef struct row {
    uint16_t number;
    const char *name;
} row;

#define X(number, name) {number, #name},
static const row plain[] = {TH_KERNELS_PLAIN_LIST(X)}, dsp[] = {TH_KERNELS_ARM_DSP_LIST(X)},
                 mve[] = {TH_KERNELS_ARM_MVE_LIST(X)}, scalar[] = {TH_KERNELS_SCALAR_LIST(X)},
                 raw[] = {TH_KERNELS_RAW_LIST(X)};
#undef X

/* Lists in the order of their numbers, and the folder that each one's files are in.  A family's plans may name kernels
 * of another one, which are plain C elsewhere, so every board has all of them. */
static const struct {
    const row *rows;
    size_t n;
    const char *folder;
} families[] = {
#define ROWS(list) list, sizeof list / sizeof list[0]
    {ROWS(plain), "nn/"},         {ROWS(dsp), "nn/cortexm/"}, {ROWS(mve), "nn/mve/"},
    {ROWS(scalar), "nn/scalar/"}, {ROWS(raw), "nn/raw/"},
#undef ROWS
};
#define N_FAMILIES (sizeof families / sizeof families[0])

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static th_err list_kernels(th_isa isa, th_code *code, th_why *why)
{
    th_writer *w = &code->model_c, rows = {0};
    code->kernel = calloc(2000, sizeof *code->kernel);
    if (!code->kernel) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    for (size_t k = 0; k < N_FAMILIES; k++) {
        for (size_t i = 0; i < families[k].n; i++) {
            const row *r = &families[k].rows[i];
            code->kernel[code->n_kernels++] = r->name;
            th_writer_add(w, "extern th_kernel %s;\n", r->name);
            th_writer_add(&rows, "    {%u, %s},\n", (unsigned)r->number, r->name);
        }
    }
    if (!rows.err)
        th_writer_add(w,
                      "static const th_kernel_row rows[] = {\n%s    {0xffff, 0}\n};\n"
                      "extern const th_kernel_set loader_kernels;\n"
                      "const th_kernel_set loader_kernels = {rows, %zu, \"%s\"};\n",
                      rows.text, code->n_kernels, th_isa_name(isa));
    const bool bad = rows.err || w->err;
    th_writer_free(&rows);
    return bad ? th_why_set(why, TH_ENOMEM, "out of memory while writing C") : TH_OK;
}

/* Files that only a computer needs, to plan. */
static bool plans(const char *path)
{
    static const char *const planning[] = {"nn/op.c", "nn/fast.c", "nn/kernels.c", "nn/signal_options.c", "nn/slide.c"};
    for (size_t i = 0; i < sizeof planning / sizeof planning[0]; i++)
        if (strcmp(path, planning[i]) == 0) return true;
    return strstr(path, "prepare.c") != NULL;
}

static bool computes(const char *path, const char *folder)
{
    const size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && !strchr(path + n, '/') && ends_with(path, ".c") && !plans(path);
}

/* Headers bring the file of their name along. */
static void leave_plans_out(th_embed_set *ring)
{
    size_t n = 0;
    for (size_t i = 0; i < ring->n; i++)
        if (!plans(ring->file[i]->path)) ring->file[n++] = ring->file[i];
    ring->n = n;
}

th_err th_code_make_loader(th_isa isa, th_code *code, th_why *why)
{
    memset(code, 0, sizeof *code);
    code->loader = true;
    th_code_banner(&code->model_h, "model.h", "empty: models come over the serial line");
    th_code_banner(&code->model_c, "model.c", "the kernels that packages can name");
    th_writer_add(&code->model_c, "#include \"nn/package.h\"\n\n");
    TH_TRY(list_kernels(isa, code, why));
    TH_TRY(th_embed_add(&code->ring, "nn/loader.h", why));
    TH_TRY(th_embed_add(&code->ring, "dsp/signal_fft.h", why)); /* kernels that lie elsewhere */
    for (size_t k = 0; k < N_FAMILIES; k++)
        for (const th_embed_file *f = th_embed_table; f->path; f++)
            if (computes(f->path, families[k].folder)) TH_TRY(th_embed_add(&code->ring, f->path, why));
    leave_plans_out(&code->ring);
    return TH_OK;
}
