#include "model/sensor.h"

static th_err numbers_of(const th_tensor *t, th_numbers *n, th_why *why)
{
    *n = (th_numbers){.n = (int32_t)th_shape_count(&t->shape)};
    if (t->type == TH_F32) return TH_OK;
    if (t->type != TH_S8 || t->quant.n != 1)
        return th_why_set(why, TH_EUNSUP, "a network that watches a sensor takes and gives int8 or float32");
    n->scale = t->quant.scale[0];
    n->zero = t->quant.zero[0];
    return TH_OK;
}

th_err th_sensor_watcher(const th_sensor *s, const th_graph *g, th_arena *arena, th_block *block, th_watcher_cfg *cfg,
                         th_why *why)
{
    const th_err err = th_block_init(block, &s->block, arena);
    if (err) return th_why_set(why, err, "the model's feature settings are not valid");
    block->mean = s->mean;
    block->inv_std = s->inv_std;
    if (g->n_inputs != 1 || g->n_outputs != 1)
        return th_why_set(why, TH_ESHAPE, "a network that watches a sensor has one input and one output, not %d and %d",
                          (int)g->n_inputs, (int)g->n_outputs);
    *cfg = (th_watcher_cfg){.block = block,
                            .scratch = th_block_scratch(&s->block),
                            .hop = s->hop,
                            .answer = s->answer,
                            .limit = s->limit,
                            .least = s->least,
                            .baseline = s->learn > 0 ? &th_baseline_group : NULL,
                            .learn = s->learn,
                            .gain = s->gain};
    TH_TRY(numbers_of(&g->tensors[g->inputs[0]], &cfg->in, why));
    TH_TRY(numbers_of(&g->tensors[g->outputs[0]], &cfg->out, why));
    if (cfg->in.n != block->n_out)
        return th_why_set(why, TH_ESHAPE, "the network takes %d values, the features of its card are %d",
                          (int)cfg->in.n, (int)block->n_out);
    const int32_t wanted = s->answer == TH_ANSWER_LABELS ? s->n_labels : s->answer == TH_ANSWER_ERROR ? cfg->in.n : 1;
    if (cfg->out.n != wanted)
        return th_why_set(why, TH_ESHAPE, "the network gives %d values, its card speaks of %d", (int)cfg->out.n,
                          (int)wanted);
    return s->answer == TH_ANSWER_LABELS || s->limit > 0.0f
               ? TH_OK
               : th_why_set(why, TH_ENOENT,
                            "the model's card has no limit above which a score is an alarm; train it "
                            "in a project, or say it there");
}

const char *th_sensor_state(const th_sensor *s, int32_t state)
{
    if (s->answer != TH_ANSWER_LABELS) return state == 0 ? "normal" : "anomaly";
    return state >= 0 && state < s->n_labels ? s->labels[state] : "?";
}
