#include "design/around.h"

#include "data/windows.h"

#include <math.h>

/* Windows of the rows that a device learns what is usual from. */
static int32_t learn_windows(const th_card *c, const th_sensor *s)
{
    const double rows = floor((double)c->recipe.baseline_ms * (double)s->block.rate_hz / 1000 + 0.5),
                 windows = floor((rows - s->block.window) / s->hop) + 1;
    return windows < TH_BASELINE_LEAST ? TH_BASELINE_LEAST : windows > 1e6 ? 1000000 : (int32_t)windows;
}

th_err th_around_sensor(const th_card *c, const th_graph *g, th_sensor *s, bool *has, th_why *why)
{
    const th_task *task = th_task_find(c->task);
    *has = false;
    if (!task || task->input != TH_IN_SIGNAL || c->axes < 1) return TH_OK;
    *s = (th_sensor){.limit = c->limit, .least = 0.5f, .n_labels = c->n_labels, .labels = c->labels};
    TH_TRY(th_windows_block(c, &s->block, &s->hop, why));
    const int64_t outputs = g->n_outputs == 1 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    s->answer = task->output == TH_OUT_LABELS ? TH_ANSWER_LABELS
                : c->scores || outputs == 1   ? TH_ANSWER_SCORE
                                              : TH_ANSWER_ERROR;
    if (th_card_by_group(c)) {
        s->learn = learn_windows(c, s);
        s->gain = c->n_values ? c->inv[0] : 1;
    } else if (c->n_values && c->n_values >= th_block_norms(&s->block)) {
        s->mean = c->mean;
        s->inv_std = c->inv;
    }
    *has = s->answer == TH_ANSWER_LABELS || s->limit > 0.0f;
    return TH_OK;
}

th_err th_around_eye(const th_card *c, const th_graph *g, th_eye *eye, bool *has, th_why *why)
{
    const th_task *task = th_task_find(c->task);
    *has = false;
    if ((*c->task && (!task || task->input != TH_IN_PICTURE)) || c->n_values || c->scores || !c->n_labels) return TH_OK;
    if (!th_eye_fits(g) || g->tensors[g->inputs[0]].type != TH_S8) return TH_OK;
    TH_TRY(th_eye_make(g, c->pixel_lo, c->pixel_hi, c->labels, c->n_labels, eye, why));
    *has = true;
    return TH_OK;
}
