/* thimble.ini from anybody: refused with a text, or every setting is inside its range; and the lines of its [model]. */
#include "data/project_edit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_project p;
    th_why why = {0};
    size_t from, to;
    if (th_ini_model((const char *)data, size, &from, &to) && (from >= to || to > size)) abort();
    if (th_project_parse((th_span){data, size}, "thimble.ini", &p, &why)) {
        if (!why.err || !why.text[0]) abort();
        return 0;
    }
    const th_task *task = th_project_task(&p);
    if (!task || p.recipe.rate_hz <= 0 || p.recipe.window_ms < 1 || p.recipe.hop_ms < 1 || p.recipe.points < 8 ||
        p.picture_h < 8 || p.picture_w < 8 || !memchr(p.recipe.blocks, 0, sizeof p.recipe.blocks))
        abort();
    if ((task->input == TH_IN_SOUND && p.n_labels < 3) || p.n_labels > TH_MAX_LABELS || p.rate_hz < 4000 ||
        p.clip_ms < 100 || p.n_coef > p.n_mel || p.n_mel > TH_MAX_COEFS)
        abort();
    for (int i = 0; i < p.n_labels; i++)
        if (th_label_check(p.labels[i], NULL) || th_project_label(&p, p.labels[i]) != i) abort();
    return 0;
}
