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

/* One model; number as in th_code. */
TH_NODISCARD th_err th_code_make_one(const th_plan *plan, const th_pipeline *pipe, int32_t number, th_code *code,
                                     th_why *why);

/* codegen_package.c: model.c around the package of a plan. */
TH_NODISCARD th_err th_code_package(const th_plan *plan, const th_model *model, th_code *code, th_why *why);

/* codegen_audio.c: model_audio.h and model_audio.c. */
TH_NODISCARD th_err th_code_audio(const th_plan *plan, const th_pipeline *pipe, th_code *code, th_why *why);

/* codegen_selftest.c: main_selftest.c with outputs that the host's runner computes now. */
TH_NODISCARD th_err th_code_selftest(const th_plan *plan, th_code *code, th_why *why);

#endif
