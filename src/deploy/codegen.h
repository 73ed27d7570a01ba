/* deploy/codegen.h -- a planned model as C99: the kernels called by name, parameters and weights
 * const, a static arena, and for a keyword model the front end's tables, labels and settings.
 *
 *   model.h model.c               the network
 *   model_audio.h model_audio.c   around it; only with a pipeline
 *   main_selftest.c               the network's outputs as the host computed them: exit 0 when equal
 *
 * The text depends on the model alone: the same model gives the same bytes. */
#ifndef TH_DEPLOY_CODEGEN_H
#define TH_DEPLOY_CODEGEN_H

#include "deploy/embed.h"
#include "deploy/writer.h"
#include "model/package.h"
#include "model/pipeline.h"
#include "model/plan.h"

typedef struct th_code {
    th_writer model_h, model_c, audio_h, audio_c, selftest_c; /* audio: empty without a pipeline */
    th_embed_set ring;                                        /* the sources that these need */
    size_t listener_bytes;                                    /* memory of the streaming loop, 0 without a pipeline */
    size_t weight_bytes;                                      /* constants of the network */
    size_t arena_bytes;                                       /* planned */
    th_packed packed;                                         /* only as a package */
    const char **kernel; /* [n_kernels] C names of the kernels that the executor calls through their addresses */
    size_t n_kernels;
} th_code;

/* Writes everything.  `pipe` may be NULL.  Free with th_code_free, also after an error.
 * Errors: TH_EUNSUP (a type that the generated code cannot hold), TH_ESHAPE (pipeline and network
 * do not fit), TH_ENOENT (a source file missing in the program), TH_ENOMEM. */
TH_NODISCARD th_err th_code_make(const th_plan *plan, const th_pipeline *pipe, th_code *code, th_why *why);
void th_code_free(th_code *code);

/* The same interface (model.h) with a package inside and the executor around it: model.c holds the package's run part
 * and the table of the kernels that it needs.  `model` is the plan's, code->packed becomes the whole package then;
 * NULL: its run part alone.  Errors: those of th_code_make and th_package_make. */
TH_NODISCARD th_err th_code_make_package(const th_plan *plan, const th_model *model, const th_pipeline *pipe,
                                         th_code *code, th_why *why);

/* Input set `seed` (1, 2, ..) of the self test: all inputs of the graph, one after the other.  The
 * numbers are those of ../shared/goldens: xorshift32 with 16 outputs dropped. Returns the bytes. */
size_t th_code_test_input(const th_graph *graph, uint32_t seed, uint8_t *out);

#define TH_SELFTEST_SETS 3

#endif
