/* The firmware of a session: where it is built, and how all is taken away again. */
#include "cli/emulate.h"
#include "deploy/export.h"

#include <stdio.h>

th_err th_session_build(th_session *s, bool keep, unsigned flags, th_why *why)
{
    char out[TH_PATH_BYTES], sub[64];
    if (keep && s->t.has_project) {
        snprintf(sub, sizeof sub, "firmware/%s%s", s->t.board->name, flags & TH_BUILD_PACKAGE ? "-package" : "");
        TH_TRY(th_project_path(&s->t.project, sub, out, why));
    } else {
        TH_TRY(th_dir_temp(s->dir, why));
        TH_TRY(th_path_join(out, s->dir, "firmware", why));
    }
    th_progress("build", 0);
    TH_TRY(th_export_firmware(s->t.plan, &s->t.app, s->t.board, out, flags, &s->fw, why));
    th_progress("build", 1);
    return TH_OK;
}

void th_session_close(th_session *s)
{
    json_decref(s->out);
    th_firmware_free(&s->fw);
    if (*s->dir) th_dir_remove(s->dir);
    th_target_free(&s->t);
}
