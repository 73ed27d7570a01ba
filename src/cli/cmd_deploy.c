/* thimble deploy: a folder with C source or with a firmware. */
#include "base/text.h"
#include "cli/deploy.h"
#include "cli/pair.h"
#include "deploy/export.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_opt options[] = {
    {"board", "B", TH_BOARD_DEFAULT, "the board that it is for"},
    {"isa", "NAME", NULL,
     "package, c, arduino: kernels of another processor family; simd128: WebAssembly, plain: any processor"},
    TH_OPT_BANDS,
    {"as", "KIND", NULL,
     "package: model.thm with its executor; c: C99 source; firmware: an ELF; arduino; wasm (needed)"},
    {"out", "DIR", NULL, "the folder to write: new, empty, or written by deploy before; arduino: or NAME.zip (needed)"},
    {"generic", NULL, NULL, "firmware: one that takes packages over the serial line, for any model"},
    {"send", "PORT", NULL,
     "package: to a board with that firmware; /dev/ttyACM0, or tcp:HOST:NUMBER of an emulated one"},
    {"in", "FILE", NULL, "send: input tensors to run it on there, one set after the other"},
    {"sensor", "N", NULL, "send: runs it N times on what the board's own sensor gives"},
    {"to", "FILE", NULL, "send: where the outputs go"},
    {"check-library", "DIR", NULL, "says where a library, a folder or a zip, breaks the rules of the Arduino IDE"},
    TH_OPT_PAIR,
    {"keep", NULL, NULL, "several models: the outputs of each stay until the last one of the round has run"},
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
    const th_err err = th_export_firmware(t->plan, &t->app, t->board, out, 0, &fw, why);
    if (!err) print_sizes(a, t->board, &fw, out);
    th_firmware_free(&fw);
    return err;
}

static th_err deploy_c(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    TH_TRY(th_export_c(t->plan, &t->app, out, why));
    if (th_arg_on(a, "json"))
        printf("{\"arena_bytes\":%zu}\n", t->plan->arena_bytes);
    else
        printf("%s: C source; arena %zu bytes. Check it with: make -C %s test\n", out, t->plan->arena_bytes, out);
    return TH_OK;
}

static th_err deploy_package(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    size_t run_bytes = 0;
    TH_TRY(th_export_package(t->plan, t->model, &t->app, out, &run_bytes, why));
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
    return th_target_plan(t, isa, why);
}

/* Several models, opened and joined. */
typedef struct cascade {
    th_target t[TH_MAX_WORDS];
    th_code_part part[TH_MAX_WORDS];
} cascade;

static th_err cascade_open(const th_args *a, cascade *c, th_why *why)
{
    th_plan *plans[TH_MAX_WORDS];
    int32_t until[TH_MAX_WORDS];
    for (int i = 0; i < a->n_words; i++) {
        th_target *t = &c->t[i];
        TH_TRY(th_target_open(a->word[i], i ? c->t[0].board->name : th_arg(a, "board"), th_arg(a, "bands"), t, why));
        if (th_arg(a, "isa")) TH_TRY(plan_for(th_arg(a, "isa"), t, why));
        plans[i] = t->plan;
        until[i] = th_arg_on(a, "keep") ? a->n_words - 1 : i;
        c->part[i] = (th_code_part){t->plan, &t->app, t->path};
    }
    return th_plan_join(plans, until, a->n_words, why);
}

static th_err write_several(const th_args *a, const th_several *m, const th_board *board, const char *as,
                            const char *out, th_why *why)
{
    const size_t arena = m->part[0].plan->arena_bytes;
    if (strcmp(as, "firmware") == 0) {
        th_firmware fw;
        const th_err err = th_export_cascade_firmware(m, board, out, &fw, why);
        if (!err) print_sizes(a, board, &fw, out);
        th_firmware_free(&fw);
        return err;
    }
    TH_TRY(th_export_cascade(m, out, why));
    if (th_arg_on(a, "json"))
        printf("{\"arena_bytes\":%zu}\n", arena);
    else
        printf("%s: C source of %d models in one arena of %zu bytes. Check it with: make -C %s test\n", out, (int)m->n,
               arena, out);
    return TH_OK;
}

static th_err check_several(const char *as, th_why *why)
{
    if (strcmp(as, "c") == 0 || strcmp(as, "firmware") == 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE,
                      "--as %s holds one model: deploy each by itself, or several --as c or --as firmware", as);
}

/* thimble deploy FIRST --with SECOND: the first wakes the second. */
static th_err deploy_pair(const th_args *a, const char *as, const char *out, th_why *why)
{
    TH_TRY(check_several(as, why));
    if (th_arg_on(a, "keep") || th_arg(a, "isa"))
        return th_why_set(why, TH_EUSAGE, "--with takes neither --keep nor --isa");
    th_pair *p = malloc(sizeof *p);
    if (!p) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_pair_open(a, p, why);
    if (!err) err = th_pair_join(p, why);
    const th_several several = th_pair_several(p);
    if (!err) err = write_several(a, &several, p->t[0].board, as, out, why);
    th_pair_free(p);
    free(p);
    return err;
}

