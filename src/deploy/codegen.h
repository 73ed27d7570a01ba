/* deploy/codegen.h -- a planned model as C99: the kernels called by name, parameters and weights
 * const, a static arena, and for a keyword model the front end's tables, labels and settings.
 *
 *   model.h model.c               the network
 *   model_audio.h model_audio.c   around it; only with a th_app (or model_sensor, model_camera)
 *   main_selftest.c               the network's outputs as the host computed them: exit 0 when equal
 *
 * Several models: th_code_make_cascade.
 *
 * The text depends on the model alone: the same model gives the same bytes. */
#ifndef TH_DEPLOY_CODEGEN_H
#define TH_DEPLOY_CODEGEN_H

#include "deploy/embed.h"
#include "deploy/writer.h"
#include "deploy/app.h"
#include "dsp/gate.h"
#include "dsp/wake.h"
#include "model/package.h"
#include "model/plan.h"

/* Words of the table that the generated C has for plan->bands[i]; *columns: what changes from band to band. */
size_t th_code_band_words(const th_plan *plan, int32_t i, size_t *columns);

/* One of the files of several models. */
typedef struct th_code_file {
    char name[32]; /* "model2.c" */
    th_writer text;
    bool test; /* belongs to the self test */
} th_code_file;

typedef struct th_code {
    th_writer model_h, model_c, app_h, app_c, selftest_c; /* app: empty without one */
    const char *app_name[2];                              /* names of its files */
    th_embed_set ring;                                    /* the sources that these need */
    size_t listener_bytes;                                /* memory of the streaming loop, 0 without a th_app */
    size_t weight_bytes;                                  /* constants of the network */
    size_t arena_bytes;                                   /* planned */
    th_packed packed;                                     /* only as a package */
    const char **kernel; /* [n_kernels] C names of the kernels that the executor calls through their addresses */
    size_t n_kernels;
    char block[TH_BLOCK_PARTS + 1][32]; /* of a sensor: functions of its parts and of upright, called the same way */
    int32_t number;                     /* 0: the only model; 1 ..: one of several, whose names begin with model1_ .. */
    bool loader;                        /* no model: the firmware that takes packages (codegen_loader.c) */
    th_code_file *more;                 /* [n_more] of several models: what belongs to each, and arena.h */
    size_t n_more;
    th_writer usage; /* of several models: how they are used, for the README; empty: as any cascade */
} th_code;

/* Writes everything.  `app` may be NULL, or have neither part.  Free with th_code_free, also after an error.
 * Errors: TH_EUNSUP (a type that the generated code cannot hold), TH_ESHAPE (pipeline and network
 * do not fit), TH_ENOENT (a source file missing in the program), TH_ENOMEM. */
TH_NODISCARD th_err th_code_make(const th_plan *plan, const th_app *app, th_code *code, th_why *why);
void th_code_free(th_code *code);

/* The same interface (model.h) with a package inside and the executor around it: model.c holds the package's run part
 * and the table of the kernels that it needs.  `model` is the plan's, code->packed becomes the whole package then;
 * NULL: its run part alone.  Errors: those of th_code_make and th_package_make. */
TH_NODISCARD th_err th_code_make_package(const th_plan *plan, const th_model *model, const th_app *app, th_code *code,
                                         th_why *why);

/* A model of several. */
typedef struct th_code_part {
    const th_plan *plan; /* joined with the others (th_plan_join) */
    const th_app *app;   /* or NULL */
    const char *file;    /* where it came from, for the comments */
} th_code_part;

/* n models in one arena, a cascade: model1.h, model1.c, model2.h .. are as those of a single model, but for their
 * names; model.h and model.c hold the arena, and run the models of one round, each of which may wake the next. kept all
 * outputs stay until the round's last model has run: what the plans were joined for, and the self test looks at Errors:
 * those of th_code_make. */
TH_NODISCARD th_err th_code_make_cascade(const th_code_part *part, int32_t n, bool kept, th_code *code, th_why *why);

/* Two models in one arena, of which the first wakes the second: also model_together.h and .c (dsp/wake.h).  Both have
 * an app; MODEL_TOGETHER is defined for the firmware.  Errors: those of th_code_make. */
TH_NODISCARD th_err th_code_make_together(const th_code_part part[2], const th_wake_cfg *cfg, th_code *code,
                                          th_why *why);

/* Two networks of the same words in one arena: part[0] judges every window, part[1] those that the gate lets through
 * (dsp/gate.h); also model_gate.h and .c.  Only part[1] has an app, its sound.  Errors: those of th_code_make. */
TH_NODISCARD th_err th_code_make_gate(const th_code_part part[2], const th_gate *gate, th_code *code, th_why *why);

/* No model: the kernels of a processor family and what takes packages (nn/loader.h), for code->loader's firmware.
 * Errors: TH_ENOENT, TH_ENOMEM. */
TH_NODISCARD th_err th_code_make_loader(th_isa isa, th_code *code, th_why *why);

/* Input set `seed` (1, 2, ..) of the self test: all inputs of the graph, one after the other.  The
 * numbers are those of ../shared/goldens: xorshift32 with 16 outputs dropped. Returns the bytes. */
size_t th_code_test_input(const th_graph *graph, uint32_t seed, uint8_t *out);

#define TH_SELFTEST_SETS 3

#endif
