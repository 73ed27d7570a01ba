#include "train/untrained.h"

#include "train/export.h"

#include <stdlib.h>

/* Biases of chance: of a fresh network they are all 0, and equal ones would be kept once. */
static th_err set_biases(th_net *net, th_why *why)
{
    static const th_param_role roles[] = {TH_PARAM_BIAS, TH_PARAM_BIAS_BACK};
    for (int32_t layer = 0; layer < net->spec->n_layers; layer++)
        for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++) {
            const size_t n = th_net_param_count(net, layer, roles[r]);
            float *v = n ? malloc(n * sizeof *v) : NULL;
            if (!n) continue;
            if (!v) return th_why_set(why, TH_ENOMEM, "out of memory");
            th_rng rng = th_rng_make((uint64_t)layer, r);
            for (size_t i = 0; i < n; i++) v[i] = 0.1f * th_rng_normal(&rng);
            th_net_param_set(net, layer, roles[r], v);
            free(v);
        }
    return TH_OK;
}

th_err th_untrained(const th_spec *spec, bool classes, th_model **f32, th_why *why)
{
    th_net *net = NULL;
    TH_TRY(th_net_new(spec, &(th_net_options){.batch = 1, .n_members = 1}, &net, why));
    th_net_init(net, 1);
    net->loss.row = th_loss_find(classes ? "cross-entropy" : "mse");
    th_err err = set_biases(net, why);
    if (!err) err = th_net_export(net, f32, why);
    th_net_free(net);
    return err;
}