/* thimble deploy A B ..: each model may wake the next. */
static th_err deploy_cascade(const th_args *a, const char *as, const char *out, th_why *why)
{
    TH_TRY(check_several(as, why));
    cascade *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = cascade_open(a, c, why);
    const th_several several = {.part = c->part, .n = a->n_words, .kept = th_arg_on(a, "keep")};
    if (!err) err = write_several(a, &several, c->t[0].board, as, out, why);
    for (int i = 0; i < a->n_words; i++) th_target_free(&c->t[i]);
    free(c);
    return err;
}

static th_deploy_fn *kind_of(const char *as)
{
    static const struct {
        const char *as;
        th_deploy_fn *deploy;
    } kind[] = {{"package", deploy_package},
                {"c", deploy_c},
                {"firmware", deploy_firmware},
                {"arduino", th_deploy_arduino},
                {"wasm", th_deploy_wasm}};
    for (size_t i = 0; as && i < sizeof kind / sizeof kind[0]; i++)
        if (strcmp(as, kind[i].as) == 0) return kind[i].deploy;
    return NULL;
}

/* Options that do not go together. */
static th_err check_options(const th_args *a, th_deploy_fn *deploy, th_why *why)
{
    static const char *const of_send[] = {"in", "to", "sensor"};
    const bool send = th_arg(a, "send") != NULL, several = a->n_words > 1 || th_arg(a, "with");
    if (!deploy)
        return th_why_set(why, TH_EUSAGE,
                          "say what to write: --as package, --as c, --as firmware, --as arduino or --as wasm");
    if (send && (deploy != deploy_package || several))
        return th_why_set(why, TH_EUSAGE, "--send sends the package of one model: --as package");
    for (size_t i = 0; i < sizeof of_send / sizeof of_send[0]; i++)
        if (th_arg(a, of_send[i]) && !send)
            return th_why_set(why, TH_EUSAGE, "--%s is for a model that is sent to a board: --send PORT", of_send[i]);
    if (th_arg_on(a, "generic") && deploy != deploy_firmware)
        return th_why_set(why, TH_EUSAGE, "--generic is a firmware for any model: --as firmware");
    if (!th_arg(a, "out") && !send) return th_why_set(why, TH_EUSAGE, "say where: --out DIR");
    if (th_arg(a, "isa") && deploy == deploy_firmware)
        return th_why_set(why, TH_EUSAGE, "a firmware takes the kernels of its board: leave --isa away");
    if (th_arg_on(a, "keep") && !several)
        return th_why_set(why, TH_EUSAGE, "--keep is for several models: a single one's outputs stay anyway");
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    const char *as = th_arg(a, "as"), *out = th_arg(a, "out"), *isa = th_arg(a, "isa");
    th_deploy_fn *deploy = kind_of(as);
    th_target t;
    if (th_arg(a, "check-library")) return th_deploy_check_library(a, th_arg(a, "check-library"), why);
    TH_TRY(check_options(a, deploy, why));
    th_interrupt_catch();
    if (th_arg_on(a, "generic")) return th_deploy_loader(a, out, why);
    if (th_arg(a, "with")) return deploy_pair(a, as, out, why);
    if (a->n_words > 1) return deploy_cascade(a, as, out, why);
    th_err err = th_target_open(th_word(a, 0, "."), th_arg(a, "board"), th_arg(a, "bands"), &t, why);
    if (!err && isa) err = plan_for(isa, &t, why);
    if (!err && out) err = deploy(a, &t, out, why);
    if (!err && th_arg(a, "send")) err = th_deploy_send(a, &t, why);
    th_target_free(&t);
    return err;
}

const th_cmd th_cmd_deploy = {
    .name = "deploy",
    .words = "[PROJECT|MODEL.tflite|MODEL.thm] [NEXT..|--with SECOND] --as package|c|firmware|arduino|wasm --out DIR",
    .summary = "the model as a package, C source, firmware, Arduino library or web page",
    .detail =
        "A package is one file that an executor of a few KB runs in place, from flash; docs/formats.md has its\n"
        "bytes. Several models become one cascade: in one arena, each may wake the next (model_round in\n"
        "model.h); bytes of models that never run at the same time are shared. --with: the first one is always on,\n"
        "and what it hears, feels or sees wakes the second for a look (the loop is in README.md).\n"
        "--gate: both hear the same words, and the first says which windows the second judges.\n\n"
        "  thimble deploy my-words --as c --out my-words-c\n"
        "  thimble deploy kws.tflite --board nano33ble --as package --out kws\n"
        "  thimble deploy kws.tflite --isa simd128 --as c --out kws-web\n"
        "  thimble deploy kws.tflite --board nano33ble --as firmware --out fw\n"
        "  thimble deploy wake.tflite person.tflite --board nano33ble --as c --out two\n"
        "  thimble deploy my-words --with my-eye --wake yes --look 3 --as firmware --out fw\n"
        "  thimble deploy my-words --as arduino --out MyWords.zip\n"
        "  thimble deploy my-words --as wasm --out my-words-web\n"
        "  thimble deploy --board nano33ble --as firmware --generic --out takes-models\n"
        "  thimble deploy kws.tflite --board nano33ble --as package --send /dev/ttyACM0",
    .opts = options,
    .min_words = 0,
    .max_words = TH_MAX_WORDS,
    .run = run,
};
