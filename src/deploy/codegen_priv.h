/* deploy/codegen_priv.h -- the parts of the code generator. */
#ifndef TH_DEPLOY_CODEGEN_PRIV_H
#define TH_DEPLOY_CODEGEN_PRIV_H

#include "deploy/codegen.h"

/* What every generated file with arrays begins with. */
#define TH_CODE_ALIGN_TEXT                                                                                             \
    "#if defined(__GNUC__)\n#define TH_CODE_ALIGN(n) __attribute__((aligned(n)))\n#else\n"                             \
    "#define TH_CODE_ALIGN(n)\n#endif\n"

void th_code_banner(th_writer *w, const char *file, const char *what);

/* Step i of all plans, the first one's first; NULL behind the last. */
const th_step *th_code_step(const th_plan *root, int32_t i);

/* codegen_bands.c: operators in row bands (plan->bands).  Whether the operator's parameter struct, and the places of
 * its inputs or its output, are not the same in all of its bands; false for one that has none. */
bool th_code_par_changes(const th_plan *plan, int32_t node);
bool th_code_member_changes(const th_plan *plan, int32_t node, size_t k); /* member k, or its array's numbers */
bool th_code_place_moves(const th_plan *plan, int32_t node, bool input);

/* The tables of all bands: "static const int32_t bands0[..] = {..};". */
TH_NODISCARD th_err th_code_band_tables(th_writer *w, const th_plan *plan, th_why *why);

/* The loop over plan->bands[i]; call: writes one operator's call. It needs "const int32_t *v; int32_t n;". */
TH_NODISCARD th_err th_code_band_loop(th_writer *w, const th_plan *plan, int32_t i,
                                      void (*call)(th_writer *, const th_plan *, int), th_why *why);

/* One model; number as in th_code. */
TH_NODISCARD th_err th_code_make_one(const th_plan *plan, const th_app *app, int32_t number, th_code *code,
                                     th_why *why);

/* codegen_cascade.c: what th_code_make_cascade writes.  how: outputs stay (kept); or model.h says in which way the
 * first wakes the second. */
enum { TH_CODE_KEPT = 1, TH_CODE_TOGETHER = 2, TH_CODE_GATE = 4 };
TH_NODISCARD th_err th_code_make_several(const th_code_part *part, int32_t n, unsigned how, th_code *code, th_why *why);

/* One more of the files around the models (th_code_make_several leaves room for two). */
th_writer *th_code_add_file(th_code *code, const char *name);

/* codegen_package.c: model.c around the package of a plan. */
TH_NODISCARD th_err th_code_package(const th_plan *plan, const th_model *model, th_code *code, th_why *why);

/* codegen_audio.c: model_audio.h and model_audio.c. */
TH_NODISCARD th_err th_code_audio(const th_plan *plan, const th_pipeline *pipe, th_code *code, th_why *why);

/* codegen_sensor.c: model_sensor.h and model_sensor.c. */
TH_NODISCARD th_err th_code_sensor(const th_plan *plan, const th_sensor *sensor, th_code *code, th_why *why);

/* codegen_camera.c: model_camera.h and model_camera.c. */
TH_NODISCARD th_err th_code_camera(const th_plan *plan, const th_eye *eye, th_code *code, th_why *why);

/* Has the network a memory from one run to the next? */
int th_code_has_state(const th_plan *plan);

/* codegen_selftest.c: main_selftest.c with outputs that the host's runner computes now. */
TH_NODISCARD th_err th_code_selftest(const th_plan *plan, th_code *code, th_why *why);

#endif
