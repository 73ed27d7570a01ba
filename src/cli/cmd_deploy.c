/* thimble deploy: a folder with C source or with a firmware. */
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/target.h"
#include "deploy/export.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

static const th_opt options[] = {
    {"board", "B", TH_BOARD_DEFAULT, "the board that it is for"},
    {"isa", "NAME", NULL,
     "package, c: kernels of another processor family; simd128 is WebAssembly, plain any processor"},
    {"as", "KIND", NULL,
     "package: model.thm with its executor; c: C99 source; firmware: an ELF for the board (needed)"},
    {"out", "DIR", NULL, "the folder to write: new, empty, or written by deploy before (needed)"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static void print_sizes(const th_args *a, const th_board *board, const th_firmware *fw, const char *out)
{
    if (th_arg_on(a, "json")) {
        printf("{\"board\":\"%s\",\"flash\":%lu,\"flash_code\":%lu,\"flash_model\":%lu,\"ram_bound\":%lu,\"arena\":%lu,"
               "\"static\":%lu,\"stack_bound\":%lu}\n",
               board->name, (unsigned long)fw->flash, (unsigned long)fw->flash_code, (unsigned long)fw->flash_model,
               (unsigned long)fw->ram_bound, (unsigned long)fw->arena, (unsigned long)fw->fixed,
               (unsigned long)fw->stack);
        return;
    }
    printf("%s: firmware for %s\n  flash %7lu bytes of %lu (weights %lu)\n  RAM   %7lu bytes of %lu (arena %lu, stack "
           "%lu)\n",
           out, board->title, (unsigned long)fw->flash, (unsigned long)board->flash_bytes,
           (unsigned long)fw->flash_model, (unsigned long)fw->ram_bound, (unsigned long)board->ram_bytes,
           (unsigned long)fw->arena, (unsigned long)fw->stack);
}

static th_err deploy_firmware(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    th_firmware fw;
    const th_err err = th_export_firmware(t->plan, t->has_pipe ? &t->pipe : NULL, t->board, out, 0, &fw, why);
    if (!err) print_sizes(a, t->board, &fw, out);
    th_firmware_free(&fw);
    return err;
}

static th_err deploy_c(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    TH_TRY(th_export_c(t->plan, t->has_pipe ? &t->pipe : NULL, out, why));
    if (th_arg_on(a, "json"))
        printf("{\"arena_bytes\":%zu}\n", t->plan->arena_bytes);
    else
        printf("%s: C source; arena %zu bytes. Check it with: make -C %s test\n", out, t->plan->arena_bytes, out);
    return TH_OK;
}

static th_err deploy_package(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    size_t run_bytes = 0;
    TH_TRY(th_export_package(t->plan, t->model, t->has_pipe ? &t->pipe : NULL, out, &run_bytes, why));
    if (th_arg_on(a, "json"))
        printf("{\"arena_bytes\":%zu,\"flash_bytes\":%zu,\"isa\":\"%s\"}\n", t->plan->arena_bytes, run_bytes,
               th_isa_name(t->plan->isa));
    else
        printf("%s/model.thm: package for %s processors; %zu bytes of flash, arena %zu bytes. Check it with: make -C "
               "%s test\n",
               out, th_isa_name(t->plan->isa), run_bytes, t->plan->arena_bytes, out);
    return TH_OK;
}

/* --isa: the plan is made again for that family. */
static th_err plan_for(const char *isa_name, th_target *t, th_why *why)
{
    const th_isa isa = th_isa_find(isa_name);
    char names[128];
    size_t at = 0;
    for (int i = 0; i < TH_ISA_N; i++)
        if (th_isa_is_built((th_isa)i))
            at += th_text_fmt(names + at, sizeof names - at, "%s%s", at ? ", " : "", th_isa_name((th_isa)i));
    if (isa == TH_ISA_N || !th_isa_is_built(isa))
        return th_why_set(why, TH_EUSAGE, "--isa %s: this thimble has kernels for %s", isa_name, names);
    th_plan_free(t->plan);
    t->plan = NULL;
    return th_plan_make_for(&t->model->graphs[0], isa, &t->plan, why);
}

typedef th_err deploy_fn(const th_args *a, const th_target *t, const char *out, th_why *why);

static th_err run(const th_args *a, th_why *why)
{
    static const struct {
        const char *as;
        deploy_fn *deploy;
    } kind[] = {{"package", deploy_package}, {"c", deploy_c}, {"firmware", deploy_firmware}};
    const char *as = th_arg(a, "as"), *out = th_arg(a, "out"), *isa = th_arg(a, "isa");
    deploy_fn *deploy = NULL;
    for (size_t i = 0; as && i < sizeof kind / sizeof kind[0]; i++)
        if (strcmp(as, kind[i].as) == 0) deploy = kind[i].deploy;
    if (!deploy) return th_why_set(why, TH_EUSAGE, "say what to write: --as package, --as c or --as firmware");
    if (!out) return th_why_set(why, TH_EUSAGE, "say where: --out DIR");
    if (isa && deploy == deploy_firmware)
        return th_why_set(why, TH_EUSAGE, "a firmware takes the kernels of its board: leave --isa away");
    th_target t;
    th_interrupt_catch();
    th_err err = th_target_open(th_word(a, 0, "."), th_arg(a, "board"), &t, why);
    if (!err && isa) err = plan_for(isa, &t, why);
    if (!err) err = deploy(a, &t, out, why);
    th_target_free(&t);
    return err;
}

const th_cmd th_cmd_deploy = {
    .name = "deploy",
    .words = "[PROJECT|MODEL.tflite|MODEL.thm] --as package|c|firmware --out DIR",
    .summary = "the model as a package, as C source or as firmware",
    .detail = "A package is one file that an executor of a few KB runs in place, from flash; docs/formats.md has its "
              "bytes.\n\n"
              "  thimble deploy my-words --as c --out my-words-c\n"
              "  thimble deploy kws.tflite --board nano33ble --as package --out kws\n"
              "  thimble deploy kws.tflite --isa simd128 --as c --out kws-web\n"
              "  thimble deploy kws.tflite --board nano33ble --as firmware --out fw",
    .opts = options,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
