#include "design/network.h"

#include "base/text.h"
#include "data/front.h"
#include "data/task_examples.h"
#include "design/design.h"

#include <stdlib.h>
#include <string.h>

#define AXES_ELSE 3 /* of an accelerometer */
#define MOST_AXES 16

/* What a project without data will have, as its preset was made for: a network can be looked at before the first
 * recording. */
static void assume_labels(th_network *n, const th_preset *made_for)
{
    th_project *p = &n->project;
    const int32_t many = made_for->n_classes > 1 && made_for->n_classes <= TH_MAX_LABELS ? made_for->n_classes : 2;
    if (th_project_task(p)->output != TH_OUT_LABELS || p->n_labels >= 2) return;
    n->assumed = true;
    for (p->n_labels = 0; p->n_labels < many; p->n_labels++)
        th_text_fmt(p->labels[p->n_labels], sizeof p->labels[0], "%d", (int)p->n_labels + 1);
}

static th_err open_examples(th_network *n, const char *preset, th_why *why)
{
    th_project *p = &n->project;
    th_preset made_for = {0};
    th_examples_shape shape;
    char text[TH_PRESET_BYTES];
    const char *name = preset ? preset : p->preset;
    const bool own = !preset && p->model[0];
    if (!own && th_task_learner(th_project_task(p), name))
        return th_why_set(why, TH_EUSAGE, "%s is a classic learner and has no layers (docs/learners.md)", name);
    if (!th_task_learner(th_project_task(p), name)) TH_TRY(th_preset_make(name, text, &made_for, why));
    assume_labels(n, &made_for);
    TH_TRY(th_task_card(p, preset, &n->card, why));
    const int32_t axes = made_for.in_c > 1 && made_for.in_c <= MOST_AXES ? made_for.in_c : AXES_ELSE;
    TH_TRY(th_task_shape(p, axes, &n->card, &shape, &n->assumed, why));
    return th_design_examples(p, preset, shape.h, shape.w, shape.c, n->preset_text, &n->preset, &n->spec, why);
}

static th_err open_network(th_network *n, const char *preset, th_why *why)
{
    th_project *p = &n->project;
    n->sound = th_project_task(p)->input == TH_IN_SOUND;
    th_err err;
    if (n->sound) {
        err = th_front_preset(p, preset, n->preset_text, &n->preset, why);
        if (!err) err = th_design_make(p, &n->preset, &n->pipe, &n->spec, why);
    } else {
        err = open_examples(n, preset, why);
    }
    n->text = n->preset.text == p->model ? p->model : n->preset_text;
    return err;
}

/* Lines of the page in place of those of the file. */
static th_err put_lines(th_project *p, const char *own, th_why *why)
{
    const size_t len = strlen(own);
    if (len >= sizeof p->model)
        return th_why_set(why, TH_ERANGE, "a description of %zu letters: at most %zu are possible", len,
                          sizeof p->model - 1);
    memcpy(p->model, own, len + 1);
    p->model_line = 1;
    return TH_OK;
}

th_err th_network_open(const th_project *p, const char *preset, const char *own, th_network **out, th_why *why)
{
    th_network *n = *out = calloc(1, sizeof *n);
    if (!n) return th_why_set(why, TH_ENOMEM, "out of memory");
    n->project = *p;
    if (own) TH_TRY(put_lines(&n->project, own, why));
    return open_network(n, own ? NULL : preset, why);
}

void th_network_free(th_network *n)
{
    free(n);
}
