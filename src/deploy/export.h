/* deploy/export.h -- what `thimble deploy` leaves behind: a folder of C, or a firmware. */
#ifndef TH_DEPLOY_EXPORT_H
#define TH_DEPLOY_EXPORT_H

#include "deploy/firmware.h"

/* --as c: model.c, model.h, the ring's sources, README.md, Makefile, main_selftest.c.
 * Errors: those of th_folder_begin, th_code_make, TH_EIO. */
TH_NODISCARD th_err th_export_c(const th_plan *plan, const th_app *app, const char *out, th_why *why);

/* --as package: the same files around model.thm, whose run part model.c holds, and model.thm itself.  `model` is the
 * plan's; *run_bytes are those of model.thm that a device needs.  Errors: those of th_folder_begin,
 * th_code_make_package, TH_EIO. */
TH_NODISCARD th_err th_export_package(const th_plan *plan, const th_model *model, const th_app *app, const char *out,
                                      size_t *run_bytes, th_why *why);

/* Several models in one arena; th_plan_join was asked before. */
typedef struct th_several {
    const th_code_part *part; /* [n] */
    int32_t n;
    bool kept;               /* th_code_make_cascade */
    const th_wake_cfg *wake; /* the first of two wakes the second (th_code_make_together); NULL: a round of all */
    const th_gate *gate;     /* or the first lets windows through to the second (th_code_make_gate); NULL: no */
} th_several;

/* --as c of them: model.h and model.c around model1.h, model1.c, model2.h ..
 * Errors: those of th_folder_begin, th_code_make_cascade, TH_EIO. */
TH_NODISCARD th_err th_export_cascade(const th_several *m, const char *out, th_why *why);
/* --as firmware: on the emulated board every model of a round runs on tensors of its own (TH_EMULATE_RAW), or one wakes
 * the other (TH_EMULATE_TOGETHER).  Free fw with th_firmware_free, also after an error.  Errors: also those of
 * th_firmware_build. */
TH_NODISCARD th_err th_export_cascade_firmware(const th_several *m, const th_board *board, const char *out,
                                               th_firmware *fw, th_why *why);

/* --as firmware: firmware.elf/.bin/.hex/.map and its sources.
 *   flags  TH_BUILD_PROFILE: the measuring ELF stays in out/build, and what is up to date is not built again
 *          TH_BUILD_PACKAGE: a package and the executor in place of generated C
 *   fw     sizes; fw->elf lies in `out` then.  Free with th_firmware_free, also after an error. */
TH_NODISCARD th_err th_export_firmware(const th_plan *plan, const th_app *app, const th_board *board, const char *out,
                                       unsigned flags, th_firmware *fw, th_why *why);

/* --as firmware --generic: the firmware that takes packages over the board's serial line and runs them (nn/loader.h).
 * Errors: TH_EUNSUP (no serial line is known of the board), those of th_firmware_build. */
TH_NODISCARD th_err th_export_loader(const th_board *board, const char *out, th_firmware *fw, th_why *why);

#endif
